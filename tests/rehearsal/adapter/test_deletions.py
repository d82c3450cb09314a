"""What a deletion leaves of resources that cannot simply be gone, and what it needs."""

from typing import Any

import pytest
from iam_json import policy

from rehearsal.adapter.adapter import Adapter
from rehearsal.adapter.kind import AdapterError
from rehearsal.world import World

_USER = "aws:iam/user:User"
_TRUST = policy(
    {"Effect": "Allow", "Principal": {"Service": "secretsmanager.amazonaws.com"}, "Action": "sts:AssumeRole"}
)


def test_deleting_a_scanning_configuration_restores_the_registrys_default(world: World) -> None:
    adapter, type_ = Adapter(world), "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
    rule = {"scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": [{"filter": "ci/*", "filterType": "WILDCARD"}]}
    id_, state = adapter.create(type_, "it", {"scanType": "ENHANCED", "rules": [rule]})
    assert adapter.read(type_, "it", id_, {}) == {
        "scanType": "ENHANCED",
        "rules": [rule],
        "registryId": "123456789012",
        "region": "eu-central-1",
    }
    adapter.delete(type_, "it", id_, state)
    left = adapter.read(type_, "it", id_, {})
    assert left
    assert (left["scanType"], left["rules"]) == ("BASIC", [])


def test_deleting_the_encryption_of_a_bucket_restores_s3s_default(world: World) -> None:
    adapter = Adapter(world)
    type_ = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    own, default = ({"bucket": "base", "rules": [_encrypted(algorithm)]} for algorithm in ("aws:kms", "AES256"))
    id_, state = adapter.create(type_, "it", own)
    assert adapter.read(type_, "it", id_, {}) == own
    adapter.delete(type_, "it", id_, state)
    assert adapter.read(type_, "it", id_, {}) == default


def _encrypted(algorithm: str) -> dict[str, Any]:
    return {"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm}}


def test_a_secret_that_can_be_recovered_counts_as_gone(world: World) -> None:
    adapter, type_ = Adapter(world), "aws:secretsmanager/secret:Secret"
    id_, state = adapter.create(type_, "it", {"name": "recoverable", "recoveryWindowInDays": 7})
    adapter.delete(type_, "it", id_, state)
    assert world.aws("secretsmanager").describe_secret(SecretId=id_)["DeletedDate"]
    assert adapter.read(type_, "it", id_, {}) is None


def test_a_user_with_access_keys_is_deleted_with_force_destroy(world: World) -> None:
    adapter = Adapter(world)
    id_, state = adapter.create(_USER, "it", {"name": "keyed", "forceDestroy": True})
    world.aws("iam").create_access_key(UserName="keyed")
    adapter.delete(_USER, "it", id_, state)
    assert adapter.read(_USER, "it", id_, {}) is None


def test_a_bucket_that_holds_objects_is_deleted_with_force_destroy_only(world: World) -> None:
    adapter, type_ = Adapter(world), "aws:s3/bucket:Bucket"
    id_, state = adapter.create(type_, "it", {"bucket": "full"})
    adapter.create(
        "aws:s3/bucketVersioning:BucketVersioning",
        "it",
        {"bucket": "full", "versioningConfiguration": {"status": "Enabled"}},
    )
    for text in (b"one", b"two"):
        world.aws("s3").put_object(Bucket="full", Key="own", Body=text)
    with pytest.raises(AdapterError, match=f"{type_} it: .*BucketNotEmpty"):
        adapter.delete(type_, "it", id_, state)
    adapter.delete(type_, "it", id_, {**state, "forceDestroy": True})
    assert adapter.read(type_, "it", id_, {}) is None


def test_the_renewal_of_a_secret_is_read_back_as_created_and_changed_and_is_off_after_its_deletion(
    world: World,
) -> None:
    adapter, type_ = Adapter(world), "aws:secretsmanager/secretRotation:SecretRotation"
    arn = world.aws("secretsmanager").create_secret(Name="renewed", SecretString="{}", Type="GitLabAccessToken")["ARN"]
    role, _ = adapter.create(
        "aws:iam/role:Role",
        "renews",
        {"name": "renews", "assumeRolePolicy": _TRUST},
    )
    inputs = {
        "secretId": "renewed",
        "externalSecretRotationRoleArn": f"arn:aws:iam::123456789012:role/{role}",
        "externalSecretRotationMetadatas": [{"key": "daysToExpiry", "value": "90"}],
        "rotationRules": {"automaticallyAfterDays": 30},
        "rotateImmediately": False,
    }
    id_, state = adapter.create(type_, "it", inputs)
    assert (id_, state["secretId"], state["rotationEnabled"]) == (arn, arn, True)
    found = adapter.read(type_, "it", id_, {})
    shown = {key: value for key, value in inputs.items() if key not in {"secretId", "rotateImmediately"}}
    assert found == {**shown, "secretId": arn, "rotationEnabled": True}
    rules = {"automaticallyAfterDays": 60}
    changed = adapter.update(type_, "it", id_, state, {**inputs, "secretId": arn, "rotationRules": rules})
    assert (changed["rotationRules"], changed["rotationEnabled"]) == (rules, True)
    adapter.delete(type_, "it", id_, changed)
    assert adapter.read(type_, "it", id_, {}) == {**dict.fromkeys(shown), "secretId": arn, "rotationEnabled": False}
    world.aws("secretsmanager").delete_secret(SecretId=arn, RecoveryWindowInDays=7)
    assert adapter.read(type_, "it", id_, {}) is None
