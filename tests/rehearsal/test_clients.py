"""What the clients that pull say when they get no answer."""

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import urllib3

from rehearsal import clients
from rehearsal.clients import OwnClient, Refused, Skopeo
from rehearsal.puller import PullError

_CLOUD: Any = SimpleNamespace(proxy_url="http://127.0.0.1:1", ca_file="/fake/ca.pem")


def test_an_answer_that_is_neither_yes_nor_no_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise PullError("GET https://r.example.com/v2/: 500")

    monkeypatch.setattr(clients, "pull", fail)
    found = OwnClient(urllib3.PoolManager()).pull("r.example.com", "ci/node", "1", None)
    assert found == ("failed", "GET https://r.example.com/v2/: 500")


def test_an_identity_without_a_session_is_denied_with_awss_reason() -> None:
    assert Refused("AccessDenied: no").pull("r.example.com", "ci/node", "1", None) == ("denied", "AccessDenied: no")


def test_a_skopeo_that_does_not_end_is_a_failure_and_leaves_no_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []

    def hang(command: list[str], **options: Any) -> Any:
        given.append(Path(command[command.index("--authfile") + 1]).read_text())
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(subprocess, "run", hang)
    found = Skopeo(_CLOUD, tmp_path, name="skopeo").pull("r.example.com", "ci/node", "1", '{"auths":{}}')
    assert found == ("failed", "skopeo: no end after 60 s")
    assert (given, list(tmp_path.rglob("auth.json"))) == (['{"auths":{}}'], [])
