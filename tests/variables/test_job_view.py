"""A table of GitLab's rules: the job, the variables, what the job sees, and why not the others."""

import re
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.variables.job_view import Job, Pipeline, job_view, scope_matches
from components.variables.listed import Level, ListedVariable, is_above

_KEY = "DOCKER_AUTH_CONFIG"
_JOB = Job("acme/backend/api", "main", protected_refs=("main", "release/*"))
_MERGE_REQUEST = replace(_JOB, ref="feature", pipeline=Pipeline.MERGE_REQUEST, target="main")
_BETWEEN_PROTECTED = replace(_MERGE_REQUEST, ref="release/1")


def _in(level: Level, owner: str = "", scope: str = "*", *, protected: bool = False) -> ListedVariable:
    return ListedVariable(level, owner, _KEY, scope, protected=protected)


_PROJECT = _in(Level.PROJECT, "acme/backend/api")
_SUBGROUP = _in(Level.GROUP, "acme/backend")
_GROUP = _in(Level.GROUP, "acme")
_PROTECTED = replace(_GROUP, protected=True)
_PRODUCTION = replace(_PROJECT, environment_scope="production")
_REVIEW = replace(_PROJECT, environment_scope="review/*")
_REVIEW_DEEP = replace(_PROJECT, environment_scope="review/a*")


@pytest.mark.parametrize(
    ("job", "variables", "seen", "reasons"),
    [
        (_JOB, [], None, []),
        (_JOB, [_GROUP], _GROUP, []),
        (_JOB, [_GROUP, _SUBGROUP], _SUBGROUP, ["is further away than group acme/backend DOCKER_AUTH_CONFIG: the clo"]),
        (
            _JOB,
            [_SUBGROUP, _PROJECT],
            _PROJECT,
            ["is hidden by project acme/backend/api DOCKER_AUTH_CONFIG: project w"],
        ),
        (_JOB, [_in(Level.PIPELINE), _PROJECT], _in(Level.PIPELINE), ["is hidden by pipeline DOCKER_AUTH_CONFIG: pip"]),
        (
            _JOB,
            [_in(Level.INSTANCE), _GROUP],
            _GROUP,
            ["is hidden by group acme DOCKER_AUTH_CONFIG: group wins over i"],
        ),
        (
            _JOB,
            [_in(Level.DOTENV), _in(Level.INSTANCE)],
            _in(Level.INSTANCE),
            ["is hidden by instance DOCKER_AUTH_CON"],
        ),
        (
            _JOB,
            [_in(Level.JOB), _in(Level.DOTENV)],
            _in(Level.DOTENV),
            ["is hidden by dotenv report DOCKER_AUTH_CONFI"],
        ),
        (
            _JOB,
            [_in(Level.RUNNER), _in(Level.JOB)],
            _in(Level.JOB),
            ["is hidden by job DOCKER_AUTH_CONFIG: job wins ov"],
        ),
        (_JOB, [_in(Level.PROJECT, "acme/backend/apis")], None, ["belongs to another project than acme/backend/api"]),
        (_JOB, [_in(Level.GROUP, "acme/back")], None, ["belongs to a group that acme/backend/api is not in"]),
        (replace(_JOB, project="Acme/Backend/API"), [_PROJECT], _PROJECT, []),
        (_JOB, [_PROTECTED], _PROTECTED, []),
        (replace(_JOB, ref="release/1"), [_PROTECTED], _PROTECTED, []),
        (replace(_JOB, ref="feature"), [_PROTECTED], None, ["is protected, and the branch feature is not"]),
        (replace(_JOB, ref="v1", pipeline=Pipeline.TAG), [_PROTECTED], None, ["is protected, and the tag v1 is not"]),
        (_MERGE_REQUEST, [_PROTECTED], None, ["is protected, and the pipeline of a merge request sees protected vari"]),
        (_MERGE_REQUEST, [_GROUP], _GROUP, []),
        (_BETWEEN_PROTECTED, [_PROTECTED], None, ["is protected, and the pipeline of a merge request sees protected"]),
        (replace(_BETWEEN_PROTECTED, protected_merge_requests=True), [_PROTECTED], _PROTECTED, []),
        (
            replace(_MERGE_REQUEST, protected_merge_requests=True),
            [_PROTECTED],
            None,
            ["is protected, and the pipeline of a merge request"],
        ),
        (_JOB, [_PRODUCTION], None, ["is for the environment production, and the job has none"]),
        (
            replace(_JOB, environment="staging"),
            [_PRODUCTION, _PROJECT],
            _PROJECT,
            ["is for the environment production, and the job's is staging"],
        ),
        (
            replace(_JOB, environment="production"),
            [_PRODUCTION, _PROJECT],
            _PRODUCTION,
            ["has a wider environment scope than project acme/backend/api DOCKER_AUTH_CONFIG (production)"],
        ),
        (replace(_JOB, environment="review/x"), [_REVIEW, _PROJECT], _REVIEW, ["has a wider environment scope than"]),
        (replace(_JOB, environment="review/a"), [_REVIEW, _REVIEW_DEEP], _REVIEW_DEEP, ["matches as well as project"]),
        (replace(_JOB, environment="review/*"), [_REVIEW, _REVIEW_DEEP], _REVIEW, ["is for the environment review/a*"]),
        (
            replace(_JOB, environment="production"),
            [replace(_GROUP, environment_scope="production"), _SUBGROUP],
            _SUBGROUP,
            ["is further away than group acme/backend"],
        ),
        (replace(_JOB, ref="x"), [_PROTECTED, _in(Level.INSTANCE)], _in(Level.INSTANCE), ["is protected, and the bra"]),
        (_JOB, [replace(_PROJECT, key="OTHER")], None, []),
    ],
)
def test_the_job_sees_what_gitlab_would_give_it(
    job: Job, variables: list[ListedVariable], seen: ListedVariable | None, reasons: list[str]
) -> None:
    view = job_view(_KEY, job, variables)
    assert view.seen == seen
    assert [reason[: len(start)] for (_, reason), start in zip(view.others, reasons, strict=True)] == reasons


