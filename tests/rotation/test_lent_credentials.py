"""One ECR client for many roles: every token belongs to the role it was requested for, also with many at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from aws_principals import ACCOUNT, GET_TOKEN, HOST, REGION, Principals, allow

from components.rotation.aws import AwsError, BotoAws
from components.rotation.lent_credentials import ThreadsOwn, session_with
from rehearsal.cloud.cloud import Cloud

ROLES = 12


@pytest.fixture(scope="module")
def running() -> Iterator[Cloud]:
    """Each test has roles of its own."""
    with Cloud.start(ACCOUNT, REGION, hosts=[HOST]) as cloud:
        yield cloud


@pytest.fixture
def cloud(running: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    root = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": running.root_secret}
    for name, value in {**running.environment(), **root}.items():
        monkeypatch.setenv(name, value)
    return running


def test_each_token_belongs_to_the_role_it_was_requested_for(cloud: Cloud) -> None:
    aws, principals = BotoAws(REGION), Principals(cloud)
    arns = [principals.role(f"role-{number}", GET_TOKEN) for number in range(ROLES)]

    def minter(arn: str) -> str:
        found = aws.authorization(arn, REGION)
        assert found is not None
        token = cloud.tokens.find(found.token.reveal())
        assert token is not None
        return token.session.principal_arn

    asked = arns * 4
    with ThreadPoolExecutor(ROLES) as pool:
        minted = list(pool.map(minter, asked))
    assert minted == [
        f"{arn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/gitlab-ecr-rotator" for arn in asked
    ]


def test_a_role_that_is_refused_gets_no_other_roles_token(cloud: Cloud) -> None:
    aws, principals = BotoAws(REGION), Principals(cloud)
    assert aws.authorization(principals.role("may", GET_TOKEN), REGION) is not None
    with pytest.raises(AwsError, match="AccessDenied"):
        aws.authorization(principals.role("may-not", allow("s3:ListAllMyBuckets")), REGION)


def test_a_call_without_lent_credentials_is_not_signed(cloud: Cloud) -> None:
    lent = ThreadsOwn()
    client = session_with(lent).create_client("ecr", region_name=REGION)
    session = Principals(cloud).assume(Principals(cloud).role("lends", GET_TOKEN))
    names = {"AccessKeyId": "aws_access_key_id", "SecretAccessKey": "aws_secret_access_key"}
    names["SessionToken"] = "aws_session_token"
    with lent.lent({ours: session[theirs] for ours, theirs in names.items()}):
        assert client.get_authorization_token()["authorizationData"]
        with ThreadPoolExecutor(1) as pool, pytest.raises(AttributeError):
            pool.submit(client.get_authorization_token).result()
    with pytest.raises(AttributeError):
        client.get_authorization_token()
    client.close()
