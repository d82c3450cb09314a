from dataclasses import replace
from typing import Any

import pytest

from components.contract.plan import Flags, OwnerKind, Target, VariableType
from components.variables.listed import Level, ListedVariable
from components.variables.shadow_finder import Finding, shadow_findings

_KEY = "DOCKER_AUTH_CONFIG"
_OURS = "gitlab-ecr: registry.example.com, valid until 2026-11-22T20:00Z, audience backend"
_FLAGS = Flags(VariableType.FILE, masked=True, protected=False, raw=True, hidden=False)
_GROUP = Target(OwnerKind.GROUP, "20", "acme/backend", _KEY, "*", _FLAGS)
_PROJECT = replace(_GROUP, owner_kind=OwnerKind.PROJECT, owner="7", path="acme/backend/api")
_IN_GROUP = ListedVariable(Level.GROUP, "acme/backend", _KEY, description=_OURS)
_IN_PROJECT = ListedVariable(Level.PROJECT, "acme/backend/api", _KEY)


def _find(target: Target, *variables: ListedVariable, **more: Any) -> list[tuple[str, str]]:
    found = shadow_findings([target], variables, **more)
    assert {finding.target for finding in found} <= {target.name}
    return [(finding.what, finding.fix) for finding in found]


def test_a_project_below_a_group_with_its_own_variable_is_found() -> None:
    assert shadow_findings([_GROUP], [_IN_GROUP, _IN_PROJECT]) == [
        Finding(
            "group acme/backend DOCKER_AUTH_CONFIG",
            "project acme/backend/api DOCKER_AUTH_CONFIG hides it",
            "write acme/backend/api as a consumer with adopt: true, or delete "
            "project acme/backend/api DOCKER_AUTH_CONFIG",
        )
    ]


@pytest.mark.parametrize(
    ("variable", "what"),
    [
        (
            replace(_IN_PROJECT, level=Level.GROUP, owner="acme/backend/deep/er"),
            "group acme/backend/deep/er DOCKER_AUTH_CONFIG hides it",
        ),
        (
            replace(_IN_PROJECT, environment_scope="production", protected=True),
            (
                "project acme/backend/api DOCKER_AUTH_CONFIG (production) hides it in jobs of the environment "
                "production on protected branches and tags"
            ),
        ),
        (
            replace(_IN_GROUP, environment_scope="review/*"),
            "group acme/backend DOCKER_AUTH_CONFIG (review/*) hides it in jobs of the environment review/*",
        ),
        (replace(_IN_PROJECT, owner="Acme/Backend/api"), "project Acme/Backend/api DOCKER_AUTH_CONFIG hides it"),
    ],
)
def test_a_variable_that_hides_ours_is_reported_with_its_conditions(variable: ListedVariable, what: str) -> None:
    assert [found for found, _ in _find(_GROUP, _IN_GROUP, variable)] == [what]


@pytest.mark.parametrize(
    "variable",
    [
        replace(_IN_PROJECT, key="OTHER"),
        replace(_IN_PROJECT, owner="acme/backends/api"),
        ListedVariable(Level.GROUP, "acme", _KEY),
        _IN_GROUP,
    ],
)
def test_a_variable_that_does_not_hide_ours_is_not_reported(variable: ListedVariable) -> None:
    assert _find(_GROUP, variable) == []


def test_two_targets_do_not_shadow_each_other() -> None:
    assert shadow_findings([_GROUP, _PROJECT], [_IN_GROUP, replace(_IN_PROJECT, description=_OURS)]) == []


def test_scopes_that_never_meet_do_not_hide_each_other() -> None:
    target = replace(_GROUP, environment_scope="staging")
    assert _find(target, replace(_IN_PROJECT, environment_scope="production")) == []
    assert _find(target, replace(_IN_GROUP, environment_scope="*")) == []
    assert len(_find(target, replace(_IN_PROJECT, environment_scope="stag*"))) == 1


