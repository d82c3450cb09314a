import pytest

from components.ecr.mutable_tags import tag_mutability


@pytest.mark.parametrize(
    ("mutable_tags", "expected"),
    [
        ([], ("IMMUTABLE", [])),
        (["latest", "3.*"], ("IMMUTABLE_WITH_EXCLUSION", ["3.*", "latest"])),
        (["buildcache*", "buildcache*"], ("IMMUTABLE_WITH_EXCLUSION", ["buildcache*"])),
        (["*"], ("MUTABLE", [])),
    ],
)
def test_only_the_named_tags_may_move(mutable_tags: list[str], expected: tuple[str, list[str]]) -> None:
    assert tag_mutability(mutable_tags) == expected


@pytest.mark.parametrize("mutable_tags", [["a"] * 6, ["a b"], ["*a*b*"], ["latest", "*"], [""]])
def test_patterns_that_ecr_refuses_and_a_star_among_others_are_refused(mutable_tags: list[str]) -> None:
    with pytest.raises(ValueError, match=r"^mutable_tags(\[\d\])?: got .*; write up to five patterns such as 3\.\*"):
        tag_mutability(mutable_tags)
