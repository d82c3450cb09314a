"""A provider of the rehearsal, asked over gRPC with plain values."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from rehearsal.engine.provider import serve
from rehearsal.engine.values import struct

REGION = "eu-central-1"


class Provider:
    """What the engine asks a provider, with plain values."""

    def __init__(self, stub: Any) -> None:
        self.stub = stub

    def configure(self, **settings: Any) -> Any:
        args = {"region": REGION, **settings}
        return self.stub.Configure(provider_pb2.ConfigureRequest(args=struct(args)))

    def check(self, type_: str, inputs: dict[str, Any]) -> dict[str, Any]:
        request = provider_pb2.CheckRequest(urn=_urn(type_), type=type_, name="it", news=struct(inputs))
        return plain(self.stub.Check(request).inputs)

    def create(self, type_: str, inputs: dict[str, Any], *, preview: bool = False) -> Any:
        return self.stub.Create(
            provider_pb2.CreateRequest(
                urn=_urn(type_), type=type_, name="it", properties=struct(inputs), preview=preview
            )
        )

    def diff(
        self,
        type_: str,
        state: dict[str, Any],
        inputs: dict[str, Any],
        before: dict[str, Any] | None = None,
        ignored: list[str] | None = None,
    ) -> Any:
        return self.stub.Diff(
            provider_pb2.DiffRequest(
                urn=_urn(type_),
                type=type_,
                name="it",
                olds=struct(state),
                old_inputs=struct(state if before is None else before),
                news=struct(inputs),
                ignoreChanges=ignored or [],
            )
        )

    def read(
        self, type_: str, id_: str, state: dict[str, Any] | None = None, inputs: dict[str, Any] | None = None
    ) -> Any:
        return self.stub.Read(
            provider_pb2.ReadRequest(
                urn=_urn(type_),
                type=type_,
                name="it",
                id=id_,
                properties=struct(state or {}),
                inputs=struct(inputs or {}),
            )
        )

    def update(
        self,
        type_: str,
        id_: str,
        state: dict[str, Any],
        inputs: dict[str, Any],
        *,
        preview: bool = False,
        ignored: list[str] | None = None,
    ) -> Any:
        return self.stub.Update(
            provider_pb2.UpdateRequest(
                urn=_urn(type_),
                type=type_,
                name="it",
                id=id_,
                olds=struct(state),
                news=struct(inputs),
                preview=preview,
                ignoreChanges=ignored or [],
            )
        )

    def delete(self, type_: str, id_: str, state: dict[str, Any] | None = None) -> None:
        self.stub.Delete(
            provider_pb2.DeleteRequest(urn=_urn(type_), type=type_, name="it", id=id_, properties=struct(state or {}))
        )


@contextmanager
def started(name: str, environment: Mapping[str, str], settings: Mapping[str, Any] | None = None) -> Iterator[Provider]:
    """A provider in this process, as if in this environment, configured with the settings of a provider resource.

    With None as the settings it is not configured.
    """
    server, port = serve(name, environment)
    try:
        with asked(port) as provider:
            if settings is not None:
                provider.configure(**settings)
            yield provider
    finally:
        server.stop(None).wait()


@contextmanager
def asked(port: int) -> Iterator[Provider]:
    """The provider that listens on this port."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Provider(provider_pb2_grpc.ResourceProviderStub(channel))


def plain(message: struct_pb2.Struct) -> dict[str, Any]:
    """The message's values; a test compares numbers as Python does, so 30.0 is 30."""
    return {key: _value(value) for key, value in message.items()}


def _value(value: Any) -> Any:
    if isinstance(value, struct_pb2.Struct):
        return plain(value)
    if isinstance(value, struct_pb2.ListValue):
        return [_value(item) for item in value]
    return value


def _urn(type_: str) -> str:
    return f"urn:pulumi:test::gitlab-ecr::{type_}::it"