@pytest.mark.parametrize(("description", "count"), [(None, 1), ("mine", 1), (_OURS, 0), ("gitlab-ecr: waiting", 0)])
def test_an_existing_variable_that_is_not_ours_yet_is_reported(description: str | None, count: int) -> None:
    found = _find(_PROJECT, replace(_IN_PROJECT, description=description))
    assert len(found) == count
    assert all("has already been taken" in what and fix.startswith("write adopt: true") for what, fix in found)


def test_a_protected_target_misses_merge_requests() -> None:
    ((what, fix),) = _find(replace(_GROUP, flags=replace(_FLAGS, protected=True)))
    assert what.startswith("it is protected, so pipelines of merge requests")
    assert fix.startswith("remove protected")


@pytest.mark.parametrize(
    ("environments", "found"),
    [
        ({}, False),
        ({"acme/backend/api": ["production", "staging"]}, True),
        ({"acme/backend/api": []}, True),
        ({"acme/backend/api": ["review/1"]}, False),
        ({"acme/backend/api": ["staging"], "acme/backend/web": ["review/2"]}, False),
        ({"acme/other": ["staging"]}, False),
    ],
)
def test_a_scope_that_matches_no_environment_is_reported(environments: dict[str, list[str]], found: bool) -> None:
    target = replace(_GROUP, environment_scope="review/*")
    whats = [what for what, _ in _find(target, environments=environments)]
    assert [what.startswith("no environment is called review/*, so no job sees it") for what in whats] == [True] * found


def test_a_variable_of_type_env_var_where_jobs_push_is_reported() -> None:
    target = replace(_GROUP, flags=replace(_FLAGS, variable_type=VariableType.ENV_VAR))
    role = ListedVariable(Level.PROJECT, "acme/backend/api", "AWS_ROLE_ARN")
    ((what, fix),) = _find(target, role, replace(role, key="ECR_REGISTRY"))
    assert "acme/backend/api may push: Docker CLI 28.3 and later prefers it to `docker login`" in what
    assert fix == "write variableType: file, which the runner reads as well"
    assert _find(target, replace(role, owner="acme/web")) == []
    assert _find(_GROUP, role) == []


def test_a_pair_of_access_keys_is_protected_on_purpose_and_never_adopted() -> None:
    pair = replace(
        _GROUP, key="AWS_ACCESS_KEY_ID", flags=replace(_FLAGS, protected=True, variable_type=VariableType.ENV_VAR)
    )
    own = replace(_IN_GROUP, key="AWS_ACCESS_KEY_ID")
    assert _find(pair, own) == []
    assert _find(pair, own, replace(_IN_PROJECT, key="AWS_ACCESS_KEY_ID")) == [
        ("project acme/backend/api AWS_ACCESS_KEY_ID hides it", "delete project acme/backend/api AWS_ACCESS_KEY_ID")
    ]
    (unclaimed,) = _find(pair, replace(own, description=None))
    assert unclaimed[1] == "delete it before `up`"


_INSTANCE = Target(OwnerKind.INSTANCE, "instance", "instance", _KEY, "*", _FLAGS)


def test_every_group_or_project_with_its_own_variable_hides_the_instance_variable() -> None:
    rows = [
        ListedVariable(Level.INSTANCE, "", _KEY, description="gitlab-ecr: x"),
        ListedVariable(Level.GROUP, "other", _KEY),
        ListedVariable(Level.PROJECT, "other/web", _KEY, environment_scope="production"),
    ]
    assert [(found.target, found.what) for found in shadow_findings([_INSTANCE], rows)] == [
        ("instance DOCKER_AUTH_CONFIG", "group other DOCKER_AUTH_CONFIG hides it"),
        (
            "instance DOCKER_AUTH_CONFIG",
            "project other/web DOCKER_AUTH_CONFIG (production) hides it in jobs of the environment production",
        ),
    ]


def test_an_instance_variable_that_was_never_written_is_reported() -> None:
    (found,) = shadow_findings([_INSTANCE], [ListedVariable(Level.INSTANCE, "", _KEY)])
    assert "no rotation has written it yet" in found.what


def test_an_instance_variable_hides_no_group_variable() -> None:
    assert shadow_findings([_GROUP], [ListedVariable(Level.INSTANCE, "", _KEY)]) == []
