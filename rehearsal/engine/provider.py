"""`python -m rehearsal.engine.provider aws|gitlab`: a provider process for Pulumi's engine.

It prints its port, as the engine expects of a plugin, and serves until the engine ends it.
"""

import os
import sys
from collections.abc import Mapping
from concurrent import futures
from functools import partial
from importlib import metadata
from typing import Any, Final

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from rehearsal.adapter.adapter import Adapter

from .clients import EnvironmentClients
from .servicer import Servicer

PROVIDERS: Final = ("aws", "gitlab")
_MESSAGE_BYTES: Final = 400 * 1024 * 1024  # the engine's own limit


def serve(provider: str, environment: Mapping[str, str]) -> tuple[grpc.Server, int]:
    """Starts to serve; returns the server and its port.

    Args:
        provider: `aws` or `gitlab`; it has the version of the SDK that the program uses.
        environment: where it finds the keys and the addresses, as the real one does.
    """
    options = [("grpc.max_receive_message_length", _MESSAGE_BYTES), ("grpc.max_send_message_length", _MESSAGE_BYTES)]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=options)
    servicer = Servicer(metadata.version(f"pulumi-{provider}"), partial(_connect, provider, environment))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def _connect(provider: str, environment: Mapping[str, str], configuration: dict[str, Any]) -> Adapter:
    return Adapter(EnvironmentClients(environment, configuration, provider))


def main(arguments: list[str]) -> None:
    """Serves the provider named first; the engine adds its own address, which is not needed."""
    if not arguments or arguments[0] not in PROVIDERS:
        sys.exit(f"python -m rehearsal.engine.provider: got {arguments}; write one of {', '.join(PROVIDERS)}")
    server, port = serve(arguments[0], os.environ)
    print(port, flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main(sys.argv[1:])
