"""Pulumi's provider protocol, answered by the adapter as the real providers would answer it."""

from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import contextmanager
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from rehearsal.adapter.adapter import Adapter
from rehearsal.adapter.kind import AdapterError, Kind

from .settings import ConfigurationError
from .tags import TAGS_ALL, all_of_them, differing, known_before, untagged
from .values import UNKNOWN, decoded, differences, plain, struct, top

_PropertyDiff: Final = provider_pb2.PropertyDiff


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """One provider: every RPC that the engine needs, by the names that gRPC calls them.

    Secrets arrive in clear and go back in clear: as with the real providers, the engine marks an output as secret
    when the input of that name is one, or when the program says so.
    """

    def __init__(self, version: str, connect: Callable[[dict[str, Any]], Adapter]) -> None:
        """Takes the version to report, and the function that makes the adapter from the provider's configuration."""
        self._version = version
        self._connect = connect
        self._connected: Adapter | None = None

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "Handshake is not implemented")

    def Parameterize(self, request: Any, context: grpc.ServicerContext) -> Any:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "Parameterize is not implemented")

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return plugin_pb2.PluginInfo(version=self._version)

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        changed = list(differences(plain(request.old_inputs), plain(request.olds), plain(request.news)))
        return _diff(changed)

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _refusals(context):
            self._connected = self._connect(plain(request.args))
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _refusals(context):
            kind = self._adapter(context).kind(request.type, request.name)
        inputs = request.news
        if TAGS_ALL in kind.computed:
            inputs = struct({**plain(inputs), TAGS_ALL: all_of_them(plain(inputs))})
        return provider_pb2.CheckResponse(inputs=inputs)

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        adapter = self._adapter(context)
        kind = adapter.kind(request.type, request.name)
        before, state, after = plain(request.old_inputs), plain(request.olds), plain(request.news)
        ignored = {top(path) for path in request.ignoreChanges}
        after = _as_planned(kind, state, after)
        with _refusals(context):
            after |= adapter.plan(request.type, request.name, after)
        changed = [path for path in _changes(before, state, after) if top(path) not in ignored]
        replaced = {path for path in changed if kind.replaces(top(path))}
        same_name = kind.auto_named and after.get("name") is not None and after.get("name") == state.get("name")
        return _diff(changed, replaced, delete_first=bool(replaced) and (kind.delete_first or same_name))

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        inputs = plain(request.properties)
        adapter = self._adapter(context)
        kind = adapter.kind(request.type, request.name)
        inputs = {**kind.defaults, **inputs}
        with _refusals(context):
            foreseen = adapter.plan(request.type, request.name, inputs)
        if request.preview:
            unknown = dict.fromkeys(kind.computed, UNKNOWN)
            return provider_pb2.CreateResponse(id="", properties=struct({**unknown, **foreseen, **inputs}))
        with _refusals(context):
            id_, outputs = adapter.create(request.type, request.name, decoded(request.properties))
        return provider_pb2.CreateResponse(id=id_, properties=struct({**outputs, **inputs}))

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        state, before = plain(request.properties), plain(request.inputs)
        adapter = self._adapter(context)
        with _refusals(context):
            found = adapter.read(request.type, request.name, request.id, state)
        if found is None:
            return provider_pb2.ReadResponse(id="")
        if TAGS_ALL in adapter.kind(request.type).computed:
            found[TAGS_ALL] = all_of_them(found)
        inputs = known_before(before, {key: value for key, value in found.items() if key in before})
        if not before:  # an import: all that a program could have asked for
            inputs = {key: value for key, value in found.items() if key not in adapter.kind(request.type).computed}
        return provider_pb2.ReadResponse(
            id=request.id.partition("@")[0], properties=struct(found), inputs=struct(inputs)
        )

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        state, adapter = plain(request.olds), self._adapter(context)
        kind = adapter.kind(request.type, request.name)
        # An ignored property keeps its present value; the inputs do not matter.
        ignored = {key: state[key] for key in map(top, request.ignoreChanges) if key in state}
        inputs = {**_as_planned(kind, state, plain(request.news)), **ignored}
        with _refusals(context):
            foreseen = adapter.plan(request.type, request.name, inputs)
        if request.preview:
            computed = {key: value for key, value in state.items() if key in kind.computed}
            return provider_pb2.UpdateResponse(properties=struct({**computed, **foreseen, **inputs}))
        with _refusals(context):
            wanted = {**inputs, **decoded(request.news), **ignored}
            outputs = adapter.update(request.type, request.name, request.id, state, wanted)
        return provider_pb2.UpdateResponse(properties=struct({**outputs, **inputs}))

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _refusals(context):
            self._adapter(context).delete(request.type, request.name, request.id, plain(request.properties))
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _refusals(context):
            answer = self._adapter(context).invoke(request.tok, plain(request.args))
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(struct(answer))  # the field has the name of a Python keyword
        return response

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> Any:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "the rehearsal knows no schema: the SDKs carry their own")

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        return empty_pb2.Empty()

    def _adapter(self, context: grpc.ServicerContext) -> Adapter:
        if self._connected is None:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not configured")
        return self._connected


def _changes(before: dict[str, Any], state: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    if TAGS_ALL in after:
        yield from differing(state, after)
        before, state, after = untagged(before), untagged(state), untagged(after)
    yield from differences(before, state, after)


def _as_planned(kind: Kind, state: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs, with the real provider's defaults for what the program leaves out."""
    kept = {key: state[key] for key in kind.kept if state.get(key) is not None}
    return {**kept, **kind.defaults, **inputs}


def _diff(changed: list[str], replaced: Collection[str] = (), *, delete_first: bool = False) -> Any:
    kinds = {path: _PropertyDiff.UPDATE_REPLACE if path in replaced else _PropertyDiff.UPDATE for path in changed}
    response = provider_pb2.DiffResponse
    return response(
        changes=response.DIFF_SOME if changed else response.DIFF_NONE,
        diffs=sorted({top(path) for path in changed}),
        replaces=sorted({top(path) for path in replaced}),
        detailedDiff={path: _PropertyDiff(kind=kind, inputDiff=True) for path, kind in kinds.items()},
        hasDetailedDiff=True,
        deleteBeforeReplace=delete_first,
    )


@contextmanager
def _refusals(context: grpc.ServicerContext) -> Generator[None]:
    """The adapter's errors in their own words, without the traceback that gRPC would add."""
    try:
        yield
    except (AdapterError, ConfigurationError) as error:
        context.abort(grpc.StatusCode.UNKNOWN, str(error))
