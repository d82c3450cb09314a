"""Who pulls repositories that a stack shares, and what the matrix says of them."""

from typing import Any

import pytest

from rehearsal.grantees import NOT_REHEARSED, Grantee, _grantees, _reaches, notes

_ACCOUNT = "210987654321"


def test_a_role_pulls_by_its_name_and_path_an_account_by_any_role_and_a_user_not_at_all() -> None:
    grants: list[dict[str, Any]] = [
        {"accounts": [_ACCOUNT]},
        {
            "principals": [
                f"arn:aws:iam::{_ACCOUNT}:role/puller",
                f"arn:aws:iam::{_ACCOUNT}:role/ci/deep/puller",
                f"arn:aws:iam::{_ACCOUNT}:user/jo",
                f"arn:aws:iam::{_ACCOUNT}:root",
            ]
        },
    ]
    found = list(_grantees(grants))
    assert [(each.path, each.name) for each in found] == [("/", "made-up"), ("/", "puller"), ("/ci/deep/", "puller")]
    assert [each.label for each in found] == [
        f"account {_ACCOUNT}, any role", f"account {_ACCOUNT}, role puller", f"account {_ACCOUNT}, role puller",
    ]  # fmt: skip


def test_a_grant_to_an_account_reaches_its_roles_and_no_other_account() -> None:
    everyone, role = Grantee(_ACCOUNT, "/", "made-up"), Grantee(_ACCOUNT, "/ci/", "puller")
    assert _reaches(everyone, role)
    assert _reaches(role, role)
    assert not _reaches(role, everyone)
    assert not _reaches(everyone, Grantee("123456789012", "/ci/", "puller"))


@pytest.mark.parametrize(
    ("grant", "noted"),
    [
        ({"principals": [f"arn:aws:iam::{_ACCOUNT}:user/jo"]}, [NOT_REHEARSED]),
        ({"organizations": ["o-a1b2c3d4e5"]}, [NOT_REHEARSED]),
        ({"principals": [f"arn:aws:iam::{_ACCOUNT}:role/user/jo"], "accounts": [_ACCOUNT]}, []),
    ],
)
def test_users_and_organizations_are_noted_as_not_rehearsed(grant: dict[str, Any], noted: list[str]) -> None:
    assert notes({"repositories": {"ci/node": {"pull": grant}, "ci/python": {}}}) == noted
