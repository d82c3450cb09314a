import jwt
import pytest
from aws_principals import ACCOUNT, GET_TOKEN, ROOT, Principals, allow, keys_of, trust
from botocore.exceptions import ClientError
from iam_json import policy

ISSUER = "gitlab.example.com"
MAIN = "project_path:acme/app:ref_type:branch:ref:main"
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


def test_a_trusted_role_has_to_be_named_with_its_path(aws: Principals, rotator: str) -> None:
    without_path = rotator.replace("/gitlab-ecr-local/", "/")
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.assume(pull_role(aws, "other-path", without_path), by=aws.assume(rotator))


def test_the_rotator_assumes_nothing_outside_the_role_path(aws: Principals, rotator: str) -> None:
    role = pull_role(aws, "outside", rotator, path="/elsewhere/")
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.assume(role, by=aws.assume(rotator))


@pytest.fixture(scope="module")
def push_role(aws: Principals) -> str:
    provider = aws.cloud.client("iam").create_open_id_connect_provider(
        Url=f"https://{ISSUER}", ClientIDList=[f"https://{ISSUER}"]
    )
    document = policy(
        {
            "Effect": "Allow",
            "Principal": {"Federated": provider["OpenIDConnectProviderArn"]},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{ISSUER}:aud": f"https://{ISSUER}", f"{ISSUER}:sub": MAIN}},
        }
    )
    return aws.role("push", GET_TOKEN, path="/gitlab-ecr-local/push/", AssumeRolePolicyDocument=document)


def assume_by_web_identity(aws: Principals, role_arn: str, **claims: str) -> dict[str, str]:
    document = {"iss": f"https://{ISSUER}", "aud": f"https://{ISSUER}", "sub": MAIN} | claims
    web_token = jwt.encode(document, "fake-key-0000-fake-key-0000-fake-key", algorithm="HS256")
    made = aws.cloud.client("sts").assume_role_with_web_identity(
        RoleArn=role_arn, RoleSessionName="job", WebIdentityToken=web_token
    )
    return keys_of(made["Credentials"])


def test_a_job_of_the_trusted_branch_gets_a_token_of_the_push_role(aws: Principals, push_role: str) -> None:
    aws.token(assume_by_web_identity(aws, push_role))
    asked = aws.cloud.front.token_requests[-1]
    assert asked.principal_arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/push/job"


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "project_path:acme/app:ref_type:branch:ref:other"},
        {"aud": "https://elsewhere.example"},
        {"iss": "https://elsewhere.example"},
    ],
)
def test_a_job_with_another_claim_is_denied(aws: Principals, push_role: str, claims: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        assume_by_web_identity(aws, push_role, **claims)
