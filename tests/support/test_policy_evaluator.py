"""The evaluator against cases whose answer the IAM user guide gives."""

from typing import Any

import pytest
from policy_evaluator import Request, allowed, glob

_ROLE = "arn:aws:iam::123456789012:role/a"
_OTHER = "arn:aws:iam::222222222222:role/b"
_REPOSITORY = "arn:aws:ecr:eu-central-1:123456789012:repository/ci/python"
_PULL = Request(_ROLE, "ecr:BatchGetImage", _REPOSITORY)


def _policy(effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": effect, "Action": "ecr:BatchGetImage", **more}]}


def test_without_a_policy_nothing_is_allowed() -> None:
    assert not allowed(_PULL, [])


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("*", True),
        (_REPOSITORY, True),
        (_REPOSITORY[:-1] + "?", True),
        (_REPOSITORY.replace("python", "*"), True),
        (_REPOSITORY.replace("python", "node"), False),
        (_REPOSITORY + "?", False),
        ([_REPOSITORY + "x", _REPOSITORY], True),
    ],
)
def test_resources_match_by_wildcards(resource: Any, *, expected: bool) -> None:
    assert allowed(_PULL, [_policy(Resource=resource)]) is expected


def test_a_deny_wins() -> None:
    assert not allowed(_PULL, [_policy(Resource="*"), _policy("Deny", Resource=_REPOSITORY)])
    assert not allowed(_PULL, [_policy(Resource="*")], resource=_policy("Deny", Principal="*"))


def test_a_boundary_limits_rights_and_grants_none() -> None:
    other = _policy(Resource=_REPOSITORY + "x")
    assert not allowed(_PULL, [_policy(Resource="*")], boundary=other)
    assert not allowed(_PULL, [], boundary=_policy(Resource="*"))
    assert allowed(_PULL, [_policy(Resource="*")], boundary=_policy(Resource="*"))


def test_inside_an_account_one_side_is_enough_and_across_accounts_both_have_to_allow() -> None:
    named = _policy(Principal={"AWS": [_ROLE, _OTHER]})
    across = Request(_OTHER, _PULL.action, _REPOSITORY)
    assert allowed(_PULL, [], resource=named)
    assert allowed(_PULL, [_policy(Resource="*")], resource=_policy(Principal={"AWS": _OTHER}))
    assert not allowed(across, [], resource=named)
    assert not allowed(across, [_policy(Resource="*")], resource=_policy(Principal={"AWS": _ROLE}))
    assert allowed(across, [_policy(Resource="*")], resource=named)


def test_an_account_as_principal_leaves_the_decision_to_the_identitys_policy() -> None:
    root = _policy(Principal={"AWS": "arn:aws:iam::123456789012:root"})
    assert not allowed(_PULL, [], resource=root)
    assert allowed(_PULL, [_policy(Resource="*")], resource=root)


def test_assuming_a_role_needs_its_trust_policy_to_allow_it() -> None:
    assume = Request(_ROLE, "sts:AssumeRole", "arn:aws:iam::123456789012:role/target")
    may = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]}
    trust = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": _OTHER}}]}
    assert not allowed(assume, [may], resource=trust)


@pytest.mark.parametrize(
    ("condition", "context", "expected"),
    [
        ({"StringEquals": {"aws:SourceAccount": "1"}}, {"aws:SourceAccount": "1"}, True),
        ({"StringEquals": {"aws:SourceAccount": "1"}}, {}, False),
        ({"StringEquals": {"k": ["1", "2"]}}, {"k": "2"}, True),
        ({"StringEquals": {"k": "a*"}}, {"k": "ab"}, False),
        ({"StringLike": {"k": "a*"}}, {"k": "ab"}, True),
        ({"StringNotEquals": {"k": "1"}}, {}, True),
        ({"StringNotEquals": {"k": "1"}}, {"k": "1"}, False),
        ({"ArnEquals": {"aws:PrincipalArn": _ROLE}}, {}, True),
        ({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/*"}}, {}, True),
        ({"ArnEquals": {"aws:PrincipalArn": "arn:*:role/a"}}, {}, False),
        ({"StringEquals": {"k": "1"}, "StringLike": {"l": "x"}}, {"k": "1", "l": "y"}, False),
    ],
)
def test_conditions_are_evaluated_as_iam_does_it(
    condition: dict[str, Any], context: dict[str, str], *, expected: bool
) -> None:
    request = Request(_ROLE, _PULL.action, _REPOSITORY, context)
    assert allowed(request, [_policy(Resource="*", Condition=condition)]) is expected


def test_an_unknown_operator_raises() -> None:
    with pytest.raises(AssertionError, match="IpAddress aws:SourceIp: teach the evaluator"):
        allowed(Request(_ROLE, _PULL.action, _REPOSITORY, {"aws:SourceIp": "::1"}), [
            _policy(Resource="*", Condition={"IpAddress": {"aws:SourceIp": "::1"}})
        ])  # fmt: skip


def test_brackets_are_plain_characters() -> None:
    assert glob("[a]*", "[a]b")
    assert not glob("[a]", "a")
