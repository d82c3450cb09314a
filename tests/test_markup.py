"""Names and messages from others are never markup or emoji for rich."""

import ast
import io
from pathlib import Path
from typing import Final

import pytest
from rich.console import Console
from rich.table import Table

ROOT: Final = Path(__file__).parents[1]
FILES: Final = [
    file for folder in ("components", "rehearsal", "bench", "validation") for file in (ROOT / folder).rglob("*.py")
]
PLAIN: Final = {"markup": False, "emoji": False}


def _consoles() -> list[tuple[str, dict[str, object]]]:
    found: list[tuple[str, dict[str, object]]] = []
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Console":
                given = {each.arg: each.value.value for each in node.keywords if isinstance(each.value, ast.Constant)}
                found.append((f"{file.relative_to(ROOT)}:{node.lineno}", {key: given.get(key or "") for key in PLAIN}))
    return found


def test_each_console_prints_text_as_it_is() -> None:
    consoles = _consoles()
    assert len(consoles) > 4
    assert [(where, given) for where, given in consoles if given != PLAIN] == []


@pytest.mark.parametrize("words", ["acme/[bold]x[/bold]", "a :secret: b", "[link=https://x]y[/link]", "[/]", "\\[x]"])
def test_such_a_console_prints_markup_unchanged_in_a_cell_and_in_a_line(words: str) -> None:
    shown = Console(file=io.StringIO(), width=80, highlight=False, markup=False, emoji=False)
    table = Table("heading")
    table.add_row(words)
    shown.print(words)
    shown.print(table)
    assert isinstance(shown.file, io.StringIO)
    assert shown.file.getvalue().count(words) == 2
