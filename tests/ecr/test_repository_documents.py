"""Both documents say what a repository's arguments say."""

from components.ecr.lifecycle_rules import LifecycleRuleArgs, lifecycle_policy
from components.ecr.repository_documents import access_of, lifecycle_of
from components.ecr.repository_policy import GranteesArgs, repository_policy

_ACCOUNT, _REGION = "123456789012", "eu-central-1"


def test_the_lifecycle_policy_has_the_rules_and_the_protected_tags() -> None:
    rule: LifecycleRuleArgs = {"untagged": True, "days_since_pushed": 3}
    found = lifecycle_of({"lifecycle_rules": [rule], "protected_tags": ["v*"]})
    assert found == lifecycle_policy([rule], ["v*"]) != lifecycle_of({})


def test_nobody_outside_the_stack_gets_access_by_default() -> None:
    assert access_of(_ACCOUNT, _REGION, {}) is None


def test_the_repository_policy_has_everyone_who_gets_access() -> None:
    pull: GranteesArgs = {"accounts": ["2" * 12]}
    push: GranteesArgs = {"accounts": ["3" * 12]}
    admin: GranteesArgs = {"accounts": ["4" * 12]}
    found = access_of(_ACCOUNT, _REGION, {"pull": pull, "push": push, "admin": admin, "lambda_accounts": ["5" * 12]})
    assert found == repository_policy(_ACCOUNT, _REGION, pull=pull, push=push, admin=admin, lambda_accounts=["5" * 12])
    assert all(f"{number}" * 12 in str(found) for number in (2, 3, 4, 5))
