"""Mistakes of shape and of meaning in one error: none that only follows from another."""

from typing import Any

import pytest

from components.names.locations import Mistake
from settings import Declaration
from stack_file.mistakes import SettingsError, combined, in_file_spelling

_WEB = ("consumers", "acme/web")
_SHAPE = Mistake((*_WEB, "pul"), "no such key")
_FOUND: Any = {"consumers": {"acme/web": {"caches": ["quay"], "kind": "project"}}}


@pytest.mark.parametrize(
    ("meaning", "kept"),
    [
        (Mistake((*_WEB, "pull"), "got none"), False),  # a key beside the wrong one, and it is missing: the same key
        (Mistake((*_WEB, "kind"), "got project"), True),
        (Mistake((*_WEB, "caches", 0), "no such cache"), True),
        (Mistake((*_WEB, "pul", 0), "not a repository"), False),
        (Mistake(_WEB, "got 'acme/web'"), False),
        (Mistake(("consumers", "acme/api"), "missing"), True),
        (Mistake(("prefix",), "got x", because=(*_WEB, "pul", 0)), False),
        (Mistake(("prefix",), "got x", because=(*_WEB, "pull")), False),
        (Mistake(("prefix",), "got x", because=(*_WEB, "kind")), True),
    ],
)
def test_what_only_follows_from_a_mistake_of_shape_is_left_out(meaning: Mistake, kept: bool) -> None:
    assert combined([_SHAPE], [meaning], _FOUND) == [_SHAPE, *([meaning] if kept else [])]


@pytest.mark.parametrize(
    ("value", "place", "kept"),
    [(["a", "b"], 1, True), (["a"], 1, False), ("a", 0, False), ({}, 0, False), (None, 0, False)],
)
def test_an_item_that_could_not_be_read_has_no_mistake_of_meaning(value: Any, place: int, kept: bool) -> None:
    shape, meaning = Mistake(("caches", 7), "got a number"), Mistake(("caches", place), "no such cache")
    assert combined([shape], [meaning], {"caches": value}) == [shape, *([meaning] if kept else [])]


def test_an_error_without_a_field_is_a_mistake_of_the_whole_file() -> None:
    def declare() -> None:
        raise ValueError("A message of its own, about everything")

    with pytest.raises(SettingsError) as error, in_file_spelling(Declaration):
        declare()
    assert [(each.path, each.message) for each in error.value.mistakes] == [
        ((), "A message of its own, about everything")
    ]
    assert str(error.value) == "the stack file is wrong:\n  A message of its own, about everything"


def test_the_place_of_a_part_of_the_file_is_put_before_the_field_but_not_before_account_and_region() -> None:
    def declare(text: str) -> list[str]:
        with pytest.raises(SettingsError) as error, in_file_spelling(Declaration, ("rotation",)):
            raise ValueError(text)
        return [each.message for each in error.value.mistakes]

    assert declare("alarm_emails[0]: got 'me'") == ["gitlab-ecr:rotation.alarmEmails[0]: got 'me'"]
    assert declare("region: got 'eu'") == ["aws:region: got 'eu'"]
