"""The real engine, where there is one."""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.engine.__main__ import NO_ENGINE, main
from rehearsal.engine.engine import PROGRAM

ROOT = Path(__file__).parents[3]


@pytest.mark.engine
@pytest.mark.skipif(not shutil.which("pulumi"), reason=NO_ENGINE)
def test_the_engine_makes_and_destroys_the_local_stack(capfd: pytest.CaptureFixture[str]) -> None:
    status = main([])
    words = capfd.readouterr()
    assert (status, words.err) == (0, "")
    ends = [line for line in words.out.splitlines() if "destroy" in line.partition("(")[0]]
    assert [end.partition("destroy")[0] for end in ends] == ["- "] * 3 + ["- Lambda: ", "- GitLab's jobs: "]


def test_without_an_engine_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert main([]) == 0
    assert capsys.readouterr().out.splitlines() == [NO_ENGINE]


def imported(file: Path) -> Iterator[str]:
    """The top-level names of what a file imports absolutely."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_the_engine_gets_every_file_that_the_program_imports() -> None:
    places = [ROOT / name for name in PROGRAM]
    assert [place.name for place in places if not place.exists()] == []
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*.py"))]
    names = {name for file in files if file.suffix == ".py" for name in imported(file)}
    ours = {name for name in names if (ROOT / name).is_dir() or (ROOT / f"{name}.py").exists()}
    assert ours <= {Path(name).stem for name in PROGRAM}
