"""A podman that does not start, and one that is stopped while containers run or after it has ended."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rehearsal.job_runs import podman
from rehearsal.job_runs.docker_api import EngineError
from rehearsal.job_runs.podman import Podman

_CLOUD: Any = SimpleNamespace(proxy_url="http://127.0.0.1:1", ca_file="/fake/ca.pem")
_SCRIPT = '#!/bin/sh\ncase "$*" in *info*) exit 125;; esac\necho "asked: $*"\necho no space left >&2\n'


def test_one_that_does_not_answer_is_reported_with_its_last_words_and_stores_copies_where_overlays_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "podman"
    program.write_text(_SCRIPT)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(podman, "_START_LIMIT", 0.2)
    folder = tmp_path / "jobs" / "engine"
    folder.mkdir(parents=True)
    with pytest.raises(EngineError, match=r"^podman's service did not answer in 0 s: .* \| no space left$") as error:
        Podman(_CLOUD, folder)
    assert f"asked: --storage-driver vfs --root {folder}/images " in str(error.value)
    assert not folder.parent.exists()


class _Api:
    """Containers that were started and not removed."""

    def __init__(self, *containers: str, gone: bool = False) -> None:
        self.left = list(containers)
        self._gone = gone

    def containers(self) -> list[str]:
        if self._gone:
            raise EngineError("GET /containers/json: connection refused")
        return list(self.left)

    def remove(self, number: str) -> None:
        self.left.remove(number)


@pytest.mark.parametrize(("api", "left"), [(_Api("a", "b"), []), (_Api("a", gone=True), ["a"])])
def test_its_containers_are_removed_and_its_service_is_stopped_in_any_case(api: _Api, left: list[str]) -> None:
    stopped: list[bool] = []
    engine = object.__new__(Podman)
    engine.__dict__.update(api=api, _service=SimpleNamespace(stop=lambda: stopped.append(True)))
    engine.stop()
    assert (api.left, stopped) == (left, [True])
