"""Calls of IAM that the emulator lacks, and that the AWS provider makes."""

from typing import Any

import pytest
from aws_principals import ACCOUNT, Principals
from botocore.exceptions import ClientError

from rehearsal.cloud import iam_calls


@pytest.fixture(scope="module")
def iam(aws: Principals) -> Any:
    return aws.cloud.client("iam")


def test_a_user_keeps_its_tags_when_it_moves_or_is_renamed(iam: Any) -> None:
    iam.create_user(UserName="mover", Path="/a/", Tags=[{"Key": "team", "Value": "ci"}])
    iam.update_user(UserName="mover", NewPath="/b/")
    assert iam.get_user(UserName="mover")["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/b/mover"
    iam.update_user(UserName="mover", NewUserName="moved")
    moved = iam.get_user(UserName="moved")["User"]
    assert (moved["Path"], moved["Tags"]) == ("/b/", [{"Key": "team", "Value": "ci"}])
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.update_user(UserName="mover", NewPath="/c/")


def test_keys_and_certificates_that_no_user_has_here_are_empty_lists(iam: Any) -> None:
    iam.create_user(UserName="bare")
    assert iam.list_ssh_public_keys(UserName="bare")["SSHPublicKeys"] == []
    assert iam.list_signing_certificates(UserName="bare")["Certificates"] == []
    assert iam.list_service_specific_credentials(UserName="bare")["ServiceSpecificCredentials"] == []


def test_an_oidc_provider_gets_and_loses_tags(iam: Any) -> None:
    arn = iam.create_open_id_connect_provider(Url="https://tagged.example.com", ClientIDList=["a"])
    which = {"OpenIDConnectProviderArn": arn["OpenIDConnectProviderArn"]}
    iam.tag_open_id_connect_provider(**which, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}])
    iam.tag_open_id_connect_provider(**which, Tags=[{"Key": "b", "Value": "2"}])
    iam.untag_open_id_connect_provider(**which, TagKeys=["a"])
    assert iam.get_open_id_connect_provider(**which)["Tags"] == [{"Key": "b", "Value": "2"}]


def test_a_call_that_a_newer_emulator_has_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(iam_calls.iam._IAM_HANDLERS, "UpdateUser", None)
    with pytest.raises(RuntimeError, match=r"ministack has UpdateUser now: take them out of rehearsal/cloud/iam_calls"):
        iam_calls.add_missing_calls()
