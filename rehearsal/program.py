"""Runs the real `__main__.py` under Pulumi's own test monitor. The adapter creates each resource.

Not public in Pulumi's SDK, so the SDK is pinned: `MockSettings`, `settings.configure`, `set_root_resource`,
`run_in_stack`, and the monitor's RPC methods.
"""

import asyncio
import runpy
import traceback
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pulumi
from pulumi.runtime import rpc, settings, stack
from pulumi.runtime.mocks import MockCallArgs, MockEngine, MockResourceArgs, Mocks, MockSettings
from pulumi.runtime.proto import engine_pb2

from .adapter.adapter import Adapter
from .adapter.kind import AdapterError
from .interrupts import held_back
from .json_values import is_list, is_mapping
from .program_surroundings import around
from .pulumi_monitor import PulumiMonitor, event_loop_of_this_thread
from .pulumi_values import plain

_ROOT: Final = Path(__file__).parents[1]
_PROJECT: Final = "gitlab-ecr"
_SECRET: Final = "[secret]"  # noqa: S105 - what stands in a secret's place
_STACK_TYPE: Final = "pulumi:pulumi:Stack"
_PROVIDER_TYPE: Final = "pulumi:providers:"


class ProgramError(Exception):
    """The program failed; one line for each resource that failed, or the program's own error."""


@dataclass(frozen=True)
class Resource:
    """A resource that the program made.

    Attributes:
        inputs: camelCase, each secret as "[secret]".
        id: empty for a component.
        parent: the parent's URN; empty below the stack itself.
    """

    urn: str
    type: str
    name: str
    parent: str
    id: str
    inputs: dict[str, Any]


@dataclass
class Program:
    """What a run of the program made.

    Attributes:
        resources: in the order of their creation.
        outputs: the stack's, without those that are secret.
        warnings: the program's warnings about the declaration, as an engine would show them.
    """

    resources: list[Resource] = field(default_factory=list[Resource])
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    warnings: list[str] = field(default_factory=list[str])

    def of_type(self, type_: str) -> list[Resource]:
        """The resources of one type."""
        return [resource for resource in self.resources if resource.type == type_]


def run(
    stack_name: str,
    config: Mapping[str, str],
    adapter: Adapter,
    secret: Collection[str] = (),
    *,
    with_token: bool = True,
) -> Program:
    """Runs the program to its end.

    Args:
        stack_name: what `pulumi.get_stack()` returns.
        config: by full key.
        adapter: creates each resource.
        secret: the keys of the config that are encrypted, or have something encrypted in them.
        with_token: whether a person's GitLab token is there.

    Raises:
        ProgramError: a resource failed, or the program.
    """
    program, failures = Program(), list[str]()
    monitor = _Monitor(_AdapterMocks(adapter, failures), program)
    try:
        with around(_ROOT, with_token=with_token), ExitStack() as opened:
            with held_back():  # an interrupt here would leave a half-made event loop, which warns when it is collected
                runner = opened.enter_context(asyncio.Runner())
            runner.run(_run(monitor, stack_name, config, secret))
    except Exception as error:  # the program is the user's: whatever it raises is its result
        raise ProgramError("\n".join(failures) or _words(error)) from error
    return program


