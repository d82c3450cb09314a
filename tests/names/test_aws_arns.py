import pytest

from components.names.aws_arns import key_arn, policy_arn

_KEY = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"


def test_a_key_of_the_region_is_accepted() -> None:
    assert key_arn(_KEY, "eu-central-1") == _KEY
    multi = "arn:aws:kms:eu-central-1:123456789012:key/mrk-11111111222233334444555555555555"
    assert key_arn(multi, "eu-central-1") == multi


@pytest.mark.parametrize("text", ["alias/ci", _KEY.replace("key/", "alias/"), "11111111-2222", ""])
def test_an_invalid_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^kms_key: got '.*'; write the ARN of a KMS key in eu-central-1, such"):
        key_arn(text, "eu-central-1")


def test_a_key_of_another_region_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^kms_key: got 'arn:aws:kms:eu-central-1:.*'; write the ARN of a KMS key in"):
        key_arn(_KEY, "us-east-1")


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:iam::123456789012:policy/b",
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "arn:aws-cn:iam::123456789012:policy/a/b-c",
    ],
)
def test_a_managed_policy_is_accepted(text: str) -> None:
    assert policy_arn(text) == text


@pytest.mark.parametrize("text", ["ci-boundary", "arn:aws:iam::123456789012:role/a", "arn:aws:iam::1:policy/a", "*"])
def test_an_invalid_managed_policy_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^permissions_boundary: got '.*'; write the ARN of a managed policy, such"):
        policy_arn(text)
