import base64
import json
from datetime import timedelta

import pytest
from aws_principals import ACCOUNT, GET_TOKEN, HOST, Principals, allow
from botocore.exceptions import ClientError
from iam_json import policy

from rehearsal.cloud.cloud import Cloud
from rehearsal.cloud.tokens import fingerprint


@pytest.fixture(scope="module")
def role(aws: Principals) -> str:
    return aws.role("asks-for-tokens", GET_TOKEN)


def test_a_token_has_the_form_and_size_of_a_real_one(aws: Principals, role: str) -> None:
    token = aws.token(aws.assume(role))
    user, _, password = base64.b64decode(token["authorizationToken"], validate=True).decode().partition(":")
    document = json.loads(base64.b64decode(password, validate=True))
    assert user == "AWS"
    assert 2500 < len(token["authorizationToken"]) < 2900
    assert list(document) == ["payload", "datakey", "version", "type", "expiration"]
    assert document["expiration"] == token["expiresAt"].timestamp()


def test_a_token_expires_twelve_hours_from_the_moved_now(aws: Principals, cloud: Cloud, role: str) -> None:
    cloud.move(3600)
    expires_at = aws.token(aws.assume(role))["expiresAt"]
    assert abs(expires_at - cloud.now() - timedelta(hours=12)) < timedelta(seconds=5)


def test_each_token_is_unique_and_tied_to_the_session_that_asked(aws: Principals, cloud: Cloud, role: str) -> None:
    other = aws.role("asks-too", GET_TOKEN, path="/with/a/path/")
    tokens = {name: aws.token(aws.assume(name))["authorizationToken"] for name in (role, other)}
    assert tokens[role] != tokens[other]
    found = cloud.tokens.find(tokens[other])
    assert found is not None
    assert found.session.principal_arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/asks-too/test"
    assert found.session.secret_key not in repr(found)


def test_a_token_names_the_registry_of_the_region_asked(aws: Principals, role: str) -> None:
    session = aws.assume(role)
    assert aws.token(session)["proxyEndpoint"] == f"https://{HOST}"
    assert aws.token(session, "us-east-1")["proxyEndpoint"] == f"https://{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"


def test_the_front_logs_who_asked_and_no_secret(aws: Principals, cloud: Cloud, role: str) -> None:
    auth = aws.auth(role)
    last = cloud.front.token_requests[-1]
    assert last.principal_arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/asks-for-tokens/test"
    assert last.fingerprint == fingerprint(auth)
    assert auth not in repr(cloud.front.token_requests) + repr(cloud.tokens.all())


def test_an_iam_user_gets_a_token_by_access_key(aws: Principals, cloud: Cloud) -> None:
    iam = cloud.client("iam")
    iam.create_user(UserName="old-script")
    iam.put_user_policy(
        UserName="old-script",
        PolicyName="inline",
        PolicyDocument=policy(GET_TOKEN),
    )
    key = iam.create_access_key(UserName="old-script")["AccessKey"]
    aws.token({"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]})
    assert cloud.front.token_requests[-1].principal_arn == f"arn:aws:iam::{ACCOUNT}:user/old-script"


def test_root_gets_a_clear_error_in_place_of_a_token(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="which is the root of the account"):
        cloud.client("ecr").get_authorization_token()
    assert cloud.front.token_requests[-1].fingerprint is None


def test_a_role_without_the_right_is_denied_by_the_emulator(aws: Principals, cloud: Cloud) -> None:
    asked = len(cloud.front.token_requests)
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.auth(aws.role("may-not", allow("ecr:BatchGetImage")))
    assert len(cloud.front.token_requests) == asked


def test_a_wrong_secret_is_refused(aws: Principals, role: str) -> None:
    session = aws.assume(role) | {"aws_secret_access_key": "not-it"}
    with pytest.raises(ClientError, match="Signature"):
        aws.token(session)


def test_the_users_own_profile_and_proxy_are_ignored(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "not-configured-anywhere")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    identity = cloud.client("sts", "eu-west-1").get_caller_identity()
    assert identity["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
