"""Patterns of repositories, by IAM's rule."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.names.repository_patterns import inside, matches, matching, outside

REPOSITORIES = ["secret/tools", "ci/python", "ci/node", "ci/base/alpine"]
NAMES = st.text("ab/-.*", max_size=6)


@pytest.mark.parametrize(
    ("pattern", "repository", "named"),
    [
        ("ci/python", "ci/python", True),
        ("ci/python", "ci/python2", False),
        ("ci/*", "ci/base/alpine", True),
        ("ci/*", "cix/python", False),
        ("*/python", "ci/python", True),
        ("ci/*/alpine", "ci/base/alpine", True),
        ("*", "secret/tools", True),
        ("ci.python", "ci/python", False),  # a dot is a dot
        ("a|b", "a", False),
    ],
)
def test_a_star_matches_any_characters_and_is_the_only_special_character(
    pattern: str, repository: str, *, named: bool
) -> None:
    assert matches(pattern, repository) is named


def test_repositories_of_several_patterns_are_sorted_and_named_once() -> None:
    assert matching(["ci/p*", "ci/*"], REPOSITORIES) == ["ci/base/alpine", "ci/node", "ci/python"]
    assert matching(iter(["secret/tools"]), iter(REPOSITORIES)) == ["secret/tools"]


def test_without_a_pattern_no_repository_is_named() -> None:
    assert matching([], REPOSITORIES) == []
    assert outside([], REPOSITORIES) == "ci/base/alpine"


@given(pattern=NAMES, name=NAMES)
def test_a_pattern_matches_what_the_plain_expression_matches(pattern: str, name: str) -> None:
    plain = re.escape(pattern).replace(r"\*", ".*")
    assert matches(pattern, name) is (re.fullmatch(plain, name) is not None)


def test_inside_is_the_first_repository_that_a_pattern_names() -> None:
    assert inside(["ci/node", "ci/p*"], REPOSITORIES) == "ci/python"
    assert inside(["ci/node"], iter(REPOSITORIES)) == "ci/node"
    assert inside(["cix/*"], REPOSITORIES) is None
    assert inside([], REPOSITORIES) is None


def test_outside_is_a_declared_repository_if_there_is_one() -> None:
    assert outside(["ci/*"], REPOSITORIES) == "secret/tools"
    assert outside(["ci/*", "secret/*"], REPOSITORIES) == "gitlab-ecr-probe/outside"
    assert outside(["*"], REPOSITORIES) is None


@given(patterns=st.lists(NAMES, max_size=3), repositories=st.lists(NAMES, max_size=5))
def test_patterns_together_name_what_one_of_them_names(patterns: list[str], repositories: list[str]) -> None:
    named = sorted(name for name in repositories if any(matches(pattern, name) for pattern in patterns))
    assert matching(patterns, repositories) == named
    assert outside(patterns, repositories) not in named
