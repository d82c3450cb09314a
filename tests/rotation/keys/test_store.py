"""The key store against an emulator that enforces IAM, and what the rotator's role may do with keys."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aws_principals import ACCOUNT, HOST, REGION, ROOT, Principals, trust
from botocore.exceptions import ClientError

from components.contract import key_tags as iam_tags
from components.iam import policies as iam_policies
from components.names.naming import Names
from components.rotation.aws import AwsError
from components.rotation.keys.store import BotoKeyStore
from components.rotation.secret import Secret
from rehearsal.cloud.cloud import Cloud

_NAMES = Names(ACCOUNT, REGION, "gitlab-ecr")
_OWN, _OTHER = _NAMES.pull_user_name("acme/scripts"), "somebody"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud.start(ACCOUNT, REGION, hosts=[HOST]) as running:
        iam = running.client("iam")
        iam.create_user(UserName=_OWN, Path=_NAMES.path, Tags=[{"Key": "team", "Value": "ci"}])
        iam.create_user(UserName=_OTHER, Path=_NAMES.path)
        policy = iam_policies.rotator_policy(
            pull_roles_arn=_NAMES.role_arn("*", _NAMES.pull_path),
            secret_arns=[],
            own=iam_policies.function_statements(
                _NAMES.arn("logs", "log-group:/aws/lambda/x"), _NAMES.arn("sqs", _NAMES.dead_letters)
            ),
            pull_user_arns=[_NAMES.pull_user_arn("acme/scripts")],
        )
        iam.create_role(RoleName=_NAMES.rotator, Path=_NAMES.path, AssumeRolePolicyDocument=trust(ROOT))
        document = iam_policies.policy_json(policy)
        iam.put_role_policy(RoleName=_NAMES.rotator, PolicyName="rotator", PolicyDocument=document)
        yield running


@pytest.fixture(scope="module")
def session(cloud: Cloud) -> dict[str, str]:
    return Principals(cloud).assume(_NAMES.rotator_role_arn)


@pytest.fixture
def store(cloud: Cloud, session: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[BotoKeyStore]:
    """The store as the Lambda has it, with the rights of the rotator's role and no others."""
    for name, value in {**cloud.environment(), **{key.upper(): value for key, value in session.items()}}.items():
        monkeypatch.setenv(name, value)
    yield BotoKeyStore(REGION)
    for key in cloud.client("iam").list_access_keys(UserName=_OWN)["AccessKeyMetadata"]:
        cloud.client("iam").delete_access_key(UserName=_OWN, AccessKeyId=key["AccessKeyId"])


def test_a_key_is_created_listed_verified_deactivated_and_deleted(store: BotoKeyStore) -> None:
    assert store.keys(_OWN) == []
    new = store.create(_OWN)
    (listed,) = store.keys(_OWN)
    assert (listed.id, listed.active, listed.created) == (new.id, True, new.created)
    assert datetime.now(UTC) - new.created < timedelta(minutes=1)
    assert store.caller(new.id, new.secret) == _NAMES.pull_user_arn("acme/scripts")
    assert store.used(new.id) is False  # the emulator keeps no use
    store.deactivate(_OWN, new.id)
    assert [key.active for key in store.keys(_OWN)] == [False]
    store.delete(_OWN, new.id)
    store.delete(_OWN, new.id)
    assert store.keys(_OWN) == []


def test_the_record_is_kept_beside_the_tags_of_others(store: BotoKeyStore) -> None:
    store.tag(_OWN, {iam_tags.CURRENT: "AKIAFAKE000000000000", iam_tags.MAKING: "2026-01-01T06:00:00Z x=1/y"})
    store.tag(_OWN, {iam_tags.MAKING: "none"})
    assert store.tags(_OWN) == {"team": "ci", iam_tags.CURRENT: "AKIAFAKE000000000000", iam_tags.MAKING: "none"}


def test_sts_distinguishes_a_wrong_secret_from_an_unknown_key(store: BotoKeyStore) -> None:
    new = store.create(_OWN)
    with pytest.raises(AwsError) as caught:
        store.caller(new.id, Secret("wrong/secret/wrong/secret/wrong/secret/00"))
    assert caught.value.code == "SignatureDoesNotMatch"
    store.deactivate(_OWN, new.id)
    with pytest.raises(AwsError) as caught:
        store.caller(new.id, new.secret)
    assert caught.value.code == "InvalidClientTokenId"


def test_no_error_names_a_key(store: BotoKeyStore) -> None:
    key_id = Secret("AKIAFAKEFAKEFAKEFAKE")
    for call in (lambda: store.deactivate(_OWN, key_id), lambda: store.used(key_id)):
        with pytest.raises(AwsError) as caught:
            call()
        assert "AKIAFAKE" not in str(caught.value) + repr(caught.value)


_DENIED: dict[str, Callable[[Any], object]] = {
    "another user's keys": lambda iam: iam.list_access_keys(UserName=_OTHER),
    "a key for another user": lambda iam: iam.create_access_key(UserName=_OTHER),
    "another user's tags": lambda iam: iam.tag_user(UserName=_OTHER, Tags=[{"Key": iam_tags.CURRENT, "Value": "x"}]),
    "a tag that is not the record's": lambda iam: iam.tag_user(UserName=_OWN, Tags=[{"Key": "team", "Value": "x"}]),
    "removing tags": lambda iam: iam.untag_user(UserName=_OWN, TagKeys=["team"]),
    "a policy for its user": lambda iam: iam.put_user_policy(UserName=_OWN, PolicyName="x", PolicyDocument="{}"),
    "removing its user's boundary": lambda iam: iam.delete_user_permissions_boundary(UserName=_OWN),
}


@pytest.mark.parametrize("attempt", _DENIED)
def test_the_rotators_role_is_denied(cloud: Cloud, session: dict[str, str], attempt: str) -> None:
    with pytest.raises(ClientError) as caught:
        _DENIED[attempt](Principals(cloud).client("iam", session))
    assert caught.value.response["Error"]["Code"] == "AccessDenied"


def test_keys_grow_older_as_time_is_moved(cloud: Cloud, store: BotoKeyStore) -> None:
    made = store.create(_OWN).created
    cloud.move(3600)
    assert store.keys(_OWN)[0].created == made - timedelta(hours=1)
