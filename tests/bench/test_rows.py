"""Rows of results, and the page's table of them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import cold_start, program, rotation, validate
from bench.figures import BEGIN, END, PAGE, figure, table, with_table
from bench.rows import Row

ROOT = Path(__file__).parents[2]
ROWS = [*rotation.ROWS, *cold_start.ROWS, *validate.ROWS, *program.ROWS]


@pytest.mark.parametrize(("ours", "verdict"), [(1.15, "met"), (1.1501, "MISSED"), (0.5, "met")])
def test_a_goal_is_met_or_missed(ours: float, verdict: str) -> None:
    row = Row("the floor", "s", "in turn", 1.15).measured(ours, 1.0)
    assert (row["what"], row["goal"]) == ("in turn", f"at most 1.15: {verdict}")
    assert (row["ours"], row["other"], row["ratio"]) == (round(ours, 3), 1.0, ours)


def test_the_median_of_several_runs_counts_and_each_run_is_compared_with_its_neighbour() -> None:
    row = Row("the floor", "s", "in turn", 2).measured([2.0, 9.0, 3.0], [1.0, 3.0, 2.0])
    assert (row["ours"], row["other"], row["ratio"]) == (3.0, 2.0, 2.0)
    assert (row["spread"], row["runs"], row["goal"]) == ([1.5, 3.0], 3, "at most 2: met")


def test_a_single_figure_is_compared_with_each_run_of_the_other() -> None:
    row = Row("allowed", "s", "in turn").measured([1.0, 2.0, 4.0], 2.0)
    assert (row["ratio"], row["spread"]) == (1.0, [0.5, 2.0])
    assert Row("allowed", "s", "once").measured(1, 2)["spread"] is None


def test_a_row_without_a_goal_is_neither_met_nor_missed() -> None:
    row = Row("a loop", "s", "slow").measured(9, 1, "on 3")
    assert (row["what"], row["goal"]) == ("slow; on 3", "")


def test_a_contender_that_cannot_run_here_has_no_figure() -> None:
    row = Row("shell", "s", "scaled").not_measured(2.5, "no aws on PATH")
    assert (row["other"], row["ratio"], row["what"]) == (None, None, "not measured: no aws on PATH")


def test_no_two_rows_share_a_name() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_the_page_has_the_rows_of_the_bench() -> None:
    shown = PAGE.read_text().partition(BEGIN)[2].partition(END)[0]
    lines = [line for line in shown.splitlines() if line.startswith("|")][2:]
    assert [line.split("|")[1].strip() for line in lines] == [row.name for row in ROWS]


def test_a_table_replaces_the_one_before_and_nothing_else() -> None:
    rows = [
        Row("floor", "s", "fast", 1.3).measured([4, 4, 5], 2.5),
        Row("shell", "s", "slow").not_measured(4, "no aws on PATH"),
    ]
    page = with_table(f"above\n{BEGIN}\n\nold\n{END}\nbelow\n", rows)
    assert page == f"above\n{BEGIN}\n\n{table(rows)}\n\n{END}\nbelow\n"
    assert "| floor | 4 s | 2.5 s | 1.600 | 1.600 to 2.000 | at most 1.3: MISSED |" in page
    assert "| shell | 4 s | - | - | - | not measured: no aws on PATH |" in page
    assert with_table(page, rows) == page


@pytest.mark.parametrize(
    ("value", "shown"), [(2009, "2,009 s"), (2.9134, "2.91 s"), (0.0766, "0.0766 s"), (1.0, "1 s"), (None, "-")]
)
def test_figures_are_short(value: float | None, shown: str) -> None:
    assert figure(value, "s") == shown


def test_memory_is_that_of_the_process_and_not_of_its_parent() -> None:
    """`ru_maxrss` of a child counts what its parent held when it started the child."""
    held = bytearray(os.urandom(1)) * (200 << 20)
    command = [sys.executable, "-c", "from bench.memory import peak; print(peak())"]
    megabytes = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    assert len(held) >> 20 == 200
    assert 5 < megabytes < 100
