"""What a note says when jobs begin to fetch their login themselves."""

from typing import Any

from iam_json import policy
from previews import ACCESS, ROLE_POLICY, allow, preview_json, stack, step, warning

from components.preview.note import note
from components.preview.reading import read

_SECRET = "aws:secretsmanager/secret:Secret"
_NAME = "gitlab-ecr-prod/audience/acme/web"
_REGISTRY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


def _declaration(**consumers: str) -> dict[str, Any]:
    declared = {f"acme/{name}": {"kind": "project", "access": way, "pull": ["ci/*"]} for name, way in consumers.items()}
    return {"registry": _REGISTRY, "repositories": ["ci/python"], "consumers": declared, "runners": {}}


def _note(before: dict[str, Any], after: dict[str, Any], *steps: dict[str, Any]) -> str:
    changed = step("update", ACCESS, "access", old={"declaration": before}, new={"declaration": after})
    return note(read(preview_json(stack(), changed, *steps)))


def test_the_note_says_what_the_new_kind_of_access_needs_and_that_no_token_is_left() -> None:
    words = _note(_declaration(web="rotated-variable"), _declaration(web="job-secret"))
    assert "project `acme/web` by `job-secret`, **before by `rotated-variable`**: needs GitLab 18.3 Premium or" in words
    assert "**no GitLab token**: jobs fetch every login themselves; the rotator does not call GitLab" in words
    assert "by job-secret" in words  # in the picture


def test_with_a_rotated_variable_there_still_is_a_token() -> None:
    after = _declaration(web="job-secret", shop="rotated-variable")
    words = _note(_declaration(shop="rotated-variable"), after)
    assert "by `job-secret`: needs GitLab 18.3" in words
    assert "no GitLab token" not in words


def test_a_stack_that_had_no_token_before_gives_no_second_notice() -> None:
    words = _note(_declaration(web="job-secret"), _declaration(web="job-secret", api="job-secret"))
    assert "no GitLab token" not in words


def test_the_secret_and_its_role_are_new_and_the_note_claims_nothing_about_variables() -> None:
    arn = f"arn:aws:secretsmanager:eu-central-1:123456789012:secret:{_NAME}-??????"
    reads = policy(allow("secretsmanager:GetSecretValue", arn))
    role = {"role": "gitlab-ecr-prod-secret-acme-web", "policy": reads}
    words = _note(
        _declaration(),
        _declaration(web="job-secret"),
        step("create", _SECRET, "access-rotator-audience-acme/web", new={"name": _NAME}),
        step("create", ROLE_POLICY, "access-identities-secret-acme/web", new=role),
    )
    assert f"secret `{_NAME}`: the login that jobs of `acme/web` fetch themselves" in words
    assert f"may `secretsmanager:GetSecretValue` on `{arn}`" in words
    assert "may now **pull**" in words
    assert "which variables" not in words


def test_a_changed_token_secret_is_an_update_like_any_other() -> None:
    named = {"name": "gitlab-ecr-prod/gitlab-token"}
    changed = step("update", _SECRET, "x", old=named, new={**named, "kmsKeyId": "k"}, reasons=["kmsKeyId"])
    words = note(read(preview_json(stack(), changed, diagnostics=[warning("w")])))
    assert "`kmsKeyId`" in words
