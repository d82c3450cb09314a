"""Runs examples, each in its own process: `python example_runner.py FOLDER...` in an environment with the wheel.

Prints what each registered and exported as a line of JSON, in their order. It imports nothing of this tree, and says
where the library came from. What takes long to import is the same for all: their processes fork from one that has it.
"""

import importlib
import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

import gitlab_ecr  # pyright: ignore[reportMissingImports] - there in the wheel's environment only
import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

_SERVICES = ("autoscaling", "cloudwatch", "ec2", "ecr", "iam", "kms", "lambda_", "s3", "scheduler", "secretsmanager")
_ANSWERS: dict[str, dict[str, Any]] = {
    "gitlab:index/userRunner:UserRunner": {"id": "9171", "token": "glrt-fake-0000"},
}


class _Mocks(Mocks):
    def __init__(self) -> None:
        self.registered: list[dict[str, Any]] = []

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        raise AssertionError(f"unexpected invoke of {args.token}")

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.registered.append({"type": args.typ, "name": args.name, "inputs": args.inputs})
        outputs = {**args.inputs, **_ANSWERS.get(args.typ, {})}
        return str(outputs.pop("id", f"{args.name}-id")), outputs


def _shown(value: Any) -> Any:
    if isinstance(value, pulumi.AssetArchive):
        return {
            path: getattr(asset, "path", None) or getattr(asset, "text", None) for path, asset in value.assets.items()
        }
    return str(value)


def run(folder: Path) -> None:
    mocks = _Mocks()
    pulumi.runtime.set_mocks(mocks, project=folder.name, stack="prod")
    passwords = {"registry.example.com": "fake-password"}
    pulumi.runtime.set_all_config({f"{folder.name}:passwords": json.dumps(passwords)}, [f"{folder.name}:passwords"])
    outputs: dict[str, Any] = {}

    def program() -> pulumi.Output[None]:
        runpy.run_path(str(folder / "__main__.py"), run_name="__main__")
        stack: Any = pulumi.runtime.get_root_resource()
        return pulumi.Output.all(**stack.outputs).apply(outputs.update)

    pulumi.runtime.test(program)()
    library = str(Path(str(gitlab_ecr.__file__)).parent)
    print(json.dumps({"library": library, "resources": mocks.registered, "outputs": outputs}, default=_shown))  # noqa: T201 - the answer


def main(folders: list[Path]) -> None:
    for service in _SERVICES:
        importlib.import_module(f"pulumi_aws.{service}")
    importlib.import_module("pulumi_gitlab")
    for folder in folders:
        child = os.fork()
        if child == 0:
            run(folder)
            sys.stdout.flush()
            os._exit(0)
        if code := os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
            sys.exit(f"{folder.name} ended with {code}")


if __name__ == "__main__":
    main([Path(folder).resolve() for folder in sys.argv[1:]])
