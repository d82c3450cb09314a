"""`check` of a self-managed GitLab: its version, and what forks may do in an older one."""

import json
from dataclasses import replace
from typing import Any

import pytest
from plans import audience, plan_of, target

from components.cli.__main__ import main
from components.cli.exit_codes import ExitCode
from components.cli.gitlab_api import GitLabApi
from components.cli.gitlab_instance import Instance
from components.contract.plan import OwnerKind, Registry
from components.rotation.clock import Deadline, SystemClock
from components.rotation.http import PooledHttp
from components.rotation.secret import Secret
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


def _hosts(count: int) -> tuple[Registry, ...]:
    return tuple(
        Registry(f"{number:012}", "eu-central-1", (f"{number:012}.dkr.ecr.eu-central-1.amazonaws.com",))
        for number in range(count)
    )


@pytest.mark.parametrize(
    ("version", "holds"), [("16.11.0-ee", False), ("unknown", False), ("17.0.0", True), ("19.4.0", True)]
)
def test_check_names_the_values_that_an_older_gitlab_does_not_hold(version: str, holds: bool) -> None:
    wanted = plan_of(
        target("acme/web"),
        target("acme/small", "small"),
        replace(target("instance"), owner_kind=OwnerKind.INSTANCE),
        audiences={"backend": audience("backend", registries=_hosts(3)), "small": audience("small")},
    )
    rows = Instance("https://gitlab.example.com", version).rows(wanted, trust_forks=False)[1:]
    assert [row["target"] for row in rows] == ([] if holds else ["project acme/web DOCKER_AUTH_CONFIG"])
    assert all(f"version {version!r}: its value may be 7,697" in row["found"] and not row["ok"] for row in rows)


def test_check_spells_keys_as_a_stack_file_does() -> None:
    registries = tuple(replace(each, hosts=(*each.hosts, f"fips.{each.hosts[0]}")) for each in _hosts(2))
    wanted = plan_of(target("acme/web"), audiences={"backend": audience("backend", registries=registries)})
    (_, row) = Instance("https://gitlab.example.com", "16.11.0-ee").rows(wanted, trust_forks=False)
    assert "leave out the `hostForms` that no image is written with" in row["found"]


def test_check_asks_gitlab_com_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    api = GitLabApi(
        "https://gitlab.com",
        Secret("glpat-fake-0000"),
        PooledHttp(Deadline(SystemClock(), 1), connections=1),
    )
    monkeypatch.setattr(PooledHttp, "request", lambda *_: pytest.fail("it asked"))
    asked = Instance.asked(api, "https://gitlab.com/")
    assert asked.rows(plan_of(target("acme/web")), trust_forks=False) == []


@pytest.mark.parametrize(("permissions", "missing"), [(["Update"], False), ([], True)])
def test_check_tries_to_write_where_that_is_asked_for(
    at_home: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    permissions: list[str],
    missing: bool,
) -> None:
    granted = [f"Variable: {action}" for action in ("Read", *permissions)]
    token = at_home.gitlab.create_fine_grained_token("least", "root", granted, ["acme"])
    monkeypatch.setenv("GITLAB_TOKEN", token)
    written = len([event for event in at_home.gitlab.events if event.method == "PUT"])
    main(["check", "--function", "gitlab-ecr-local-rotator", "--json", "--write"])
    rows = {row["target"]: row["found"] for row in json.loads(capsys.readouterr().out)}
    found = rows["project acme/frontend/web DOCKER_AUTH_CONFIG"]
    assert ("lacks the required permissions: [Variable: Update]" in found) is missing
    assert ("needs Variable: Read, Create and Update on each project and group" in found) is missing
    assert len([event for event in at_home.gitlab.events if event.method == "PUT"]) > written


def test_check_writes_nothing_by_itself(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    written = len([event for event in at_home.gitlab.events if event.method == "PUT"])
    _check(capsys)
    assert len([event for event in at_home.gitlab.events if event.method == "PUT"]) == written
