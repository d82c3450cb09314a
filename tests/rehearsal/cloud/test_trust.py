import pytest
from aws_principals import ACCOUNT, GET_TOKEN, ROOT, Principals, allow, trust
from botocore.exceptions import ClientError

PULL_ROLES = f"arn:aws:iam::{ACCOUNT}:role/gitlab-ecr-local/pull/*"


@pytest.fixture(scope="module")
def rotator(aws: Principals) -> str:
    return aws.role("rotator", allow("sts:AssumeRole", PULL_ROLES), path="/gitlab-ecr-local/")


def pull_role(aws: Principals, name: str, trusted: str, path: str = "/gitlab-ecr-local/pull/") -> str:
    document = trust(ROOT, ArnEquals={"aws:PrincipalArn": trusted})
    return aws.role(name, GET_TOKEN, path=path, AssumeRolePolicyDocument=document)


def test_a_pull_role_admits_the_role_it_names_and_gives_it_a_token(aws: Principals, rotator: str) -> None:
    session = aws.assume(pull_role(aws, "backend", rotator), by=aws.assume(rotator))
    assert aws.token(session)["authorizationToken"]


def test_a_pull_role_admits_no_other_role_of_the_account(aws: Principals, rotator: str) -> None:
    role = pull_role(aws, "frontend", rotator)
    stranger = aws.role("stranger", allow("sts:AssumeRole"), path="/gitlab-ecr-local/")
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.assume(role, by=aws.assume(stranger))


def test_a_role_is_named_with_its_path(aws: Principals, rotator: str) -> None:
    without_path = rotator.replace("/gitlab-ecr-local/", "/")
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.assume(pull_role(aws, "other-path", without_path), by=aws.assume(rotator))


def test_the_rotator_assumes_nothing_outside_the_role_path(aws: Principals, rotator: str) -> None:
    role = pull_role(aws, "outside", rotator, path="/elsewhere/")
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.assume(role, by=aws.assume(rotator))