def _ignored(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Drops asyncio's messages about futures that nobody awaits."""


async def _run(monitor: "_Monitor", stack_name: str, config: Mapping[str, str], secret: Collection[str]) -> None:
    # If several resources fail, run_in_stack raises one error; nobody awaits the futures of the others.
    asyncio.get_running_loop().set_exception_handler(_ignored)
    settings.set_root_resource(None)  # pyright: ignore[reportArgumentType] - a second run in one process needs it
    features = set(monitor.GetDeploymentInfo(None).supportedFeatures)  # pyright: ignore[reportUnknownMemberType] - untyped in the SDK
    settings.configure(
        MockSettings(
            monitor=monitor,
            monitor_features=features,
            engine=_Engine(monitor.program.warnings),
            project=_PROJECT,
            stack=stack_name,
            dry_run=False,
            organization=None,
            callbacks=None,
        )
    )
    # What a failed run in this process left unawaited belongs to a loop that is closed.
    leftovers: Any = settings.SETTINGS
    leftovers.rpc_manager.clear()
    leftovers.outputs.clear()
    pulumi.runtime.set_all_config(dict(config), list(secret))

    def main() -> None:
        runpy.run_path(str(_ROOT / "__main__.py"), run_name="__main__")

    await stack.run_in_stack(main)


class _Engine(MockEngine):
    """Collects the program's warnings, which do not belong in the log of this process."""

    def __init__(self, warnings: list[str]) -> None:
        super().__init__(None)
        self._warnings = warnings

    def Log(self, request: Any) -> None:  # noqa: N802 - the name of Pulumi's RPC
        if request.severity == engine_pb2.WARNING:
            self._warnings.append(str(request.message))
        else:
            super().Log(request)  # pyright: ignore[reportUnknownMemberType] - untyped in the SDK


class _AdapterMocks(Mocks):
    def __init__(self, adapter: Adapter, failures: list[str]) -> None:
        self._adapter = adapter
        self._failures = failures

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        untyped: Any = args  # the SDK types what is in it as a plain dict
        return self._adapter.invoke(args.token, untyped.args), []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        untyped: Any = args  # the SDK types what is in it as a plain dict
        inputs: dict[str, Any] = untyped.inputs
        if not args.custom:
            return "", dict(inputs)
        if args.typ.startswith(_PROVIDER_TYPE):
            return args.name, dict(inputs)  # the adapter replaces the provider
        try:
            id_, outputs = self._adapter.create(args.typ, args.name, plain(inputs))
        except AdapterError as error:
            self._failures.append(f"{error}{_advice(str(error))}")
            raise
        # The program gets its own inputs back as it gave them, so that what is secret stays secret.
        return id_, {**outputs, **inputs}


def _advice(message: str) -> str:
    """What to do when GitLab refuses a variable that exists already."""
    if "has already been taken" not in message:
        return ""
    return (
        ". The variable existed before this stack: write adopt: true for its consumer, which keeps the entries of "
        "others in it, or delete it first"
    )


class _Monitor(PulumiMonitor):
    def __init__(self, mocks: Mocks, program: Program) -> None:
        super().__init__(mocks)
        self.program = program

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name of Pulumi's RPC
        answer = super().RegisterResource(request)
        if request.type != _STACK_TYPE and not request.type.startswith(_PROVIDER_TYPE):
            parent = "" if f"::{_STACK_TYPE}::" in request.parent else request.parent
            with event_loop_of_this_thread():
                inputs = _shown(rpc.deserialize_properties(request.object))
            resource = Resource(answer.urn, request.type, request.name, parent, answer.id, inputs)
            self.program.resources.append(resource)
        return answer

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the name of Pulumi's RPC
        if f"::{_STACK_TYPE}::" in request.urn:
            outputs = rpc.deserialize_properties(request.outputs)
            self.program.outputs |= {key: value for key, value in _shown(outputs).items() if value != _SECRET}
        return super().RegisterResourceOutputs(request)  # pyright: ignore[reportUnknownMemberType] - untyped in the SDK


def _shown(value: Any) -> Any:
    """The value for a person: a secret as "[secret]", an archive as its paths, a whole number without a fraction."""
    if rpc.is_rpc_secret(value):
        return _SECRET
    if is_mapping(value):
        return {key: _shown(item) for key, item in value.items()}
    if is_list(value):
        return [_shown(item) for item in value]
    if isinstance(value, pulumi.AssetArchive):
        return {"archive": sorted(value.assets)}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _words(error: BaseException) -> str:
    """An error's message; if it is not meant for users, also its type and the line that it came from."""
    if isinstance(error, pulumi.RunError | ValueError | AdapterError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_ROOT) and ".venv" not in frame.filename]
    where = f" ({Path(ours[-1].filename).relative_to(_ROOT)}:{ours[-1].lineno})" if ours else ""
    return f"{type(error).__name__}: {error}{where}"
