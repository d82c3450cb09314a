"""The plugin as Pulumi runs it, with a monitor that answers as the engine would and keeps what is registered."""

import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent import futures
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2, struct_pb2
from measured import measured_children
from program import ROOT
from pulumi.runtime.proto import (
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
    resource_pb2,
    resource_pb2_grpc,
)

from rehearsal.engine.values import struct
from validation.recorder import Registered, registered

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_OUTPUT_VALUE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"  # Pulumi's marks of a special value, and of which kind it is
_KNOWS: Final = {"secrets", "outputValues", "resourceReferences", "aliasSpecs", "deletedWith"}
_SECONDS: Final = 60


def output(value: Any = None, *, secret: bool = False) -> dict[str, Any]:
    """An output of the program that uses the component; not known yet, without a value."""
    made: dict[str, Any] = {_SIGNATURE: _OUTPUT_VALUE, "secret": secret}
    return made if value is None else {**made, "value": value}


class _Engine(resource_pb2_grpc.ResourceMonitorServicer):
    """Answers each resource with its inputs, and with what was announced for its type."""

    def __init__(self) -> None:
        self.resources: list[Registered] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.providers: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def SupportsFeature(self, request: Any, context: Any) -> Any:
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in _KNOWS)

    def RegisterResource(self, request: Any, context: Any) -> Any:
        with self._lock:
            self.resources.append(registered(request))
        answer = struct_pb2.Struct()
        answer.CopyFrom(request.object)
        beyond = self.answers.get(request.type, {})
        answer.MergeFrom(struct({key: value for key, value in beyond.items() if key != "id"}))
        above = request.parent.split("::")[2] + "$" if request.parent else ""
        urn = f"urn:pulumi:prod::acme::{above}{request.type}::{request.name}"
        id_ = str(beyond.get("id", f"{request.name}-id")) if request.custom else ""
        return resource_pb2.RegisterResourceResponse(urn=urn, id=id_, object=answer)

    def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:
        """Only the look-up of a provider that was handed over is expected."""
        if request.tok != "pulumi:pulumi:getResource":
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"unexpected invoke of {request.tok}")
        urn = request.args["urn"]
        found: Any = {"return": struct({"urn": urn, "id": "1", "state": self.providers[urn]})}  # a word of Python's
        return provider_pb2.InvokeResponse(**found)


class Plugin:
    """The plugin process, asked as the engine asks it."""

    def __init__(self, stub: Any, engine: _Engine, address: str) -> None:
        self.stub = stub
        self.engine = engine
        self._address = address

    def schema(self) -> str:
        return self.stub.GetSchema(provider_pb2.GetSchemaRequest(), timeout=_SECONDS).schema

    def version(self) -> str:
        info: plugin_pb2.PluginInfo = self.stub.GetPluginInfo(empty_pb2.Empty(), timeout=_SECONDS)
        return info.version

    def construct(self, name: str, inputs: Mapping[str, Any], **request: Any) -> Any:
        """Constructs the component `it` of a class; with `dryRun`, in a preview."""
        self.engine.resources.clear()
        return self.stub.Construct(
            provider_pb2.ConstructRequest(
                project="acme",
                stack="prod",
                type=f"gitlab-ecr:index:{name}",
                name="it",
                parallel=16,
                monitorEndpoint=self._address,
                inputs=struct(inputs),
                accepts_output_values=True,
                **request,
            ),
            timeout=_SECONDS,
        )


@contextmanager
def started() -> Iterator[Plugin]:
    """The plugin's process; it ends with the block."""
    engine = _Engine()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(engine, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    with ExitStack() as undo:
        undo.callback(lambda: server.stop(None).wait())
        # From a folder that has nothing to do with the tree, as from the user's program.
        # It gets no engine to log to: for each resource, Pulumi tells it some twenty lines that nobody reads.
        command = [sys.executable, "-W", "ignore", str(ROOT / "plugin"), ""]
        with measured_children():
            process = undo.enter_context(subprocess.Popen(command, cwd="/", stdout=subprocess.PIPE, text=True))
        undo.callback(process.terminate)
        assert process.stdout
        channel = undo.enter_context(grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}"))
        yield Plugin(provider_pb2_grpc.ResourceProviderStub(channel), engine, address)
