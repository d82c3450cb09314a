"""`make` alone lists the commands; the commands prepare a machine, or say what it lacks."""

import os
import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
MAKEFILE: Final = (ROOT / "Makefile").read_text()
TARGETS: Final = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[0].split()


def _make(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["make", *arguments]
    # Inside another make, such as `make test`, it would also print which folder it enters.
    alone = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    return subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, check=False)


def test_without_a_target_every_command_is_listed_with_what_it_does() -> None:
    done = _make()
    assert (done.returncode, done.stderr) == (0, "")
    listed = dict(line.split(maxsplit=1) for line in done.stdout.splitlines()[1:])
    assert list(listed) == TARGETS
    assert done.stdout == _make("help").stdout


@pytest.mark.parametrize("target", TARGETS)
def test_contributing_names_every_command_that_a_contributor_needs(target: str) -> None:
    known = target in {"help", "check", "clean"} or f"make {target}" in (ROOT / "CONTRIBUTING.md").read_text()
    assert known


@pytest.mark.parametrize(("arguments", "measured"), [((), True), (("ARGS=tests/ecr",), False)])
def test_the_whole_suite_is_measured_and_a_part_is_not(arguments: tuple[str, ...], measured: bool) -> None:
    printed = _make("--dry-run", "test", *arguments).stdout
    assert ("-m slipcover" in printed) is measured
    assert ("coverage_summary.py" in printed) is measured


def test_an_old_python_is_named_with_what_to_do(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\ntest "$1" != -c || exit 1\necho Python 3.9.2\n')
    old.chmod(0o755)
    done = _make(f"PYTHON={old}", f"VENV={tmp_path / 'venv'}", "venv")
    assert done.returncode != 0
    assert "python3 is 3.9.2; install Python 3.11 or later, or name one: make PYTHON=python3.12" in done.stdout
