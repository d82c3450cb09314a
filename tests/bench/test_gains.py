"""Each figure that matters to users is in a sentence, and both agree."""

import re

import pytest

from bench.figures import BEGIN, END, PAGE
from bench.gains import _SENTENCES, gains

TABLE = PAGE.read_text().partition(BEGIN)[2].partition(END)[0]


def test_the_page_holds_the_sentences_of_its_table() -> None:
    assert TABLE.rstrip().endswith(gains(TABLE).rstrip()), "python -m bench.figures writes both"
    assert TABLE.count("\n- ") == len(_SENTENCES)


@pytest.mark.parametrize("name", _SENTENCES)
def test_a_sentence_has_a_row(name: str) -> None:
    assert f"| {name} |" in TABLE


def test_a_sentence_has_the_figures_of_its_row_and_a_row_without_one_has_none() -> None:
    rows = "| validate, allowed | 0.9 s | 1.5 s | 0.600 | | |\n| rehearsal, allowed | - | 60 s | - | | not measured |\n"
    assert re.findall(r"after ([\d.]+ s)", gains(rows)) == ["0.9 s"]
