"""Each mistake is made in the rehearsed GitLab, in its AWS, or in what is asked; doctor is told nothing of it."""

import json
from pathlib import Path

import doctor_mistakes as mistakes
import pytest
from doctor_lab import KEY, Lab
from doctor_mistakes import Mistake

from components.cli.__main__ import main
from components.cli.exit_codes import ExitCode
from rehearsal.world import World

CONFIGS = Path(__file__).parents[1] / "data" / "docker-configs"
ONE = [
    (mistakes.single_quotes, "bad-document"),
    (mistakes.no_braces, "bad-document"),
    (mistakes.cut_off, "bad-document"),
    (mistakes.password_alone, "bad-document"),
    (mistakes.no_auths_around, "bad-document"),
    (mistakes.helper_with_path, "bad-document"),
    (mistakes.bare_password, "bare-password"),
    (mistakes.not_base64, "bad-auth"),
    (mistakes.empty_entry, "bad-auth"),
    (mistakes.line_break_after_the_password, "bad-auth"),
    (mistakes.other_user, "wrong-user"),
    (mistakes.changed_token, "refused-token"),
    (mistakes.image_in_other_region, "other-region"),
    (mistakes.image_in_other_account, "other-account"),
    (mistakes.image_with_fips_host, "other-form"),
    (mistakes.image_with_dual_stack_host, "other-form"),
    (mistakes.image_with_port, "image-reference"),
    (mistakes.image_with_scheme, "image-reference"),
    (mistakes.image_in_capitals, "image-reference"),
    (mistakes.image_with_short_account, "image-reference"),
    (mistakes.image_of_nowhere, "image-variable"),
    (mistakes.image_variable_is_protected, "image-variable"),
    (mistakes.image_without_host, "no-registry-host"),
    (mistakes.token_expired, "expired"),
    (mistakes.hidden_and_expired, "expired"),
    (mistakes.no_variable, "variable-absent"),
    (mistakes.misspelled_key, "variable-absent"),
    (mistakes.protected_variable, "protected"),
    (mistakes.protected_variable_in_a_merge_request, "protected"),
    (mistakes.for_an_environment, "scope"),
    (mistakes.for_another_environment, "scope"),
    (mistakes.hidden_by_the_project, "shadowed"),
    (mistakes.closer_group_hides, "shadowed"),
    (mistakes.runners_own_is_hidden, "shadowed"),
    (mistakes.hidden_by_hand, "hidden"),
    (mistakes.hidden_for_another_host, "other-host"),
    (mistakes.helper_missing, "helper-missing"),
    (mistakes.store_missing, "helper-missing"),
    (mistakes.helper_beside_auths, "helper-mixed"),
    (mistakes.not_declared, "iam-policy"),
    (mistakes.layers_denied, "iam-policy"),
    (mistakes.repository_policy_denies, "repository-policy"),
    (mistakes.no_such_tag, "image-absent"),
    (mistakes.no_such_repository, "repository-absent"),
    (mistakes.never_rotated, "never-rotated"),
    (mistakes.not_raw, "expansion"),
    (mistakes.raw_with_a_variable, "expansion"),
    (mistakes.wildcard_host, "other-key"),
    (mistakes.host_with_port, "other-key"),
    (mistakes.path_of_another_repository, "other-key"),
    pytest.param(
        mistakes.nobody_there, "unreachable", marks=pytest.mark.slow(reason="it waits for a host that does not answer")
    ),
    (mistakes.dead_token_hides_a_helper, "shadowed"),
    (mistakes.dead_token_hides_a_helper_that_is_told, "shadowed"),
    (mistakes.home_in_single_quotes, "bad-document"),
    (mistakes.home_with_a_wildcard, "other-key"),
    (mistakes.only_a_job_role, "variable-absent"),
    (mistakes.public_host_misspelled, "image-reference"),
    (mistakes.push_to_a_repository_that_no_variable_names, "push-repository"),
    (mistakes.push_with_env_var, "login-shadowed"),
    (mistakes.push_without_role, "no-push-role"),
    (mistakes.push_role_of_protected_refs, "no-push-role"),
    (mistakes.push_by_a_role_that_only_pulls, "no-push-role"),
    (mistakes.push_elsewhere, "other-region"),
    (mistakes.push_to_nowhere, "repository-absent"),
]

