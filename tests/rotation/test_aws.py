"""How the rotator reads AWS's answers."""

import io

import pytest
import urllib3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.stub import Stubber

from components.rotation.aws import AwsError, BotoAws
from components.rotation.secret import Secret

_ASKED = {"SecretId": "token", "VersionStage": "AWSCURRENT"}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> BotoAws:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "fake")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "fake")
    return BotoAws("eu-central-1")


def test_every_call_names_the_rotator_as_its_user_agent(aws: BotoAws) -> None:
    sent: list[bytes] = []

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        sent.append(request.headers["User-Agent"])
        body = io.BytesIO(b'{"Parameter": {"Value": "memory"}}')
        return AWSResponse(request.url, 200, {}, urllib3.HTTPResponse(body, preload_content=False))

    aws.client("ssm").meta.events.register("before-send", answer)
    assert aws.parameter("/bench") == "memory"
    assert len(sent) == 1
    assert sent[0].startswith(b"gitlab-ecr-rotator ")


def test_a_secret_is_its_text(aws: BotoAws) -> None:
    with Stubber(aws.client("secretsmanager")) as stub:
        stub.add_response("get_secret_value", {"SecretString": "glpat-fake-0000"}, _ASKED)
        assert aws.secret("token") == Secret("glpat-fake-0000")


def test_a_secret_without_a_version_or_a_text_has_no_value(aws: BotoAws) -> None:
    words = "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"
    with Stubber(aws.client("secretsmanager")) as stub:
        stub.add_client_error("get_secret_value", "ResourceNotFoundException", words, expected_params=_ASKED)
        stub.add_response("get_secret_value", {"SecretBinary": b""}, _ASKED)
        for message in (words, "it holds no text"):
            with pytest.raises(AwsError, match=message) as caught:
                aws.secret("token")
            assert caught.value.no_value


def test_a_refusal_does_not_count_as_a_missing_value(aws: BotoAws) -> None:
    with Stubber(aws.client("secretsmanager")) as stub:
        stub.add_client_error("get_secret_value", "AccessDeniedException", expected_params=_ASKED)
        with pytest.raises(AwsError, match="AccessDeniedException") as caught:
            aws.secret("token")
    assert not caught.value.no_value


_VERSION = "5f0c1a36-0000-5000-8000-000000000000"
_PUT = {"SecretId": "login", "SecretString": "fake-login-Gd4Sf9Kc", "ClientRequestToken": _VERSION}


def test_an_existing_version_is_not_a_failure_and_is_not_written_again(aws: BotoAws) -> None:
    with Stubber(aws.client("secretsmanager")) as stub:
        stub.add_response("put_secret_value", {"VersionId": _VERSION}, _PUT)
        stub.add_client_error("put_secret_value", "ResourceExistsException", expected_params=_PUT)
        assert aws.put_secret("login", Secret("fake-login-Gd4Sf9Kc"), _VERSION)
        assert not aws.put_secret("login", Secret("fake-login-Gd4Sf9Kc"), _VERSION)
        stub.assert_no_pending_responses()


def test_a_refused_write_shows_nothing_of_the_value(aws: BotoAws) -> None:
    with Stubber(aws.client("secretsmanager")) as stub:
        stub.add_client_error("put_secret_value", "ValidationException", "bad value fake-login-Gd4Sf9Kc", 400)
        with pytest.raises(AwsError) as caught:
            aws.put_secret("login", Secret("fake-login-Gd4Sf9Kc"), _VERSION)
    assert caught.value.code == "ValidationException"
    assert "Gd4Sf9Kc" not in str(caught.value)
