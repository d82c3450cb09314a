"""What GitLab resolves in a value that is not raw."""

import pytest

from components.variables.references import is_reference, references


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$A", ["$A"]),
        ("x${A_1}y$B", ["${A_1}", "$B"]),
        ("$$", ["$$"]),
        ("$$A", ["$$"]),
        ("$1 $ ${} ${1}", []),
        ("", []),
    ],
)
def test_references_are_found_as_they_are_written(text: str, found: list[str]) -> None:
    assert references(text) == found


@pytest.mark.parametrize(("text", "alone"), [("$A", True), ("${A}", True), ("$A ", False), ("$$", False), ("a", False)])
def test_a_text_is_a_reference_only_without_anything_else(text: str, alone: bool) -> None:
    assert is_reference(text) is alone
