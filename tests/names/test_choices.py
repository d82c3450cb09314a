"""A value that is one of a few, as member or as text; the message about a mistake lists the valid ones."""

from enum import StrEnum

import pytest

from components.names.choices import choice


class Coin(StrEnum):
    HEADS = "heads"
    TAILS = "tails"


class Size(StrEnum):
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


def test_a_member_and_its_text_are_the_same() -> None:
    assert choice(Coin, Coin.TAILS, "coin") is choice(Coin, "tails", "coin") is Coin.TAILS


def test_an_invalid_choice_is_refused_with_its_key_and_the_valid_ones() -> None:
    with pytest.raises(ValueError, match=r"^coin: got 'edge'; write heads or tails$"):
        choice(Coin, "edge", "coin")
    with pytest.raises(ValueError, match=r"^size: got 'huge'; write one of small, medium, large$"):
        choice(Size, "huge", "size")
