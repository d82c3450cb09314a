"""Repository policies: who outside the repository's own account may use it.

Across accounts both sides must allow access: the repository policy here, and the identity's own policy there. Inside
the account one side is enough: a role's policy, or a repository policy that names the role. A common mistake is to
grant only one side, or to look for the missing grant on the wrong one. It is also why the grant to an organization
excludes the repository's own account: otherwise every role of this account that may sign in could use the repository.

It must not contain `ecr:GetAuthorizationToken`: ECR refuses such a policy as invalid.
"""

import re
from collections.abc import Sequence
from typing import Any, Final, NotRequired, TypedDict

from ..iam.actions import ADMIN_ACTIONS, LAMBDA_ACTIONS, PULL_ACTIONS, PUSH_ACTIONS
from ..iam.policies import Document, document, listed, policy_json
from ..names.locations import Mistakes, each
from ..names.registry_host import partition_of

_ACCOUNT: Final = re.compile(r"\d{12}")
_ORGANIZATION: Final = re.compile(r"o-[a-z0-9]{10,32}")
_PRINCIPAL: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]+")
_LIMIT: Final = 10_240


class GranteesArgs(TypedDict):
    """Who else may use a repository; their own account must allow it as well."""

    accounts: NotRequired[list[str]]
    """Other accounts by their twelve digits; each account decides which of its identities may."""
    principals: NotRequired[list[str]]
    """ARNs of single roles and users. ECR refuses one that does not exist."""
    organizations: NotRequired[list[str]]
    """Organizations such as `o-a1b2c3d4e5`: every other account in them, including future ones. For roles of the
    repository's own account only their own policies count."""


def repository_policy(
    account: str,
    region: str,
    *,
    pull: GranteesArgs | None = None,
    push: GranteesArgs | None = None,
    admin: GranteesArgs | None = None,
    lambda_accounts: Sequence[str] = (),
) -> Document | None:
    """The repository's policy; None when no one else may use it.

    Raises:
        ValueError: a grantee is invalid, or there are too many.
    """
    mistakes = Mistakes()
    statements: list[dict[str, Any]] = []
    for field, actions, grantees in (
        ("pull", PULL_ACTIONS, pull),
        ("push", PUSH_ACTIONS, push),
        ("admin", ADMIN_ACTIONS, admin),
    ):
        if grantees is not None:
            with mistakes.at(field):
                statements += _grants(field, actions, grantees, account, partition_of(region))
    if lambda_accounts:
        with mistakes.at():
            statements.append(_lambda_grant(region, lambda_accounts))
    mistakes.refuse()
    if not statements:
        return None
    policy = document(*statements)
    if len(policy_json(policy)) > _LIMIT:
        raise ValueError(
            f"pull: got a repository policy of {len(policy_json(policy))} characters, ECR takes {_LIMIT}; "
            "write accounts or an organization in place of single principals"
        )
    return policy


def _grants(
    field: str, actions: Sequence[str], grantees: GranteesArgs, own_account: str, partition: str
) -> list[dict[str, Any]]:
    mistakes = Mistakes()
    accounts, principals, organizations = (grantees.get(key, []) for key in ("accounts", "principals", "organizations"))
    if not accounts and not principals and not organizations:
        raise ValueError("got no `accounts`, `principals` or `organizations`; write one of them, or leave it out")
    example = "the ARN of one role or user, such as arn:aws:iam::123456789012:role/deploy"
    with mistakes.at():
        _each(accounts, _ACCOUNT, "accounts", 'twelve digits: "123456789012"')
    with mistakes.at():
        _each(principals, _PRINCIPAL, "principals", example)
    with mistakes.at():
        _each(organizations, _ORGANIZATION, "organizations", "an id such as o-a1b2c3d4e5")
    if own_account in accounts:
        mistakes.add(
            "accounts",
            accounts.index(own_account),
            text=f"got {own_account!r}, the repository's own account; leave it out, "
            "and write the repository into the policy of the role that should use it",
        )
    mistakes.refuse()
    statements: list[dict[str, Any]] = []
    if accounts or principals:
        arns = [*(f"arn:{partition}:iam::{account}:root" for account in accounts), *principals]
        statements.append(_allow(field.title(), {"AWS": listed(arns)}, actions))
    if organizations:
        # A policy cannot have an organization as its principal, so it allows everyone under the condition that they
        # belong to it.
        condition = {
            "StringEquals": {"aws:PrincipalOrgID": listed(organizations)},
            "StringNotEquals": {"aws:PrincipalAccount": own_account},
        }
        statements.append(_allow(f"{field.title()}InOrganization", {"AWS": "*"}, actions, condition))
    return statements


def _lambda_grant(region: str, accounts: Sequence[str]) -> dict[str, Any]:
    _each(accounts, _ACCOUNT, "lambda_accounts", 'twelve digits: "123456789012"')
    functions = [f"arn:{partition_of(region)}:lambda:{region}:{account}:function:*" for account in accounts]
    condition = {"ArnLike": {"aws:SourceArn": listed(functions)}}
    return _allow("PullByLambda", {"Service": "lambda.amazonaws.com"}, LAMBDA_ACTIONS, condition)


def _allow(
    sid: str, principal: dict[str, Any], actions: Sequence[str], condition: dict[str, Any] | None = None
) -> dict[str, Any]:
    statement = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": listed(actions)}
    return statement if condition is None else {**statement, "Condition": condition}


def _each(values: Sequence[str], grammar: re.Pattern[str], field: str, wanted: str) -> list[str]:
    def check(value: str) -> str:
        if not grammar.fullmatch(value):
            raise ValueError(f"got {value!r}; write {wanted}")
        return value

    return each(field, values, check)
