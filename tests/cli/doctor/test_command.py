"""Each mistake is made in the rehearsed GitLab, in its AWS, or in the question; doctor has to find it."""

import json
from pathlib import Path

import doctor_image_mistakes as image_mistakes
import doctor_mistakes as mistakes
import doctor_push_mistakes as push_mistakes
import pytest
from doctor_cases import ONE, TWO
from doctor_lab import KEY, Lab
from doctor_mistakes import Mistake

from components.cli.__main__ import main
from components.cli.exit_codes import ExitCode
from rehearsal.world import World

CONFIGS = Path(__file__).parents[2] / "data" / "docker-configs"


def _name(value: object) -> str:
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize(("mistake", "cause"), ONE, ids=_name)
def test_one_mistake_is_named(lab: Lab, mistake: Mistake, cause: str, capsys: pytest.CaptureFixture[str]) -> None:
    mistake(lab)
    code, found = lab.run(capsys)
    assert found["finding"] is not None
    assert (found["finding"]["cause"], code) == (cause, ExitCode.FOUND)


@pytest.mark.parametrize(("one", "other", "cause"), TWO, ids=_name)
def test_the_mistake_that_decides_is_named(
    lab: Lab, one: Mistake, other: Mistake, cause: str, capsys: pytest.CaptureFixture[str]
) -> None:
    one(lab)
    other(lab)
    assert lab.run(capsys)[1]["finding"]["cause"] == cause


def as_the_stack_writes_it(_: Lab) -> None:
    pass


def masked_and_protected_on_a_protected_branch(lab: Lab) -> None:
    lab.flags |= {"masked": True, "protected": True}
    lab.world.gitlab.protect_branch(lab.project, "release/*")
    lab.arguments += ["--ref", "release/1"]


def of_the_group_for_an_environment(lab: Lab) -> None:
    lab.owner = "group"
    lab.flags["environment_scope"] = "review/*"
    lab.arguments += ["--environment", "review/7"]


def hidden_and_rotated(lab: Lab) -> None:
    lab.flags |= {"masked_and_hidden": True, "description": mistakes.description(lab, 9)}


def with_another_registry_beside_it(lab: Lab) -> None:
    lab.document["auths"]["registry.example.com:5000"] = {"auth": "ZmFrZTpmYWtl"}


def from_other_variables(lab: Lab) -> None:
    lab.set("group", "ECR_AUTH", lab.auth, raw=True)
    lab.set("project", "IMAGE", f"{lab.host}/ci/node")
    lab.document["auths"][lab.host] = {"auth": "$ECR_AUTH"}
    lab.flags["raw"] = False
    lab.image = "${IMAGE}:1.0"


def with_the_helper_of_the_machine(lab: Lab) -> None:
    lab.document = {"credHelpers": {lab.host: "ecr-login"}}
    lab.arguments += ["--helper", "ecr-login"]


def another_registrys_dollar(lab: Lab) -> None:
    lab.document["auths"]["registry.example.com:5000"] = {"username": "$NOBODY", "password": "$NOTHING"}


def another_registrys_dollar_that_is_resolved(lab: Lab) -> None:
    another_registrys_dollar(lab)
    lab.flags["raw"] = False


def public_image(lab: Lab) -> None:
    lab.image = "public.ecr.aws/docker/library/ruby:3.4"


def public_image_without_any_variable(lab: Lab) -> None:
    public_image(lab)
    lab.absent = True


def home_with_a_store(lab: Lab) -> None:
    lab.absent = True
    lab.arguments += ["--docker-config", str(CONFIGS / "home-store.json")]


def a_store_of_the_machine(lab: Lab) -> None:
    lab.document = {"credsStore": "desktop"}
    lab.arguments += ["--helper", "docker-credential-desktop"]


def from_the_runners_own_file(lab: Lab) -> None:
    lab.absent = True
    lab.arguments += ["--docker-config", lab.file("config.json", json.dumps(lab.document))]


@pytest.mark.parametrize(
    "healthy",
    [
        as_the_stack_writes_it,
        masked_and_protected_on_a_protected_branch,
        of_the_group_for_an_environment,
        hidden_and_rotated,
        with_another_registry_beside_it,
        from_other_variables,
        with_the_helper_of_the_machine,
        from_the_runners_own_file,
        another_registrys_dollar,
        another_registrys_dollar_that_is_resolved,
        public_image,
        public_image_without_any_variable,
        home_with_a_store,
        a_store_of_the_machine,
        push_mistakes.push,
    ],
)
def test_nothing_is_found_where_nothing_is_wrong(
    lab: Lab, healthy: Mistake, capsys: pytest.CaptureFixture[str]
) -> None:
    healthy(lab)
    code, found = lab.run(capsys)
    assert (found["finding"], code) == (None, ExitCode.OK)


def test_a_person_reads_one_line_with_the_fix(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    image_mistakes.image_in_other_region(lab)
    lab.write()
    assert main(["doctor", lab.image, "--project", lab.project]) == ExitCode.FOUND
    assert capsys.readouterr().out == (
        f"other-region: project {lab.project} {KEY} is for {lab.host}, "
        f"but the image is on {image_mistakes.OTHER_REGION}: another "
        "region. Fix: correct the region in the image reference, or add the region to the consumer's registries\n"
    )


def test_groups_that_the_token_may_not_see_are_named(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    token = lab.world.gitlab.create_token("lab", ["read_api"], project=lab.project)
    monkeypatch.setenv("GITLAB_TOKEN", token)
    lab.absent = True
    assert f"may not look into {lab.group}" in lab.run(capsys)[1]["finding"]["what"]


@pytest.mark.parametrize(
    ("token", "project", "words"),
    [
        ("", "acme/frontend/web", "GITLAB_TOKEN: not set; set it to a token"),
        ("glpat-fake-0000", "acme/frontend/web", "GITLAB_TOKEN is not a valid token"),
        (None, "acme/nothing", "--project acme/nothing: GitLab shows no such project"),
    ],
)
def test_an_error_of_doctor_itself_is_not_a_cause(
    at_home: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    token: str | None,
    project: str,
    words: str,
) -> None:
    if token is not None:
        monkeypatch.setenv("GITLAB_TOKEN", token)
    assert main(["doctor", f"{at_home.registry_host}/ci/node:1.0", "--project", project]) == ExitCode.FAILED
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["ruby:3.4"],
        ["--project", "a/b"],
        ["ruby:3.4", "--project", "a/b", "--tag", "--merge-into", "main"],
        ["ruby:3.4", "--job-log", "-"],
    ],
)
def test_a_wrong_command_line_is_refused(arguments: list[str]) -> None:
    assert main(["doctor", *arguments]) == ExitCode.USAGE
