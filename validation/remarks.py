"""Everything that is wrong with stack files, with file and line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from components.names.spelling import dotted
from components.runner.warnings import token_kind
from stack_file.mistakes import FileMistake
from stack_file.text import StackText

from .program import Run, run
from .together import across

MISTAKE: Final = "mistake"
WARNING: Final = "warning"


@dataclass(frozen=True)
class Problem:
    """A mistake or a warning, with its place in the file.

    Attributes:
        file: the file as it was named.
        line: the line number; None if there is none.
        key: the path of keys, as the file spells it; empty for the file as a whole.
        severity: `mistake` or `warning`.
        message: what was found, and what to write.
    """

    file: str
    line: int | None
    key: str
    severity: str
    message: str

    def __str__(self) -> str:
        """The problem in one line, for a person."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        words = [place, *([WARNING] if self.severity == WARNING else []), *([self.key] if self.key else [])]
        return f"{': '.join(words)}: {' '.join(self.message.split())}"


def validate(texts: Sequence[StackText]) -> Iterator[list[Problem]]:
    """The problems of each file, in the order of the files; with several, also conflicts between them."""
    runs = [run(text) if text.values else Run() for text in texts]
    between = across(list(zip(texts, runs, strict=True)))
    for number, (text, made) in enumerate(zip(texts, runs, strict=True)):
        found = [*_of_text(text), *_of_program(text, made), *_in_clear(text, text.values, ())]
        found += [_placed(text, mistake, WARNING) for mistake in between[number]]
        yield sorted(dict.fromkeys(found), key=lambda each: (each.line or 0, each.severity != MISTAKE))


def _of_text(text: StackText) -> Iterator[Problem]:
    for remark in text.remarks:
        yield Problem(str(text.file), remark.line, dotted(remark.path), MISTAKE, remark.text)


def _of_program(text: StackText, made: Run) -> Iterator[Problem]:
    for mistake in made.mistakes:
        if not any(mistake.path[: len(path)] == path for path in text.encrypted):
            yield _placed(text, mistake, MISTAKE)
    for line in made.recorder.warnings:
        path = next((path for path in _longest_first(text) if line.startswith(dotted(path))), ())
        yield _placed(text, FileMistake(path, line), WARNING)
    if made.failed:
        words = f"the program stops: {made.failed}; please report this with the part of the file that causes it"
        yield Problem(str(text.file), None, "", MISTAKE, words)


def _in_clear(text: StackText, value: Any, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Passwords and tokens that are not encrypted."""
    if isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            here = (*path, key)
            below = isinstance(item, str) and len(path) > 2 and path[-2] in ("auths", "logins")  # noqa: PLR2004 - a host's login
            if key == "password" and below and here not in text.encrypted:
                command = f"pulumi config set --stack {text.stack} --secret --path '{_config_path(here)}'"
                words = f"is in clear text, for everybody who can read the file; make it a secret: {command}"
                yield _placed(text, FileMistake(here, f"{dotted(here)}: {words}"), WARNING)
            elif not path and isinstance(item, str) and here not in text.encrypted and (kind := token_kind(item)):
                words = (
                    f"looks like {kind}, in clear text; remove it and revoke it: everybody who can read the file has it"
                )
                yield Problem(str(text.file), text.line_of(here), key, WARNING, words)
            yield from _in_clear(text, item, here)


def _config_path(path: tuple[str | int, ...]) -> str:
    """A path in the form that `pulumi config set --path` takes."""
    first, *keys = path
    return str(first) + "".join(f'["{key}"]' if "/" in str(key) or "." in str(key) else f".{key}" for key in keys)


def _longest_first(text: StackText) -> list[tuple[str | int, ...]]:
    return sorted(text.lines, key=lambda path: len(dotted(path)), reverse=True)


def _placed(text: StackText, mistake: FileMistake, severity: str) -> Problem:
    key, _, rest = mistake.message.partition(": ") if not mistake.path else ("", "", mistake.message)
    if mistake.path:
        whole = dotted(mistake.path)
        more, _, rest = mistake.message.removeprefix(whole).partition(": ")
        key = whole + more
    return Problem(
        str(text.file),
        text.line_of(mistake.path),
        key if key.startswith(("gitlab-ecr:", "aws:")) else "",
        severity,
        rest,
    )
