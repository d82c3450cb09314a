"""The rights in a policy, as a note shows them to a reviewer."""

from typing import Any

import pytest

from components.preview.policy_words import image_rights, statements

_OWN = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


def _arn(account: str, region: str = "eu-central-1", name: str = "ci/*") -> str:
    return f"arn:aws:ecr:{region}:{account}:repository/{name}"


@pytest.mark.parametrize(
    ("resource", "own", "shown"),
    [
        (_arn("123456789012"), _OWN, "ci/*"),
        (_arn("210987654321"), _OWN, "210987654321.dkr.ecr.eu-central-1.amazonaws.com/ci/*"),
        (_arn("123456789012", "us-east-1"), _OWN, "123456789012.dkr.ecr.us-east-1.amazonaws.com/ci/*"),
        (_arn("123456789012", "*"), _OWN, _arn("123456789012", "*")),
        (_arn("*"), _OWN, _arn("*")),
        (_arn("1234*"), _OWN, _arn("1234*")),
        (_arn("*", "*"), "", _arn("*", "*")),
        (_arn("210987654321"), "", "ci/*"),
        ("*", _OWN, "*"),
        ("arn:aws:ecr:eu-central-1:123456789012:repository/named", _OWN, "named"),
        ("unknown-yet", _OWN, "ci/later"),
    ],
)
def test_a_repository_of_more_than_the_stacks_own_registry_is_not_shown_as_its_own(
    resource: str, own: str, shown: str
) -> None:
    statement = {"Effect": "Allow", "Action": "ecr:BatchGetImage", "Resource": resource}
    assert image_rights([statement], {"unknown-yet": "ci/later"}, own) == {("pull", shown)}


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        ("", []),
        (None, []),
        ('{"Statement": {"Effect": "Deny"}}', [{"Effect": "Deny"}]),
        ({"Statement": [{"Effect": "Deny"}]}, [{"Effect": "Deny"}]),
        ("{", None),
        ("[]", None),
        ('{"Statement": "all"}', None),
        ('{"Statement": [1]}', None),
    ],
)
def test_a_policy_in_any_form_is_read_or_known_to_be_unreadable(policy: Any, found: Any) -> None:
    assert statements(policy) == found
