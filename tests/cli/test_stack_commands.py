"""`status`, `rotate` and `check` in the rehearsed world."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from doctor_lab import KEY

from components.cli.__main__ import main
from components.cli.exit_codes import ExitCode
from components.cli.plan_source import Source
from components.contract import plan as plans
from components.variables.keys import ACCESS_KEYS
from rehearsal.namespaces import SHADOWED
from rehearsal.world import World

DATA = Path(__file__).parents[1] / "data"
WEB, BACKEND, LEGACY = "acme/frontend/web", "acme/backend", "acme/legacy"
KEYS = f"project {LEGACY} access keys"
FUNCTION = ("--function", "gitlab-ecr-local-rotator")


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    code = main([*arguments, "--json"])
    words = capsys.readouterr()
    return code, {row["target"]: row for row in json.loads(words.out)}


def web_variable(world: World) -> dict[str, Any]:
    record = world.gitlab.variable("project", WEB, KEY)
    assert record is not None
    return record


def change(world: World, **changes: Any) -> None:
    record = {**web_variable(world), **changes}
    value = record.pop("value")
    record.pop("hidden")
    world.gitlab.set_variable("project", WEB, record.pop("key"), value, **record)


@pytest.fixture
def kept(at_home: World) -> Any:
    """The world, with the variable as it was when the test is over."""
    before = web_variable(at_home)
    yield at_home
    change(at_home, **before)


def test_status_shows_each_variable_and_the_last_rotation(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = rows(capsys, "status", *FUNCTION)
    assert code == ExitCode.OK
    assert set(found) == {f"group {BACKEND} {KEY}", f"project {WEB} {KEY}", KEYS}
    web = found[f"project {WEB} {KEY}"]
    assert web["registries"] == at_home.registry_host
    assert datetime.fromisoformat(web["valid_until"]) > datetime.now(UTC) + timedelta(hours=11)
    assert web["last_rotation"].endswith("Z published")
    assert web["health"] == "good"


def test_status_names_an_access_key_by_its_ending_and_says_when_the_next_is_due(
    at_home: World, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = rows(capsys, "status", *FUNCTION)
    key_id = at_home.gitlab.variable("project", LEGACY, ACCESS_KEYS[0])
    assert key_id is not None
    assert found[KEYS]["key"].startswith(f"...{key_id['value'][-4:]} of 20")
    assert datetime.fromisoformat(found[KEYS]["valid_until"]) > datetime.now(UTC) + timedelta(hours=5)
    assert found[KEYS]["last_rotation"].endswith(("published", "kept"))
    assert found[KEYS]["health"] == "good"
    assert main(["status", *FUNCTION]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert f"{KEYS}\t{found[KEYS]['key']}" in shown
    assert key_id["value"] not in shown


@pytest.mark.parametrize(
    ("changes", "health"),
    [
        (
            {"description": "gitlab-ecr: access key ...FAKE, made 2026-01-01T00:00Z"},
            "mixed: the id belongs to the key ...FAKE, the",
        ),
        ({"description": "mine"}, "never rotated, or its description was edited: run `gitlab-ecr rotate`"),
    ],
)
def test_status_says_what_is_wrong_with_a_pair_and_rotate_repairs_it(
    at_home: World, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], health: str
) -> None:
    record = at_home.gitlab.variable("project", LEGACY, ACCESS_KEYS[0])
    assert record is not None
    changed = {key: value for key, value in {**record, **changes}.items() if key not in {"key", "value", "hidden"}}
    at_home.gitlab.set_variable("project", LEGACY, ACCESS_KEYS[0], record["value"], **changed)
    code, found = rows(capsys, "status", *FUNCTION)
    assert code == ExitCode.FOUND
    assert found[KEYS]["health"].startswith(health)
    assert main(["rotate", *FUNCTION]) == ExitCode.OK
    assert "access keys: 1 published" in capsys.readouterr().out
    assert rows(capsys, "status", *FUNCTION)[0] == ExitCode.OK
    assert at_home.gitlab.variable("project", LEGACY, ACCESS_KEYS[0])["value"] == record["value"]  # type: ignore[index] # pyright: ignore[reportOptionalSubscript] - it is there


@pytest.mark.parametrize(
    ("description", "health"),
    [
        ("gitlab-ecr: valid until 2026-01-01T00:00Z", "expired: run `gitlab-ecr rotate`"),
        ("by hand", "never rotated: run `gitlab-ecr rotate`"),
        (
            "gitlab-ecr: valid until 2099-01-01T00:00Z",
            "says valid until 2099-01-01T00:00Z, but no ECR token lives that long: run `gitlab-ecr rotate`",
        ),
    ],
)
def test_status_says_what_is_wrong(
    kept: World, capsys: pytest.CaptureFixture[str], description: str, health: str
) -> None:
    change(kept, description=description)
    code, found = rows(capsys, "status", *FUNCTION)
    assert (code, found[f"project {WEB} {KEY}"]["health"]) == (ExitCode.FOUND, health)
    assert found[f"group {BACKEND} {KEY}"]["health"] == "good"


def test_after_up_check_finds_only_the_project_that_hides_its_groups_variable(
    at_home: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *FUNCTION, "--json"]) == ExitCode.FOUND
    found = [row for row in json.loads(capsys.readouterr().out) if not row["ok"]]
    assert [row["target"] for row in found] == [f"group {BACKEND} {KEY}"]
    assert f"{BACKEND}/{SHADOWED}" in found[0]["found"]


def test_check_finds_nothing_where_nothing_is_wrong(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    at_home.gitlab.delete(f"{BACKEND}/{SHADOWED}")
    code, found = rows(capsys, "check", *FUNCTION)
    at_home.gitlab.create_project(f"{BACKEND}/{SHADOWED}")
    at_home.gitlab.set_variable("project", f"{BACKEND}/{SHADOWED}", KEY, '{"auths":{}}')
    assert code == ExitCode.OK
    assert {target: row["found"] for target, row in found.items()} == dict.fromkeys(
        [
            *(f"group {BACKEND} {KEY}", f"project {WEB} {KEY}"),
            *(f"project {LEGACY} {key}" for key in ACCESS_KEYS),
        ],
        "",
    ) | {"GitLab https://gitlab.example.com": "version 19.4.0-ee"}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"protected": True}, "protected is True, but False is declared"),
        ({"masked": False, "value": "{'auths':{}}"}, "uses single quotes"),
    ],
)
def test_check_names_a_flag_and_a_broken_document(
    kept: World, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], found: str
) -> None:
    change(kept, **changes)
    code, rows_found = rows(capsys, "check", *FUNCTION)
    assert code == ExitCode.FOUND
    assert found in rows_found[f"project {WEB} {KEY}"]["found"]


def test_check_finds_a_scope_that_no_environment_of_the_project_has(
    at_home: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at_home.gitlab.create_project("lab-scopes/app")
    at_home.gitlab.create_environment("lab-scopes/app", "staging")
    flags = {"masked": True, "raw": True, "variable_type": "file", "description": "gitlab-ecr: waiting"}
    at_home.gitlab.set_variable(
        "project", "lab-scopes/app", KEY, '{"auths":{}}', environment_scope="production", **flags
    )
    whole = Source(None, FUNCTION[1]).plan()
    narrow = dataclasses.replace(
        next(target for target in whole.targets if target.path == WEB),
        owner="lab-scopes/app",
        path="lab-scopes/app",
        environment_scope="production",
    )
    plan = tmp_path / "plan.json"
    plan.write_text(plans.dumps(dataclasses.replace(whole, targets=[narrow])))
    assert main(["check", "--plan", str(plan)]) == ExitCode.FOUND
    words = "no environment is called production, so no job sees it; there are: staging"
    assert f"project lab-scopes/app {KEY} (production)\tFalse\t{words}; write a scope" in capsys.readouterr().out
    at_home.gitlab.create_environment("lab-scopes/app", "production")
    assert main(["check", "--plan", str(plan)]) == ExitCode.OK


def test_check_with_a_token_that_may_not_write_names_the_target(
    at_home: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITLAB_TOKEN", at_home.gitlab.create_token("dev", ["api"], project=WEB, access_level=30))
    code, found = rows(capsys, "check", *FUNCTION)
    assert code == ExitCode.FOUND
    assert "403" in found[f"project {WEB} {KEY}"]["found"]
    assert "404" in found[f"group {BACKEND} {KEY}"]["found"]


def test_rotate_fires_the_rotator(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    before = web_variable(at_home)["value"]
    assert main(["rotate", *FUNCTION]) == ExitCode.OK
    assert capsys.readouterr().out == "variables: 2 published\naccess keys: 1 kept\n"
    assert web_variable(at_home)["value"] != before


def test_rotate_names_what_failed(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    at_home.gitlab.archive(WEB)
    code = main(["rotate", *FUNCTION])
    at_home.gitlab._state.store.at(WEB).archived = False
    assert code == ExitCode.FOUND
    assert f"project {WEB} {KEY}: " in capsys.readouterr().out


def test_rotate_with_a_plan_runs_on_this_machine_as_the_rotators_role(
    at_home: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(plans.dumps(Source(None, FUNCTION[1]).plan()))
    before = web_variable(at_home)["value"]
    iam, role = at_home.aws("iam"), "gitlab-ecr-local-rotator"
    trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    everybody = {"Effect": "Allow", "Principal": {"AWS": at_home.account}, "Action": "sts:AssumeRole"}
    opened = {**trust, "Statement": [*trust["Statement"], everybody]}
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(opened))
    arn = iam.get_role(RoleName=role)["Role"]["Arn"]
    session = at_home.aws("sts").assume_role(RoleArn=arn, RoleSessionName="person")["Credentials"]
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", session["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", session["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", session["SessionToken"])
    assert main(["rotate", "--plan", str(plan)]) == ExitCode.OK
    assert capsys.readouterr().out.startswith("variables: 2 published\n")
    assert web_variable(at_home)["value"] != before


def test_rotate_with_a_plan_says_which_right_is_missing(
    at_home: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(plans.dumps(Source(None, FUNCTION[1]).plan()))
    code, before = main(["rotate", "--plan", str(plan), "--json"]), capsys.readouterr().out
    # The administrator of the account is not the rotator's role, and only that one may assume the pull roles.
    assert code == ExitCode.FOUND
    assert f"audience {WEB}: no token as arn:aws:iam::123456789012:role/gitlab-ecr-local/pull/" in before
    assert json.loads(before)["ok"] is False


@pytest.mark.parametrize("command", ["status", "rotate", "check"])
def test_a_command_without_plan_or_function_says_what_to_write(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command]) == ExitCode.USAGE
    assert "(the stack's output rotator), or --plan FILE" in capsys.readouterr().err


def test_a_function_that_is_not_there_is_named(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--function", "nothing"]) == ExitCode.FAILED
    assert "--function nothing: ResourceNotFoundException" in capsys.readouterr().err


def test_a_file_that_is_not_a_plan_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plan.json"
    file.write_text("{")
    assert main(["check", "--plan", str(file)]) == ExitCode.FAILED
    assert f"--plan {file}: plan: is not JSON" in capsys.readouterr().err.replace("\n", "")


def test_a_login_that_gitlab_expands_is_left_alone_by_rotate_and_named_by_check(
    kept: World, capsys: pytest.CaptureFixture[str]
) -> None:
    made_by_hand = json.loads((DATA / "dollar-variable.json").read_text())
    change(kept, **made_by_hand)
    assert main(["rotate", *FUNCTION, "--json"]) == ExitCode.FOUND
    words = capsys.readouterr().out
    assert "holds $REG_USER, which GitLab expands" in words
    assert web_variable(kept)["value"] == made_by_hand["value"]
    code, checked = rows(capsys, "check", *FUNCTION)
    assert code == ExitCode.FOUND
    assert checked[f"project {WEB} {KEY}"]["ok"] is False
    assert (
        "$REG_USER in the login for registry.example.com:5000 is not expanded, since the variable becomes raw"
        in checked[f"project {WEB} {KEY}"]["found"]
    )
    change(kept, raw=True)
    found = rows(capsys, "check", *FUNCTION)[1][f"project {WEB} {KEY}"]["found"]
    assert "$REG_USER in the login for registry.example.com:5000 is not expanded, since the variable is raw" in found


def test_check_has_one_row_for_each_variable_however_much_is_found(
    kept: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *FUNCTION, "--json"]) == ExitCode.FOUND
    found = [(row["target"], row["ok"]) for row in json.loads(capsys.readouterr().out)]
    assert (f"group {BACKEND} {KEY}", False) in found
    assert len(found) == len({target for target, _ in found})
