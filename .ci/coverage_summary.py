"""Prints the coverage of the suite that just ran: the whole, and each file below 95%.

SlipCover measures, since coverage's own tracer makes the tests take two thirds longer before Python 3.12. Its result
becomes coverage's own file, `.coverage`, so that `coverage report` and `coverage xml` work as usual.
"""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Final

import coverage

ROOT: Final = Path(__file__).parents[1]
SEEN: Final = ROOT / ".slipcover.json"
CHILDREN: Final = ROOT / ".slipcover.children"  # of the processes that the tests started: tests/support/measured.py
MARK: Final = 95.0


def sources(measured: coverage.Coverage) -> Iterator[Path]:
    """Every file that counts, including those that no test imports."""
    left_out = {ROOT / name for name in measured.config.run_omit or ()}
    for name in measured.config.source or ():
        folder = ROOT / name
        files = folder.rglob("*.py") if folder.is_dir() else [folder.with_suffix(".py")]
        yield from (file for file in files if file not in left_out)


def take_over(measured: coverage.Coverage) -> None:
    """Writes coverage's own file from what SlipCover saw, in the tests and in the processes that they started."""
    seen = {str(ROOT / name): {*file["executed_lines"]} for name, file in json.loads(SEEN.read_text())["files"].items()}
    for child in CHILDREN.glob("*.json"):
        for name, lines in json.loads(child.read_text()).items():
            seen.setdefault(name, set()).update(lines)
    data = measured.get_data()
    data.add_lines({str(path): seen.get(str(path), set()) for path in sources(measured)})
    measured.save()


def _new() -> coverage.Coverage:
    return coverage.Coverage(config_file=str(ROOT / "pyproject.toml"), data_file=str(ROOT / ".coverage"))


@cache
def _written() -> coverage.Coverage:
    """What `take_over` wrote, read once by each process."""
    measured = _new()
    measured.load()
    return measured


def _counts(name: str) -> tuple[int, int]:
    """How many lines a file has, and how many of them no test ran."""
    _, statements, _, missed, _ = _written().analysis2(name)
    return len(statements), len(missed)


def summary(measured: coverage.Coverage) -> list[str]:
    """A line for the whole, and one for each file below the mark, the worst first."""
    names = sorted(measured.get_data().measured_files())
    with ProcessPoolExecutor() as processes:  # to parse some hundred files takes seconds
        counts = list(processes.map(_counts, names, chunksize=20))
    below: list[tuple[float, str]] = []
    for name, (of_file, missed) in zip(names, counts, strict=True):
        share = 100 * (1 - missed / of_file) if of_file else 100.0
        if share < MARK:
            words = f"{Path(name).relative_to(ROOT)}, {missed} of {of_file} lines not run"
            below.append((share, f"  {share:5.1f}% {words}"))
    lines, missing = sum(of_file for of_file, _ in counts), sum(missed for _, missed in counts)
    total = 100 * (1 - missing / lines) if lines else 0.0
    files = "no file is" if not below else "1 file is" if len(below) == 1 else f"{len(below)} files are"
    words = f"{files} below {MARK:.0f}%"
    omitted = ", ".join(measured.config.run_omit or ())
    not_counted = [f"  not counted, for the reason in pyproject.toml: {omitted}"] if omitted else []
    return [f"coverage: {total:.1f}% of the lines; {words}", *(line for _, line in sorted(below)), *not_counted]


def main() -> int:
    """Prints the summary; returns 1 when nothing was measured."""
    if not SEEN.exists():
        print("coverage_summary.py: nothing was measured; run make test", file=sys.stderr)
        return 1
    measured = _new()
    measured.erase()
    take_over(measured)
    print("\n".join(summary(measured)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
