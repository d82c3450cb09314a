"""What is wrong with stack files, each thing with its file and line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from components.names.spelling import dotted
from components.runner.warnings import token_kind
from stack_file.text import StackText
from stack_file.told import Told

from .program import Run, run
from .together import across

MISTAKE: Final = "mistake"
WARNING: Final = "warning"


@dataclass(frozen=True)
class Found:
    """A mistake or a warning.

    Attributes:
        file: as it was named.
        line: where, if it is somewhere.
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
        """One line for a person."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        words = [place, *([WARNING] if self.severity == WARNING else []), *([self.key] if self.key else [])]
        return f"{': '.join(words)}: {' '.join(self.message.split())}"


def validate(texts: Sequence[StackText]) -> Iterator[list[Found]]:
    """What is wrong with each of the files, in their order; of several, also what they do to each other."""
    runs = [run(text) if text.values else Run() for text in texts]
    between = across(list(zip(texts, runs, strict=True)))
    for number, (text, made) in enumerate(zip(texts, runs, strict=True)):
        found = [*_of_text(text), *_of_program(text, made), *_in_clear(text, text.values, ())]
        found += [_placed(text, told, WARNING) for told in between[number]]
        yield sorted(dict.fromkeys(found), key=lambda each: (each.line or 0, each.severity != MISTAKE))


def _of_text(text: StackText) -> Iterator[Found]:
    for remark in text.remarks:
        yield Found(str(text.file), remark.line, dotted(remark.path), MISTAKE, remark.text)


def _of_program(text: StackText, made: Run) -> Iterator[Found]:
    for told in made.told:
        if not any(told.path[: len(path)] == path for path in text.encrypted):
            yield _placed(text, told, MISTAKE)
    for line in made.recorder.warnings:
        path = next((path for path in _longest_first(text) if line.startswith(dotted(path))), ())
        yield _placed(text, Told(path, line), WARNING)
    if made.failed:
        yield Found(str(text.file), None, "", MISTAKE, f"the program stops: {made.failed}")


def _in_clear(text: StackText, value: Any, path: tuple[str | int, ...]) -> Iterator[Found]:
    """Fixed passwords that are not encrypted; what is not ours stays as it is."""
    if isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            here = (*path, key)
            below = isinstance(item, str) and len(path) > 2 and path[-2] in ("auths", "logins")  # noqa: PLR2004 - a host's login
            if key == "password" and below and here not in text.encrypted:
                command = f"pulumi config set --stack {text.stack} --secret --path '{_config_path(here)}'"
                words = f"stands in clear text, for everybody who reads the file; make it a secret: {command}"
                yield _placed(text, Told(here, f"{dotted(here)}: {words}"), WARNING)
            elif not path and isinstance(item, str) and here not in text.encrypted and (kind := token_kind(item)):
                words = f"looks like {kind}, in clear text; take it out, and void it: whoever reads the file has it"
                yield Found(str(text.file), text.line_of(here), key, WARNING, words)
            yield from _in_clear(text, item, here)


def _config_path(path: tuple[str | int, ...]) -> str:
    """A path as `pulumi config set --path` takes it."""
    first, *keys = path
    return str(first) + "".join(f'["{key}"]' if "/" in str(key) or "." in str(key) else f".{key}" for key in keys)


def _longest_first(text: StackText) -> list[tuple[str | int, ...]]:
    return sorted(text.lines, key=lambda path: len(dotted(path)), reverse=True)


def _placed(text: StackText, told: Told, severity: str) -> Found:
    key, _, rest = told.message.partition(": ") if not told.path else ("", "", told.message)
    if told.path:
        whole = dotted(told.path)
        more, _, rest = told.message.removeprefix(whole).partition(": ")
        key = whole + more
    return Found(
        str(text.file), text.line_of(told.path), key if key.startswith(("gitlab-ecr:", "aws:")) else "", severity, rest
    )
