"""A secret's versions and stages, by Secrets Manager's own answers."""

from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from components.rotation.aws import AwsError
from components.rotation.renewal.renew import Version
from components.rotation.renewal.secret_versions import SecretVersions
from components.rotation.secret import Secret

_ID, _OLD = "0" * 32, "1" * 32


@pytest.fixture
def client() -> Any:
    return boto3.client(
        "secretsmanager", region_name="eu-central-1", aws_access_key_id="fake", aws_secret_access_key="fake"
    )


def test_a_stage_is_a_version_or_none(client: Any) -> None:
    with Stubber(client) as stub:
        asked = {"SecretId": "token", "VersionStage": "AWSPENDING"}
        stub.add_response("get_secret_value", {"VersionId": _ID, "SecretString": "glpat-fake-0000"}, asked)
        stub.add_client_error("get_secret_value", "ResourceNotFoundException", expected_params=asked)
        stub.add_client_error("get_secret_value", "AccessDeniedException", expected_params=asked)
        store = SecretVersions(client, "token")
        assert store.version("AWSPENDING") == Version(_ID, Secret("glpat-fake-0000"))
        assert store.version("AWSPENDING") is None
        with pytest.raises(AwsError, match="AccessDeniedException"):
            store.version("AWSPENDING")


def test_a_version_that_exists_already_is_not_claimed(client: Any) -> None:
    with Stubber(client) as stub:
        sent = {
            "SecretId": "token", "ClientRequestToken": _ID, "SecretString": "text", "VersionStages": ["AWSPENDING"],
        }  # fmt: skip
        stub.add_response("put_secret_value", {}, sent)
        stub.add_client_error("put_secret_value", "ResourceExistsException", expected_params=sent)
        stub.add_client_error("put_secret_value", "InternalServiceError", expected_params={**sent, "SecretString": ANY})
        store = SecretVersions(client, "token")
        assert store.put_pending(_ID, Secret("text")) is True
        assert store.put_pending(_ID, Secret("text")) is False
        with pytest.raises(AwsError, match="InternalServiceError"):
            store.put_pending(_ID, Secret("text"))


def test_promotion_moves_the_stage_from_the_version_that_had_it(client: Any) -> None:
    with Stubber(client) as stub:
        moved = {
            "SecretId": "token", "VersionStage": "AWSCURRENT", "MoveToVersionId": _ID, "RemoveFromVersionId": _OLD,
        }  # fmt: skip
        stub.add_response("update_secret_version_stage", {}, moved)
        SecretVersions(client, "token").promote(_ID, in_place_of=_OLD)
        stub.assert_no_pending_responses()
