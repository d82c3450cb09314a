"""A port that another program has is not taken."""

import random
import socket

import pytest

from rehearsal.cloud.ports import free_port


def test_a_port_in_use_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    choose = random.choice
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        first = iter([taken])
        monkeypatch.setattr(random, "choice", lambda ports: next(first, 0) or choose(ports))
        assert free_port() != taken
        assert next(first, None) is None
