import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.names.repository_names import repository_name, repository_pattern

# The grammar as the ECR API states it, another way of writing it than the code's own.
_API = re.compile(r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*")


@pytest.mark.parametrize("name", ["ab", "ci/python", "ci/python-3.13", "a__b", "a--b", "team.a/app_b", "a" * 256])
def test_names_that_ecr_accepts_are_accepted(name: str) -> None:
    assert repository_name(name) == name


@pytest.mark.parametrize("name", ["", "a", "CI/python", "/ci", "ci/", "ci//python", "a..b", "a___b", "-a", "a" * 257])
def test_other_names_are_refused_with_the_key_and_an_example(name: str) -> None:
    with pytest.raises(
        ValueError, match=r"^repositories: got .*; .*[wW]rite 2 to 256 lower-case .* such as ci/python$"
    ):
        repository_name(name)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("CI/Python", "ci/python"),
        ("ci/python/", "ci/python"),
        ("/ci/python", "ci/python"),
        ("ci/python:3.13", "ci/python"),
        ("ci/python@sha256:0123", "ci/python"),
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/python", "ci/python"),
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/Python:3.13", "ci/python"),
        ("CI/*", "ci/*"),
    ],
)
def test_the_name_that_was_probably_meant_is_suggested(written: str, meant: str) -> None:
    with pytest.raises(ValueError, match=rf"; did you mean {re.escape(meant)}\? Write "):
        repository_pattern(written)


@pytest.mark.parametrize("written", ["Ä/python", "ci//python", "A"])
def test_no_message_suggests_an_invalid_name(written: str) -> None:
    with pytest.raises(ValueError, match=r"^pull: got .*; write 2 to 256"):
        repository_pattern(written)


@given(st.from_regex(_API, fullmatch=True).filter(lambda name: 2 <= len(name) <= 256))
def test_every_name_of_the_strict_grammar_passes_and_is_its_own_pattern(name: str) -> None:
    assert repository_pattern(repository_name(name)) == name


@pytest.mark.parametrize("pattern", ["ci/*", "ci-*", "team/*/app", "ci/python*"])
def test_a_pattern_that_starts_with_a_name_is_accepted(pattern: str) -> None:
    assert repository_pattern(pattern) == pattern


@pytest.mark.parametrize("pattern", ["*", "**", "*/python", "CI/*", "ci/?*", "ci/$*"])
def test_a_pattern_without_a_beginning_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"^audiences\.a\.pull: got .*such as ci/\*$"):
        repository_pattern(pattern, "audiences.a.pull")
