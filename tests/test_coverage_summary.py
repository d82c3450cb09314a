"""The coverage at the end of `make test`: the whole, and the files below the mark, the worst first."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from ci_file import jobs

SCRIPT: Final = Path(__file__).parents[1] / ".ci" / "coverage_summary.py"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with three modules, of which a test runs one completely, one in part, and one not at all."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(SCRIPT, tmp_path / ".ci")
    (tmp_path / "pyproject.toml").write_text('[tool.coverage.run]\nsource = ["lib", "alone"]\n')
    (tmp_path / "lib").mkdir()
    (tmp_path / "alone.py").write_text("a = 1\nb = 2\n")
    (tmp_path / "lib" / "half.py").write_text("import sys\nif not sys.argv:\n    a = 1\n    b = 2\n")
    (tmp_path / "lib" / "never.py").write_text("a = 1\n")
    return tmp_path


def _run(tree: Path, *command: str) -> subprocess.CompletedProcess[str]:
    # A measurement inside another one would take over and remove what the processes of the outer one wrote.
    alone = {name: value for name, value in os.environ.items() if not name.startswith("SLIPCOVER_")}
    command_line = [sys.executable, *command]
    return subprocess.run(command_line, cwd=tree, env=alone, capture_output=True, text=True, check=False)


def _summary(tree: Path, *modules: str) -> str:
    """What it prints after a test imported the modules."""
    (tree / "test.py").write_text("".join(f"import {module}\n" for module in modules))
    assert _run(tree, "-m", "slipcover", "--json", "--out", ".slipcover.json", "test.py").returncode == 0
    done = _run(tree, ".ci/coverage_summary.py")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_total_and_each_file_below_the_mark_are_named(tree: Path) -> None:
    assert _summary(tree, "alone", "lib.half").splitlines() == [
        "coverage: 57.1% of the lines; 2 files are below 95%",
        "    0.0% lib/never.py, 1 of 1 lines not run",
        "   50.0% lib/half.py, 2 of 4 lines not run",
    ]


def test_a_tree_that_is_run_completely_is_reported_as_such(tree: Path) -> None:
    for name in ("half.py", "never.py"):
        (tree / "lib" / name).unlink()
    assert _summary(tree, "alone") == "coverage: 100.0% of the lines; no file is below 95%\n"


def test_a_second_run_does_not_add_to_the_first(tree: Path) -> None:
    assert _summary(tree, "alone", "lib.half", "lib.never").startswith("coverage: 71.4% ")
    assert _summary(tree, "alone").startswith("coverage: 28.6% ")


def test_a_file_that_is_left_out_is_named_and_not_counted(tree: Path) -> None:
    (tree / "pyproject.toml").write_text('[tool.coverage.run]\nsource = ["lib"]\nomit = ["lib/never.py"]\n')
    assert _summary(tree, "lib.half").splitlines() == [
        "coverage: 50.0% of the lines; 1 file is below 95%",
        "   50.0% lib/half.py, 2 of 4 lines not run",
        "  not counted, for the reason in pyproject.toml: lib/never.py",
    ]


def test_what_processes_of_the_tests_ran_counts(tree: Path) -> None:
    (tree / ".slipcover.children").mkdir()
    for child, lines in enumerate(([3], [4])):
        file = tree / ".slipcover.children" / f"{child}.json"
        file.write_text(json.dumps({str(tree / "lib" / "half.py"): lines}))
    assert _summary(tree, "alone", "lib.half").startswith("coverage: 85.7% of the lines; 1 file is below 95%\n")


def test_coverages_own_reports_work_afterwards(tree: Path) -> None:
    _summary(tree, "alone", "lib.half")
    assert _run(tree, "-m", "coverage", "xml", "-q").returncode == 0
    # coverage cuts off whichever source it finds first, in no fixed order.
    assert re.search(r'filename="(lib/)?half\.py"', (tree / "coverage.xml").read_text())


def test_without_a_measurement_the_summary_reports_that(tree: Path) -> None:
    done = _run(tree, ".ci/coverage_summary.py")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("coverage_summary.py: nothing was measured")


def test_gitlab_finds_the_share_in_the_first_line(tree: Path) -> None:
    message = _summary(tree, "lib.half")
    for name in ("test-3.11", "test-3.13"):
        pattern = jobs()[name]["coverage"]
        found = re.search(pattern.strip("/"), message)
        assert found is not None
        assert found[1] == "28.6"