def test_the_order_of_a_listing_changes_nothing() -> None:
    variables = [_GROUP, _SUBGROUP, _PROJECT, _PRODUCTION, _in(Level.INSTANCE), _in(Level.JOB)]
    job = replace(_JOB, environment="production")
    assert {job_view(_KEY, job, order).seen for order in permutations(variables)} == {_PRODUCTION}


_VARIABLES = st.lists(
    st.builds(
        ListedVariable,
        st.sampled_from([Level.GROUP, Level.PROJECT]),
        st.sampled_from(["acme", "acme/backend", "acme/backend/api", "other"]),
        st.just(_KEY),
        st.sampled_from(["*", "production", "review/*"]),
        protected=st.booleans(),
    )
)


@given(_VARIABLES, st.sampled_from([None, "production", "review/a"]), st.sampled_from(["main", "feature"]))
def test_every_variable_is_seen_or_explained(
    variables: list[ListedVariable], environment: str | None, ref: str
) -> None:
    view = job_view(_KEY, replace(_JOB, environment=environment, ref=ref), variables)
    assert len(view.others) + (view.seen is not None) == len(variables)
    assert all(reason for _, reason in view.others)
    assert view.seen is None or ref == "main" or not view.seen.protected


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("*", "", True),
        ("review/*", "review/a/b", True),
        ("review/*", "review", False),
        ("review", "review/a", False),
        ("re.iew", "review", False),
        ("a_c", "abc", False),
        ("Review", "review", False),
    ],
)
def test_only_the_star_is_special_in_a_scope(pattern: str, name: str, matches: bool) -> None:
    assert scope_matches(pattern, name) is matches


@given(pattern=st.text("ab*.", max_size=8), name=st.text("ab.\n", max_size=10))
def test_a_scope_matches_what_the_plain_expression_matches(pattern: str, name: str) -> None:
    plain = re.escape(pattern).replace(r"\*", ".*")
    assert scope_matches(pattern, name) is (re.fullmatch(plain, name, re.DOTALL) is not None)


def test_a_scope_of_many_stars_takes_no_longer_than_one() -> None:
    assert scope_matches("*a" * 100 + "b", "a" * 255) is False


def test_names_and_flags_are_shown_in_words() -> None:
    variable = replace(_PRODUCTION, masked=True, raw=True, variable_type="file")
    assert (variable.name, variable.flags) == (
        "project acme/backend/api DOCKER_AUTH_CONFIG (production)",
        "file, masked, raw",
    )
    assert _in(Level.INSTANCE).name == "instance DOCKER_AUTH_CONFIG"
    assert is_above("acme", "Acme/web")
    assert not is_above("acme", "acme")
