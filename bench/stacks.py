"""Large declarations, and programs under a Pulumi monitor that makes nothing."""

import re
import time
from collections.abc import Callable
from typing import Any, Final

import pulumi
import pulumi_aws
import pulumi_gitlab
from pulumi.runtime import mocks

from components.registry_access import RegistryAccess
from rehearsal.pulumi_values import plain

Recorded = list[tuple[str, str, dict[str, Any]]]
"""Type, name and inputs of each resource."""

_CLASSES: Final[dict[str, Any]] = {"aws": pulumi_aws, "gitlab": pulumi_gitlab}


def declaration(size: int) -> dict[str, Any]:
    """A stack of so many repositories, and as many consumers that pull one of them each."""
    return {
        "account": "123456789012",
        # By default the rotator spares gitlab.com: at 30 requests a second its six runs alone would take 90 s.
        "gitlab": {"url": "https://gitlab.example.com", "requests_per_second": 1000},
        "repositories": {f"team-{number}/app": {} for number in range(size)},
        "consumers": {
            f"acme/app-{number}": {"id": 1000 + number, "pull": [f"team-{number}/*"]} for number in range(size)
        },
    }


def with_components(size: int) -> None:
    """The program as this project writes it."""
    place: dict[str, Any] = {"region": "eu-central-1", "prefix": "bench", "stack": "bench"}
    RegistryAccess("access", {**declaration(size), **place})  # pyright: ignore[reportArgumentType] - a declaration by name


def bare(recorded: Recorded) -> None:
    """The same resources, by the providers' own classes; their documents are ready-made, which costs it nothing."""
    for type_, name, inputs in recorded:
        package, module, class_ = re.split(r"[:/]", type_)[0], re.split(r"[:/]", type_)[1], type_.rpartition(":")[2]
        found = _CLASSES[package]
        if module != "index":
            found = getattr(found, "lambda_" if module == "lambda" else module)
        arguments = {_snake(key): value for key, value in inputs.items()}
        if "Variable" in class_:
            arguments["value"] = pulumi.Output.secret(arguments["value"])
        getattr(found, class_)(name, **arguments)


def seconds_of(program: Callable[[], None]) -> tuple[float, Recorded]:
    """How long a program takes from its first line to its last registration, and what it registered."""
    monitor = _Nothing()
    mocks.set_mocks(monitor, project="bench", stack="bench")
    begin = time.perf_counter()
    pulumi.runtime.test(lambda: program() or None)()
    return time.perf_counter() - begin, monitor.recorded


class _Nothing(mocks.Mocks):
    def __init__(self) -> None:
        self.recorded: Recorded = []

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise LookupError(f"unexpected invoke of {args.token}")

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.custom:
            self.recorded.append((args.typ, args.name, plain(dict(args.inputs))))
        return f"{args.name}-id", dict(args.inputs)


def _snake(camel: str) -> str:
    return re.sub(r"([A-Z])", lambda match: f"_{match[1].lower()}", camel)
