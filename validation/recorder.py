"""Pulumi mocks that record what a program registers."""

import logging
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import resource as resource_runtime
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks
from pulumi.runtime.proto import resource_pb2, source_pb2

from rehearsal.pulumi_monitor import PulumiMonitor, event_loop_of_this_thread
from rehearsal.pulumi_values import plain

# The SDK sends the engine the line of each resource. Under pytest that takes a fifth of the time, and nobody reads it.
resource_runtime._get_stack_trace = source_pb2.StackTrace  # noqa: SLF001 - private, but a test checks that it exists


@dataclass(frozen=True)
class Registered:
    """A resource as the program registered it."""

    type: str
    name: str
    inputs: dict[str, Any]
    """Plain values. `secret_inputs` names those that were secret."""
    secret_inputs: frozenset[str]
    parent: str
    """The parent's name, empty for a resource of the stack itself."""
    ignore_changes: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    protect: bool = False
    retain_on_delete: bool = False
    delete_before_replace: bool = False
    replace_on_changes: tuple[str, ...] = ()
    import_id: str = ""
    dependencies: tuple[str, ...] = ()
    """The names of the resources that are created before this one."""
    aliases: tuple[Any, ...] = ()
    provider: str = ""
    """The name of its explicit provider; empty if it has the default one."""


@dataclass
class Recorder:
    """Everything that a program registered. An invoke without a prepared answer raises an error."""

    resources: list[Registered] = field(default_factory=list)
    """All resources except providers."""
    providers: list[Registered] = field(default_factory=list)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The outputs that each component registered, by the component's name; the stack's own under `stack`."""
    invokes: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The prepared answers to invokes, by token."""
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Outputs that resources have beyond their inputs after an `up`, by type."""
    warnings: list[str] = field(default_factory=list)
    """The program's warnings."""

    def of_type(self, type_: str) -> list[Registered]:
        return [resource for resource in self.resources if resource.type == type_]

    def one(self, type_: str, name: str | None = None) -> Registered:
        found = [r for r in self.of_type(type_) if name is None or r.name == name]
        if len(found) != 1:
            raise AssertionError(f"{type_} {name}: {len(found)}, of {[r.name for r in self.of_type(type_)]}")
        return found[0]


class _Mocks(Mocks):
    """What remains for Pulumi's own monitor to ask: invokes, and resources with announced outputs."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        if args.token not in self._recorder.invokes:
            raise AssertionError(f"unexpected invoke of {args.token} with {args.args}")
        return self._recorder.invokes[args.token], []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        outputs = dict(args.inputs) | self._recorder.answers.get(args.typ, {})
        return str(outputs.pop("id", f"{args.name}-id")), outputs


class _RecordingMonitor(PulumiMonitor):
    def __init__(self, recorder: Recorder, *, preview: bool) -> None:
        super().__init__(_Mocks(recorder))
        self._recorder = recorder
        self._preview = preview

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name of Pulumi's RPC
        if request.type == "pulumi:pulumi:Stack":
            return super().RegisterResource(request)
        is_provider = request.type.startswith("pulumi:providers:")
        (self._recorder.providers if is_provider else self._recorder.resources).append(registered(request))
        if not self._preview and request.type in self._recorder.answers:
            return super().RegisterResource(request)
        # Of any other, the outputs are the inputs: as they came, which is faster than to read and write them again.
        urn = self.make_urn(request.parent, request.type, request.name)
        id_ = "" if self._preview else f"{request.name}-id"
        return resource_pb2.RegisterResourceResponse(urn=urn, id=id_, object=request.object)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the name of Pulumi's RPC
        outputs = rpc.deserialize_properties(request.outputs, keep_unknowns=True)
        name = "stack" if "::pulumi:pulumi:Stack::" in request.urn else _name(request.urn)
        # A stack without its own program may register empty outputs after those that a test wants to keep.
        self._recorder.outputs[name] = self._recorder.outputs.get(name, {}) | outputs
        return super().RegisterResourceOutputs(request)


def registered(request: Any) -> Registered:
    """A resource, by the request that registers it."""
    with event_loop_of_this_thread():
        inputs = rpc.deserialize_properties(request.object, keep_unknowns=True)
    return Registered(
        type=request.type,
        name=request.name,
        inputs=plain(inputs),
        secret_inputs=frozenset(key for key, value in inputs.items() if rpc.is_rpc_secret(value)),
        parent=_name(request.parent),
        ignore_changes=tuple(request.ignoreChanges),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        protect=request.protect,
        retain_on_delete=request.retainOnDelete,
        delete_before_replace=request.deleteBeforeReplace,
        replace_on_changes=tuple(request.replaceOnChanges),
        import_id=request.importId,
        dependencies=tuple(sorted(_name(urn) for urn in request.dependencies)),
        aliases=tuple(request.aliases),
        provider=_name(request.provider.rpartition("::")[0]),
    )


def _name(urn: str) -> str:
    return "" if "::pulumi:pulumi:Stack::" in urn else urn.rpartition("::")[2]


class _Log(logging.Handler):
    def __init__(self, recorder: Recorder) -> None:
        super().__init__(logging.WARNING)
        self._recorder = recorder

    def emit(self, record: logging.LogRecord) -> None:
        self._recorder.warnings.append(record.getMessage())


def record(*, preview: bool = False, stack: str = "test") -> Recorder:
    """Makes a recorder. From now on, all resources go to it.

    With `preview`, no resource exists yet, so only outputs that are inputs are known.
    """
    recorder = Recorder()
    logger = logging.Logger("program", logging.WARNING)  # noqa: LOG001 - only this recorder uses it
    logger.addHandler(_Log(recorder))
    monitor = _RecordingMonitor(recorder, preview=preview)
    pulumi.runtime.set_mocks(
        monitor.mocks, project="gitlab-ecr", stack=stack, preview=preview, logger=logger, monitor=monitor
    )
    return recorder
