"""Runs an example as its own process would: `python example_runner.py FOLDER` in an environment with the wheel.

Prints what it registered and exported as JSON. It imports nothing of this tree, and says where the library came from.
"""

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import gitlab_ecr  # pyright: ignore[reportMissingImports] - there in the wheel's environment only
import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

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


def main(folder: Path) -> None:
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


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
