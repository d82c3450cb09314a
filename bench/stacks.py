"""Large declarations, and programs that run under a Pulumi monitor that makes nothing."""

import gc
import re
import time
from collections.abc import Callable
from typing import Any, Final

import pulumi
import pulumi_aws
import pulumi_gitlab
from pulumi.runtime import mocks, rpc

from components.registry_access import RegistryAccess
from rehearsal.pulumi_monitor import PulumiMonitor
from rehearsal.pulumi_values import plain

_CLASSES: Final[dict[str, Any]] = {"aws": pulumi_aws, "gitlab": pulumi_gitlab}
_STACK: Final = "pulumi:pulumi:Stack"


def declaration(size: int) -> dict[str, Any]:
    """A stack with `size` repositories, and with as many consumers that pull one of them each."""
    return {
        "account": "123456789012",
        # By default the rotator sends gitlab.com few requests: at 30 a second, its six runs alone would take 90 s.
        "gitlab": {"url": "https://gitlab.example.com", "requests_per_second": 1000},
        "repositories": {f"team-{number}/app": {} for number in range(size)},
        "consumers": {
            f"acme/app-{number}": {"id": 1000 + number, "pull": [f"team-{number}/*"]} for number in range(size)
        },
    }


def with_components(size: int) -> Callable[[], None]:
    """The program with this project's components."""
    place: dict[str, Any] = {"region": "eu-central-1", "prefix": "bench", "stack": "bench"}
    args: Any = {**declaration(size), **place}

    def build() -> None:
        # The default provider gets its settings, so that both programs register the same resources.
        pulumi.runtime.set_all_config({"gitlab:baseUrl": f"{args['gitlab']['url']}/api/v4/"})
        RegistryAccess("access", args)

    return build


def bare(requests: list[Any]) -> Callable[[], None]:
    """A program with the providers' own classes that registers what was recorded: the same inputs, options and order.

    Its documents are ready-made and take no time.
    """
    resources = [_prepared(request) for request in requests if request.custom]

    def program() -> None:
        made: dict[tuple[str, str], Any] = {}
        for identity, class_, plain_inputs, secret_inputs, names_of, after, options in resources:
            made[identity] = class_(
                identity[1],
                **plain_inputs,
                **{name: pulumi.Output.secret(value) for name, value in secret_inputs.items()},
                # A policy takes its role's name from the role, as people would write it.
                **{name: made[other].name for name, other in names_of.items()},
                opts=pulumi.ResourceOptions(depends_on=[made[other] for other in after] or None, **options),
            )

    return program


def _prepared(request: Any) -> tuple[Any, ...]:
    names_of = {name: next(iter(found.urns)) for name, found in request.propertyDependencies.items() if found.urns}
    inputs: dict[str, Any] = rpc.deserialize_properties(request.object, keep_unknowns=True)
    secret = {name for name, value in inputs.items() if rpc.is_rpc_secret(value)}
    options = {
        "ignore_changes": list(request.ignoreChanges) or None,
        "additional_secret_outputs": list(request.additionalSecretOutputs) or None,
        "replace_on_changes": list(request.replaceOnChanges) or None,
        "delete_before_replace": request.deleteBeforeReplace or None,
    }
    return (
        (request.type, request.name),
        _class(request.type),
        {_snake(name): value for name, value in inputs.items() if name not in secret | names_of.keys()},
        {_snake(name): plain(inputs[name]) for name in secret},
        {_snake(name): key(urn) for name, urn in names_of.items()},
        [key(urn) for urn in set(request.dependencies) - set(names_of.values())],
        options,
    )


def seconds_of(program: Callable[[], None]) -> float:
    """The CPU seconds from a program's first line to its last registration."""
    mocks.set_mocks(_Nothing(), project="bench", stack="bench")
    gc.collect()
    gc.freeze()  # otherwise the garbage collector would go through what earlier programs left, again and again
    # Nothing here waits, and CPU time does not count what else the machine does meanwhile.
    begin = time.process_time()
    pulumi.runtime.test(program)()
    return time.process_time() - begin


def recorded(program: Callable[[], None]) -> list[Any]:
    """A program's requests to the engine, in order."""
    monitor = _Recording(_Nothing())
    mocks.set_mocks(monitor.mocks, project="bench", stack="bench", monitor=monitor)
    pulumi.runtime.test(program)()
    return monitor.requests


def key(urn: str) -> tuple[str, str]:
    """The type and the name from a URN."""
    _, _, types, name = urn.split("::", 3)
    return types.rpartition("$")[2], name


class _Nothing(mocks.Mocks):
    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise LookupError(f"unexpected invoke of {args.token}")

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return f"{args.name}-id", dict(args.inputs)


class _Recording(PulumiMonitor):
    def __init__(self, recorded: mocks.Mocks) -> None:
        super().__init__(recorded)
        self.requests: list[Any] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name of Pulumi's RPC
        if request.type != _STACK:
            self.requests.append(request)
        return super().RegisterResource(request)


def _class(type_: str) -> Any:
    package, module, name = re.split(r"[:/]", type_)[0], re.split(r"[:/]", type_)[1], type_.rpartition(":")[2]
    found = _CLASSES[package]
    if module != "index":
        found = getattr(found, "lambda_" if module == "lambda" else module)
    return getattr(found, name)


def _snake(camel: str) -> str:
    return re.sub(r"([A-Z])", lambda match: f"_{match[1].lower()}", camel)
