"""`check` of a self-managed GitLab: its version, and what an older one lets forks do."""

import json
from typing import Any

import pytest

from components.cli.__main__ import main
from components.cli.exit_codes import ExitCode
from rehearsal.gitlab.api import namespaces
from rehearsal.gitlab.faults import Fault
from rehearsal.world import World


def _check(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and the row of the instance."""
    code = main(["check", "--function", "gitlab-ecr-local-rotator", "--json", *more])
    (row,) = [row for row in json.loads(capsys.readouterr().out) if row["target"].startswith("GitLab ")]
    assert row["target"] == "GitLab https://gitlab.example.com"
    return code, row


@pytest.mark.parametrize("version", ["18.2.1-ee", "17.11.0", "unknown", None, "glpat-fake-0000-fake-0000"])
def test_check_refuses_a_gitlab_in_which_forks_get_the_roles_of_a_branch(
    at_home: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, version: str | None
) -> None:
    monkeypatch.setitem(namespaces._VERSION, "version", version)
    code, found = _check(capsys)
    assert code == ExitCode.FOUND
    assert not found["ok"]
    assert "is not 18.2.2 or later, and there a merge request from a fork" in found["found"]
    assert "fake-0000" not in found["found"]
    _, trusted = _check(capsys, "--trust-forks")
    assert trusted["ok"]


def test_check_reads_the_version_where_an_old_gitlab_has_it(
    at_home: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(namespaces._VERSION, "version", "14.9.0")
    fault = at_home.gitlab.inject(Fault("GET", "/metadata$", times=None, status=404))
    _, found = _check(capsys)
    at_home.gitlab.remove(fault)
    assert "version '14.9.0' is not 18.2.2" in found["found"]


def test_check_says_when_the_version_cannot_be_read(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    fault = at_home.gitlab.inject(Fault("GET", "/(metadata|version)$", times=None, status=404))
    code, found = _check(capsys)
    at_home.gitlab.remove(fault)
    assert code == ExitCode.FOUND
    assert found["found"] == ("its version cannot be read: GitLab answered 404 for version")
