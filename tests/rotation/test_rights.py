"""The functions' roles against an emulator that enforces IAM: what they need is allowed, all else is denied."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aws_principals import ACCOUNT, HOST, REGION, ROOT, Principals, trust
from botocore.exceptions import ClientError

from components.iam import policies as iam_policies
from components.iam.secret_policies import secret_arn_pattern
from components.iam.trust import pull_role_trust
from components.names.naming import Names
from rehearsal.cloud.cloud import Cloud

_NAMES = Names(ACCOUNT, REGION, "gitlab-ecr")
_AUDIENCES = {"backend": "backend/app", "frontend": "frontend/app"}


class Account:
    def __init__(self, cloud: Cloud) -> None:
        self.principals = Principals(cloud)
        iam, secrets = cloud.client("iam"), cloud.client("secretsmanager")
        for audience, repository in _AUDIENCES.items():
            iam.create_role(
                RoleName=_NAMES.pull_role_name(audience),
                Path=_NAMES.pull_path,
                AssumeRolePolicyDocument=iam_policies.policy_json(pull_role_trust(_NAMES)),
            )
            pull = iam_policies.pull_policy([_NAMES.repository_arn(repository)])
            iam.put_role_policy(
                RoleName=_NAMES.pull_role_name(audience),
                PolicyName="images",
                PolicyDocument=iam_policies.policy_json(pull),
            )
            cloud.client("ecr").create_repository(repositoryName=repository)
        secrets.create_secret(Name=_NAMES.gitlab_token_secret, SecretString="glpat-fake-0000")
        secrets.create_secret(Name="another/secret", SecretString="fake")
        token_arn = secret_arn_pattern(_NAMES.arn("secretsmanager", f"secret:{_NAMES.gitlab_token_secret}"))
        own = iam_policies.function_statements(
            _NAMES.arn("logs", "log-group:/aws/lambda/x"), _NAMES.arn("sqs", _NAMES.dead_letters)
        )
        rotation = iam_policies.rotator_policy(
            pull_roles_arn=_NAMES.role_arn("*", _NAMES.pull_path),
            state_arn=_NAMES.arn("ssm", f"parameter{_NAMES.rotator_state}"),
            secret_arns=[token_arn],
            own=own,
        )
        renewal = iam_policies.renewal_policy(secret_arns=[token_arn], own=own)
        self.rotation = self._session(cloud, _NAMES.rotator, rotation)
        self.renewal = self._session(cloud, _NAMES.renewal, renewal)

    def _session(self, cloud: Cloud, name: str, policy: dict[str, Any]) -> dict[str, str]:
        made = cloud.client("iam").create_role(RoleName=name, Path=_NAMES.path, AssumeRolePolicyDocument=trust(ROOT))[
            "Role"
        ]["Arn"]
        cloud.client("iam").put_role_policy(
            RoleName=name, PolicyName="rotator", PolicyDocument=iam_policies.policy_json(policy)
        )
        return self.principals.assume(made)

    def as_rotation(self, service: str) -> Any:
        return self.principals.client(service, self.rotation)

    def as_renewal(self, service: str) -> Any:
        return self.principals.client(service, self.renewal)

    def as_audience(self, audience: str) -> dict[str, str]:
        return self.principals.assume(_NAMES.pull_role_arn(audience), by=self.rotation)


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with Cloud.start(ACCOUNT, REGION, hosts=[HOST]) as cloud:
        yield Account(cloud)


def test_the_rotation_can_do_what_it_needs(account: Account) -> None:
    for audience in _AUDIENCES:
        assert account.principals.token(account.as_audience(audience))["authorizationToken"]
    secret = account.as_rotation("secretsmanager").get_secret_value(SecretId=_NAMES.gitlab_token_secret)
    assert secret["SecretString"] == "glpat-fake-0000"
    ssm = account.as_rotation("ssm")
    ssm.put_parameter(Name=_NAMES.rotator_state, Value="{}", Type="String", Overwrite=True)
    assert ssm.get_parameter(Name=_NAMES.rotator_state)["Parameter"]["Value"] == "{}"


_TOKEN = _NAMES.gitlab_token_secret
_DENIED: dict[str, Callable[[Account], object]] = {
    "a token of its own": lambda a: a.as_rotation("ecr").get_authorization_token(),
    "pushing": lambda a: a.as_rotation("ecr").put_image(repositoryName="backend/app", imageManifest="{}"),
    "deleting an image": lambda a: a.as_rotation("ecr").batch_delete_image(
        repositoryName="backend/app", imageIds=[{"imageTag": "1.0"}]
    ),
    "deleting a repository": lambda a: a.as_rotation("ecr").delete_repository(repositoryName="backend/app"),
    "another secret": lambda a: a.as_rotation("secretsmanager").get_secret_value(SecretId="another/secret"),
    "writing its secret": lambda a: a.as_rotation("secretsmanager").put_secret_value(SecretId=_TOKEN, SecretString="x"),
    "another parameter": lambda a: a.as_rotation("ssm").get_parameter(Name="/another/parameter"),
    "a role of another path": lambda a: a.principals.assume(
        f"arn:aws:iam::{ACCOUNT}:role/gitlab-ecr/gitlab-ecr-token-renewal", by=a.rotation
    ),
    "a pull role, by another role": lambda a: a.principals.assume(_NAMES.pull_role_arn("backend"), by=a.renewal),
    "a pull role, by the account": lambda a: a.principals.assume(_NAMES.pull_role_arn("backend")),
    "another secret, in the renewal": lambda a: a.as_renewal("secretsmanager").get_secret_value(
        SecretId="another/secret"
    ),
    "pushing as an audience": lambda a: a.principals.client("ecr", a.as_audience("backend")).put_image(
        repositoryName="backend/app", imageManifest="{}"
    ),
    "deleting as an audience": lambda a: a.principals.client("ecr", a.as_audience("backend")).batch_delete_image(
        repositoryName="backend/app", imageIds=[{"imageTag": "1.0"}]
    ),
    "another audience's repository": lambda a: a.principals.client("ecr", a.as_audience("backend")).batch_get_image(
        repositoryName="frontend/app", imageIds=[{"imageTag": "1.0"}]
    ),
}


@pytest.mark.parametrize("attempt", _DENIED)
def test_the_roles_are_denied(account: Account, attempt: str) -> None:
    with pytest.raises(ClientError) as caught:
        _DENIED[attempt](account)
    assert caught.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")


def test_the_renewal_can_replace_its_secret(account: Account) -> None:
    secrets = account.as_renewal("secretsmanager")
    made = secrets.put_secret_value(SecretId=_TOKEN, SecretString="glpat-fake-0001", VersionStages=["AWSPENDING"])
    current = secrets.get_secret_value(SecretId=_TOKEN)["VersionId"]
    secrets.update_secret_version_stage(
        SecretId=_TOKEN, VersionStage="AWSCURRENT", MoveToVersionId=made["VersionId"], RemoveFromVersionId=current
    )
    assert secrets.get_secret_value(SecretId=_TOKEN)["SecretString"] == "glpat-fake-0001"
