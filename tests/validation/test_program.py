"""A program that stops for a reason of its own becomes one message, and the next file is validated as ever."""

import asyncio
import inspect
from pathlib import Path
from typing import Any

import pytest

from stack_file.text import parse
from validation import program
from validation.remarks import validate

_TEXT = 'config:\n  aws:region: eu-central-1\n  gitlab-ecr:account: "123456789012"\n  gitlab-ecr:repositories: {}\n'
_FILE = parse(_TEXT, Path("Pulumi.mine.yaml"))


def _problems() -> list[str]:
    (found,) = validate([_FILE])
    return [str(each) for each in found]


def test_an_unexpected_error_is_a_message_with_its_place_in_the_code_and_without_tokens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting: list[asyncio.Task[Any]] = []

    def stop() -> None:
        waiting.append(asyncio.get_event_loop().create_task(asyncio.sleep(60)))
        raise LookupError("no such thing as glpat-fakefakefakefakefake")

    monkeypatch.setattr(program, "_main", stop)
    place = f"test_program.py:{inspect.getsourcelines(stop)[1] + 2}"
    found = f"the program stops: LookupError: no such thing as [hidden] ({place})"
    assert _problems() == [f"Pulumi.mine.yaml: {found}; please report this with the part of the file that causes it"]
    assert waiting[0].cancelled()
    monkeypatch.undo()
    assert _problems() == []


def test_an_error_from_elsewhere_has_no_place() -> None:
    assert program._words(OSError("disk full")) == "OSError: disk full"
