"""A statement that gets or loses one of several values changes no more than that value."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iam_json import policy
from previews import ROLE, ROLE_POLICY, allow, preview_json, step

from components.preview import note as preview_note
from components.preview import reading as preview
from components.preview.statement_changes import beyond

ISSUER = "gitlab.example.com"


def trust(*subs: str, operator: str = "StringEquals") -> dict[str, Any]:
    who = {"Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"}}
    condition = {operator: {f"{ISSUER}:sub": list(subs)}}
    return {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", **who, "Condition": condition}


def words(type_: str, key: str, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The lines of the note about one policy that changes."""
    old, new = ({"name": "r", "role": "r", key: policy(statement)} for statement in (before, after))
    text = preview_note.note(preview.read(preview_json(step("update", type_, "r", old=old, new=new, reasons=[key]))))
    return [line for line in text.splitlines() if line.startswith(("- role `r`", "- role policy `r`"))]


def test_the_note_shows_only_the_branch_that_was_added_to_a_trust_policy() -> None:
    (line,) = words(ROLE, "assumeRolePolicy", trust("main"), trust("main", "release/1"))
    assert line.endswith(f"if `{ISSUER}:sub` is `release/1`")
    assert "no longer" not in line


def test_the_note_shows_only_the_branch_that_was_removed() -> None:
    (line,) = words(ROLE, "assumeRolePolicy", trust("main", "release/1"), trust("main"))
    assert line.startswith("- role `r`: no longer: ")
    assert line.endswith(f"if `{ISSUER}:sub` is `release/1`")


def test_one_more_user_of_access_keys_is_no_loss_for_the_others() -> None:
    users = [f"arn:aws:iam::123456789012:user/{name}" for name in ("legacy", "scripts")]
    before, after = allow("iam:CreateAccessKey", users[0]), allow("iam:CreateAccessKey", users)
    assert words(ROLE_POLICY, "policy", before, after) == [
        f"- role policy `r`: may `iam:CreateAccessKey` on `{users[1]}`"
    ]


def test_a_value_that_is_changed_is_gained_and_lost() -> None:
    lines = words(ROLE, "assumeRolePolicy", trust("main"), trust("release/1"))
    assert [("no longer" in line, line.rpartition(" ")[2]) for line in lines] == [
        (False, "`release/1`"),
        (True, "`main`"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Not met by one more value, but by one less.
        (trust("main", operator="StringNotEquals"), trust("main", "x", operator="StringNotEquals")),
        # Two lists at once: neither value alone says what is new.
        (allow(["a:A"], ["x"]), allow(["a:A", "a:B"], ["x", "y"])),
        # A denial is no permission.
        (allow("a:A", ["x"]), {**allow("a:A", ["x", "y"]), "Effect": "Deny"}),
        # Without its condition it says more than one value more.
        (trust("main"), {key: value for key, value in trust("main").items() if key != "Condition"}),
    ],
)
def test_another_difference_is_shown_complete(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert beyond(after, [before]) == after


_VALUES = st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True)


@given(before=_VALUES, after=_VALUES, place=st.sampled_from(["Action", "Resource"]))
def test_what_is_new_in_a_statement_is_what_the_old_one_does_not_allow(
    before: list[str], after: list[str], place: str
) -> None:
    base = {"Effect": "Allow", "Action": ["x"], "Resource": ["y"]}
    found = beyond({**base, place: after}, [{**base, place: before, "Sid": "Other"}])
    rest = [value for value in after if value not in before]
    assert found == ({**base, place: rest} if rest else None)


def test_another_name_or_order_is_not_a_change() -> None:
    before = {**allow(["a:A", "a:B"], ["x"]), "Sid": "Old"}
    after = {**allow(["a:B", "a:A"], ["x"]), "Sid": "New"}
    assert words(ROLE_POLICY, "policy", before, after) == []
