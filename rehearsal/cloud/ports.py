"""Free ports on loopback, for processes that cannot choose one themselves."""

import random
import socket
from typing import Final

_PORTS: Final = range(20000, 32000)  # below the range that outgoing connections take theirs from


def free_port() -> int:
    """A free loopback port."""
    while True:
        port = random.choice(_PORTS)  # noqa: S311 - picks a port, protects nothing
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
