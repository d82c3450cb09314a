"""Which GitLab instance doctor reads, and its messages about those that do not answer."""

import json
from typing import Any

import pytest
from doctor_lab import Lab
from scripted_gitlab import DOWN, scripted_api

from components.cli.__main__ import main
from components.cli.doctor.gather import JobInQuestion, Owner, job_of, remarks_on, variables_of
from components.cli.errors import CliError
from components.cli.exit_codes import ExitCode
from components.cli.gitlab_api import GitLabApi, ReadError
from components.variables.job_view import Job
from components.variables.listed import Level
from rehearsal.world import World

WEB, KEY = "acme/frontend/web", "DOCKER_AUTH_CONFIG"
FUNCTION = ("--function", "gitlab-ecr-local-rotator")


def image(world: World) -> str:
    return f"{world.registry_host}/ci/node:1.0"


def words(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().err.split())


def test_a_token_is_only_sent_to_a_gitlab_that_was_named(
    at_home: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CI_SERVER_URL")

    def refuse(*_: Any) -> Any:
        raise AssertionError("asked a GitLab")

    monkeypatch.setattr("components.rotation.http.PooledHttp.request", refuse)
    assert main(["doctor", image(at_home), "--project", WEB]) == ExitCode.USAGE
    assert "write --gitlab-url URL, or --stack NAME" in words(capsys)


def test_the_plan_names_the_gitlab(
    at_home: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CI_SERVER_URL")
    assert main(["doctor", image(at_home), "--project", WEB, *FUNCTION, "--json"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["ok"] is True


def test_another_gitlab_than_the_plans_is_refused(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    other = ("--gitlab-url", "https://gitlab.com")
    assert main(["doctor", image(at_home), "--project", WEB, *FUNCTION, *other]) == ExitCode.USAGE
    assert "the plan names https://gitlab.example.com" in words(capsys)


def test_the_gitlab_that_refuses_is_named(
    at_home: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITLAB_TOKEN", "glpat-fake-0000")
    assert main(["doctor", image(at_home), "--project", WEB]) == ExitCode.FAILED
    assert "gitlab.example.com: GitLab answered 401" in words(capsys)


def test_a_misspelled_project_gets_a_suggestion(
    at_home: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(GitLabApi, "some", lambda *_: [{"path_with_namespace": WEB}, {"path_with_namespace": "x/y"}])
    assert main(["doctor", image(at_home), "--project", "acme/frontend/wep"]) == ExitCode.FAILED
    expected = f"shows no such project to GITLAB_TOKEN at gitlab.example.com; did you mean {WEB}?"
    assert expected in words(capsys)


def test_a_gitlab_that_lists_no_projects_suggests_none(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", image(at_home), "--project", "acme/frontend/wep"]) == ExitCode.FAILED
    assert "did you mean" not in words(capsys)


def test_a_deleted_variable_is_distinguished_from_one_that_was_never_declared(
    at_home: World, capsys: pytest.CaptureFixture[str]
) -> None:
    before = at_home.gitlab.variable("project", WEB, KEY)
    assert before is not None
    at_home.gitlab_api("DELETE", f"projects/{WEB.replace('/', '%2F')}/variables/{KEY}", {})
    assert at_home.gitlab.variable("project", WEB, KEY) is None
    try:
        assert main(["doctor", image(at_home), "--project", WEB, *FUNCTION, "--json"]) == ExitCode.FOUND
        found = json.loads(capsys.readouterr().out)["finding"]
        assert main(["rotate", *FUNCTION]) == ExitCode.OK
        capsys.readouterr()
        assert main(["doctor", image(at_home), "--project", WEB, *FUNCTION]) == ExitCode.OK
    finally:
        record = {key: value for key, value in before.items() if key not in {"key", "value", "hidden"}}
        at_home.gitlab.set_variable("project", WEB, KEY, before["value"], **record)
    assert found["cause"] == "variable-deleted"
    assert f"project {WEB}" in found["what"]
    assert "`gitlab-ecr rotate`, which creates it again" in found["fix"]


def test_nothing_found_says_what_was_tested_and_what_was_not(
    at_home: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", image(at_home), "--project", WEB]) == ExitCode.OK
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        "nothing found",
        f"tested: {image(at_home)} is an image reference",
        f"tested: project {WEB} {KEY} reaches the job",
        f"tested: project {WEB} {KEY} has a login for {at_home.registry_host}",
        f"tested: with it, {at_home.registry_host} returned the manifest and the configuration of {image(at_home)}",
    ]
    assert shown.err.splitlines() == [
        "note: not tested: the runner's own variables: give --runner-config",
        "note: not tested: the config.json of the runner's user: give --docker-config",
        "note: not tested: the network from the runner's machine to the registry: this command tried it from here",
    ]


def test_a_file_that_is_not_utf_8_gives_an_error_of_one_line(
    at_home: World, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "config.json"
    file.write_bytes('{"auths":{}}'.encode("utf-16"))
    arguments = ["doctor", image(at_home), "--project", WEB, "--docker-config", str(file)]
    assert main(arguments) == ExitCode.FAILED
    assert "is not UTF-8" in words(capsys)


def test_a_misspelled_environment_gets_a_note(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    at_home.gitlab.create_environment(WEB, "production")
    assert main(["doctor", image(at_home), "--project", WEB, "--environment", "prodution"]) == ExitCode.OK
    assert f"--environment prodution: {WEB} has no such environment yet; did you mean production?" in words(capsys)


@pytest.mark.parametrize(("environment", "more"), [("staging", ()), ("review", ("--push",))])
def test_a_misspelled_environment_is_noted_beside_a_finding(
    at_home: World, capsys: pytest.CaptureFixture[str], environment: str, more: tuple[str, ...]
) -> None:
    at_home.gitlab.create_environment(WEB, environment)
    nowhere = "registry.example.com/$NOWHERE:1.0"
    assert main(["doctor", nowhere, "--project", WEB, "--environment", f"{environment}x", *more]) == ExitCode.FOUND
    assert f"did you mean {environment}?" in words(capsys)


def test_a_misspelled_environment_is_noted_where_no_variable_reaches_the_job(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.flags["environment_scope"] = "production"
    lab.world.gitlab.create_environment(lab.project, "production")
    lab.arguments = ["--environment", "prodution"]
    code, found = lab.run(capsys)
    assert (code, found["finding"]["cause"]) == (ExitCode.FOUND, "scope")
    assert "did you mean production?" in " ".join(found["notes"])


def test_a_misspelled_repository_gets_a_suggestion(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = f"{at_home.registry_host}/ci/nod:1.0"
    assert main(["doctor", wrong, "--project", WEB, *FUNCTION, "--json"]) == ExitCode.FOUND
    assert json.loads(capsys.readouterr().out)["finding"]["what"].endswith("; did you mean ci/node?")


def test_a_variable_of_the_instance_reaches_every_job(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    lab.absent = True
    lab.world.gitlab.set_variable("instance", "instance", KEY, json.dumps(lab.document), **lab.flags)
    code, found = lab.run(capsys)
    lab.world.gitlab_api("DELETE", f"admin/ci/variables/{KEY}", {})
    assert (code, found["ok"]) == (ExitCode.OK, True)
    assert f"instance {KEY}" in " ".join(found["tested"])


def test_a_projects_variable_hides_the_instances(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    lab.world.gitlab.set_variable("instance", "instance", KEY, '{"auths":{}}', **lab.flags)
    code, found = lab.run(capsys)
    lab.world.gitlab_api("DELETE", f"admin/ci/variables/{KEY}", {})
    assert (code, found["ok"]) == (ExitCode.OK, True)


def test_a_user_who_is_not_an_administrator_learns_what_was_not_read(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.absent = True
    lab.world.gitlab.add_member("maintainer", lab.group, 50)
    token = lab.world.gitlab.create_token("maintainer", ["read_api"], user="maintainer")
    monkeypatch.setenv("GITLAB_TOKEN", token)
    code, found = lab.run(capsys)
    assert code == ExitCode.FOUND
    assert "(this token may not look into instance)" in found["finding"]["what"]


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        ([], "Project: Read"),
        (["Project: Read"], "Protected Branch: Read"),
        (["Project: Read", "Protected Branch: Read"], "Variable: Read"),
    ],
)
def test_the_rights_that_a_fine_grained_token_lacks_are_named_as_gitlab_names_them(
    at_home: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    granted: list[str],
    missing: str,
) -> None:
    monkeypatch.setenv("GITLAB_TOKEN", at_home.gitlab.create_fine_grained_token("least", "root", granted, ["acme"]))
    assert main(["doctor", image(at_home), "--project", WEB]) == ExitCode.FAILED
    assert f"lacks the required permissions: [{missing}]" in words(capsys)


PROJECT = {"id": 7, "path_with_namespace": WEB, "namespace": {"kind": "group", "full_path": "acme/frontend", "id": 5}}
QUESTION = JobInQuestion(WEB)


def test_the_owners_of_a_job_are_its_project_its_groups_and_the_instance() -> None:
    gitlab = scripted_api({f"projects/{WEB}": PROJECT, "projects/7/protected_branches": [{"name": "main"}]})
    job, owners = job_of(QUESTION, gitlab)
    assert (job.ref, job.is_protected) == ("main", True)
    assert [owner.name for owner in owners] == ["instance", "acme", "acme/frontend", WEB]


def test_a_personal_project_has_no_group_above_it() -> None:
    personal = {**PROJECT, "path_with_namespace": "jo/app", "namespace": {"kind": "user", "full_path": "jo", "id": 5}}
    gitlab = scripted_api({"projects/jo/app": personal, "projects/7/protected_branches": []})
    _, owners = job_of(JobInQuestion("jo/app"), gitlab)
    assert [owner.name for owner in owners] == ["instance", "jo/app"]


@pytest.mark.parametrize("answer", [DOWN, 500, 401])
def test_an_answer_that_is_no_refusal_is_not_blamed_on_the_tokens_role(answer: Any) -> None:
    gitlab = scripted_api(
        {
            f"projects/{WEB}": PROJECT,
            "projects/7/protected_branches": answer,
            "groups/acme/variables": answer,
        }
    )
    with pytest.raises(ReadError, match=r"GitLab .+ for projects/7/protected_branches"):
        job_of(QUESTION, gitlab)
    with pytest.raises(ReadError, match=r"GitLab .+ for groups/acme/variables"):
        variables_of([Owner(Level.GROUP, "acme", "5")], gitlab)


def test_only_the_variables_of_the_project_itself_must_be_seen() -> None:
    group, project = Owner(Level.GROUP, "acme", "5"), Owner(Level.PROJECT, WEB, "7")
    row = {"key": KEY, "value": None, "hidden": True}
    found, unseen = variables_of([group, project], scripted_api({f"projects/{WEB}/variables": [row]}))
    assert [(held.listed.name, held.value) for held in found] == [(f"project {WEB} {KEY}", None)]
    assert unseen == ("acme",)
    with pytest.raises(CliError, match=f"{WEB}: GITLAB_TOKEN may not see its CI/CD variables"):
        variables_of([group, project], scripted_api({"groups/acme/variables": []}))


@pytest.mark.parametrize(
    ("environment", "listed", "remarks"),
    [
        ("production", [{"name": "production"}], ()),
        ("prodution", [{"name": "production"}], ("; did you mean production?",)),
        ("qa", [{"name": "production"}], ("",)),
        ("prodution", 403, ()),
        ("prodution", DOWN, ()),
        (None, [{"name": "production"}], ()),
    ],
)
def test_an_environment_is_noted_only_if_the_project_is_known_not_to_have_it(
    environment: str | None, listed: Any, remarks: tuple[str, ...]
) -> None:
    question = JobInQuestion(WEB, environment=environment)
    gitlab = scripted_api({f"projects/{WEB}/environments": listed})
    missing = f"--environment {environment}: {WEB} has no such environment yet"
    assert remarks_on(question, Job(WEB, "main"), gitlab) == tuple(f"{missing}{more}" for more in remarks)