TWO = [
    (mistakes.image_with_scheme, mistakes.no_variable, "image-reference"),
    (mistakes.no_braces, mistakes.protected_variable, "protected"),
    (mistakes.token_expired, mistakes.for_an_environment, "scope"),
    (mistakes.token_expired, mistakes.image_in_other_region, "other-region"),
    (mistakes.token_expired, mistakes.no_such_tag, "expired"),
    (mistakes.token_expired, mistakes.hidden_by_the_project, "shadowed"),
    (mistakes.not_declared, mistakes.no_such_tag, "iam-policy"),
    (mistakes.helper_beside_auths, mistakes.token_expired, "helper-mixed"),
    (mistakes.bare_password, mistakes.not_declared, "bare-password"),
    (mistakes.single_quotes, mistakes.no_such_tag, "bad-document"),
    (mistakes.hidden_and_expired, mistakes.not_declared, "expired"),
    (mistakes.not_raw, mistakes.image_with_fips_host, "expansion"),
    (mistakes.repository_policy_denies, mistakes.no_such_tag, "repository-policy"),
]


def _name(value: object) -> str:
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize(("mistake", "cause"), ONE, ids=_name)
def test_one_mistake_is_named(lab: Lab, mistake: Mistake, cause: str, capsys: pytest.CaptureFixture[str]) -> None:
    mistake(lab)
    code, found = lab.run(capsys)
    assert found["finding"] is not None
    assert (found["finding"]["cause"], code) == (cause, ExitCode.FOUND)


@pytest.mark.parametrize(("one", "other", "cause"), TWO, ids=_name)
def test_of_two_mistakes_the_one_that_decides_is_named(
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
        mistakes.push,
    ],
)
def test_nothing_is_found_where_nothing_is_wrong(
    lab: Lab, healthy: Mistake, capsys: pytest.CaptureFixture[str]
) -> None:
    healthy(lab)
    code, found = lab.run(capsys)
    assert (found["finding"], code) == (None, ExitCode.OK)


def test_a_person_reads_one_line_with_the_fix(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    mistakes.image_in_other_region(lab)
    lab.write()
    assert main(["doctor", lab.image, "--project", lab.project]) == ExitCode.FOUND
    assert capsys.readouterr().out == (
        f"other-region: project {lab.project} {KEY} is for {lab.host}, the image is on {mistakes.OTHER_REGION}: "
        "another region. Fix: correct the region in the image reference, or add it to the consumer's registries\n"
    )


def test_groups_that_the_token_may_not_see_are_named(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    token = lab.world.gitlab.create_token("lab", ["read_api"], project=lab.project)
    monkeypatch.setenv("GITLAB_TOKEN", token)
    lab.absent = True
    assert f"not into {lab.group}" in lab.run(capsys)[1]["finding"]["what"]


@pytest.mark.parametrize(
    ("token", "project", "said"),
    [
        ("", "acme/frontend/web", "GITLAB_TOKEN: not set; write a token"),
        ("glpat-fake-0000", "acme/frontend/web", "GITLAB_TOKEN is no living token"),
        (None, "acme/nothing", "--project acme/nothing: GitLab shows no such project"),
    ],
)
def test_what_stops_doctor_is_no_cause(
    at_home: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    token: str | None,
    project: str,
    said: str,
) -> None:
    if token is not None:
        monkeypatch.setenv("GITLAB_TOKEN", token)
    assert main(["doctor", f"{at_home.registry_host}/ci/node:1.0", "--project", project]) == ExitCode.FAILED
    assert said in capsys.readouterr().err


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
