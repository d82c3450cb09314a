"""`forget` against the GitLab emulator."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from components.cli.__main__ import main
from components.cli.errors import CliError
from components.cli.exit_codes import ExitCode
from components.cli.forget import forget
from components.consumers import derivation as consumers
from components.contract import plan as plans
from components.contract.plan import Flags, OwnerKind, Plan, Target, VariableType
from components.names.access import Access
from components.names.naming import Names
from components.rotation.aws import AwsError, BotoAws
from components.rotation.clock import Deadline, SystemClock
from components.rotation.gitlab import GitLab as Client
from components.rotation.http import PooledHttp
from components.rotation.secret import Secret
from components.variables.description import describe
from rehearsal.gitlab.emulator import GitLab

_HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
_FOREIGN = {"registry.example.com:5000": {"auth": "ZmFrZS11c2VyOmZha2UtcGFzc3dvcmQ="}}
_FLAGS = Flags(VariableType.FILE, masked=True, protected=False, raw=True, hidden=False)
_TARGET = Target(OwnerKind.PROJECT, "acme/web", "acme/web", "DOCKER_AUTH_CONFIG", "*", _FLAGS)
_OURS = describe([_HOST], SystemClock().now(), "acme/web")


def plan(*paths: str) -> Plan:
    names = Names("123456789012", "eu-central-1", "gitlab-ecr")
    return consumers.plan(names, "prod", {}, ["app"], {path: {"pull": ["app"]} for path in paths})


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with GitLab.start() as started:
        started.create_project("acme/web", 7)
        yield started


def client(gitlab: GitLab) -> Client:
    clock = SystemClock()
    token = gitlab.create_token("m", ["api"], project="acme/web")
    return Client(gitlab.url, Secret(token), PooledHttp(Deadline(clock, 30), connections=1, allow_http=True))


def adopt(gitlab: GitLab, description: str = _OURS, **flags: object) -> None:
    value = json.dumps({"auths": {_HOST: {"auth": "QVdTOmZha2U="}, **_FOREIGN}}, separators=(",", ":"))
    gitlab.set_variable("project", "acme/web", "DOCKER_AUTH_CONFIG", value, description=description, **flags)


def test_our_entries_are_removed_and_the_rest_stays_with_every_flag(gitlab: GitLab) -> None:
    adopt(gitlab, masked=True, raw=True, protected=True, variable_type="env_var")
    assert forget(_TARGET, plan("acme/other"), client(gitlab)) == [_HOST]
    record = gitlab.variable("project", "acme/web", "DOCKER_AUTH_CONFIG") or {}
    assert json.loads(record["value"]) == {"auths": _FOREIGN}
    assert (record["description"] or "", record["protected"], record["variable_type"]) == ("", True, "env_var")
    with pytest.raises(CliError, match="no rotation wrote it"):
        forget(_TARGET, plan(), client(gitlab))


def test_hosts_given_by_hand_are_removed_where_no_description_names_them(gitlab: GitLab) -> None:
    adopt(gitlab, "mine")
    assert forget(_TARGET, plan(), client(gitlab), [_HOST]) == [_HOST]


@pytest.mark.parametrize("owner", ["acme/web", "Acme/Web"])
def test_a_target_of_the_plan_is_refused(gitlab: GitLab, owner: str) -> None:
    adopt(gitlab)
    before = gitlab.variable("project", "acme/web", "DOCKER_AUTH_CONFIG")
    with pytest.raises(CliError, match=r"still in the plan.*run `pulumi up` first"):
        forget(replace(_TARGET, owner=owner), plan("acme/web"), client(gitlab))
    assert gitlab.variable("project", "acme/web", "DOCKER_AUTH_CONFIG") == before


def test_what_cannot_be_read_is_left_alone(gitlab: GitLab) -> None:
    with pytest.raises(CliError, match="there is no such variable"):
        forget(_TARGET, plan(), client(gitlab))
    adopt(gitlab, masked=True, raw=True, hidden=True)
    with pytest.raises(CliError, match="it is hidden"):
        forget(_TARGET, plan(), client(gitlab))


def test_a_variable_of_access_keys_in_the_plan_is_refused(gitlab: GitLab) -> None:
    names = Names("123456789012", "eu-central-1", "gitlab-ecr")
    keys: Any = {"acme/web": {"access": Access.ACCESS_KEYS, "pull": ["app"], "long_lived_keys": True}}
    with pytest.raises(CliError, match="still in the plan"):
        forget(
            replace(_TARGET, key="AWS_ACCESS_KEY_ID"),
            consumers.plan(names, "prod", {}, ["app"], keys),
            client(gitlab),
        )


def test_a_value_that_is_no_docker_login_stays_and_is_named(gitlab: GitLab) -> None:
    gitlab.set_variable("project", "acme/web", "DOCKER_AUTH_CONFIG", "no JSON", description=_OURS)
    with pytest.raises(CliError, match=r"^project acme/web DOCKER_AUTH_CONFIG: "):
        forget(_TARGET, plan(), client(gitlab))
    assert (gitlab.variable("project", "acme/web", "DOCKER_AUTH_CONFIG") or {})["value"] == "no JSON"


def test_the_instance_has_one_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plan.json"
    file.write_text(plans.dumps(plan("acme/other")))
    assert main(["forget", "instance", "acme", "--plan", str(file)]) == ExitCode.USAGE
    assert "OWNER: got 'acme'; the owner of the instance's variables is written instance" in " ".join(
        capsys.readouterr().err.split()
    )


@pytest.mark.parametrize(
    ("code", "advice"), [("ResourceNotFoundException", "; store a token with `gitlab-ecr token set`"), ("Denied", "")]
)
def test_without_the_rotators_token_nothing_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, code: str, advice: str
) -> None:
    def refuse(*_: object) -> str:
        raise AwsError(code, "no")

    monkeypatch.setattr(BotoAws, "secret", refuse)
    file = tmp_path / "plan.json"
    file.write_text(plans.dumps(plan("acme/other")))
    assert main(["forget", "project", "acme/web", "--plan", str(file)]) == ExitCode.FAILED
    assert " ".join(capsys.readouterr().err.split()).endswith(f"gitlab-token: {code}: no{advice}")
