"""The pages of this tree, and the contents of their code blocks."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
TEXT: Final = {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in PAGES}
FENCED: Final = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_INDENTED: Final = re.compile(r"^(( {7}| {4})\S.*\n(?:\2\S.*\n)*)", re.MULTILINE)  # 7: in a numbered list
_SPAN: Final = re.compile(r"`((?:aws|gitlab-ecr|make|pulumi|python -m) [^`]+)`")


def blocks(*languages: str) -> list[Any]:
    """The fenced blocks of some languages, without their indentation, as parameters of a test."""
    return [
        pytest.param("".join(line[len(indent) :] or "\n" for line in text.splitlines(keepends=True)), id=f"{page}-{at}")
        for page, content in TEXT.items()
        for at, (indent, found, text) in enumerate(FENCED.findall(content))
        if found in languages
    ]


def commands() -> list[tuple[str, ...]]:
    """Every command of a block, fenced as `sh` or indented, once; comments and `name=value` before it are left out."""
    found = [line for block in blocks("sh") for line in _lines(block.values[0])]
    for content in TEXT.values():
        found += [line for block, _ in _INDENTED.findall(FENCED.sub("", content)) for line in _lines(block)]
    return list(dict.fromkeys(tuple(line) for line in found))


def own_commands() -> list[tuple[str, ...]]:
    """The arguments of each of these commands that is `gitlab-ecr`."""
    return [tuple(words) for name, *words in commands() if name == "gitlab-ecr" and words]


def spans() -> list[tuple[str, ...]]:
    """Every command in running text, once; words in angle brackets or capitals are placeholders there."""
    texts = [span for content in TEXT.values() for span in _SPAN.findall(FENCED.sub("", content))]
    return list(dict.fromkeys(tuple(shlex.split(re.sub(r"<[^>]+>", "x", text))) for text in texts))


def _lines(block: str) -> Iterator[list[str]]:
    for line in block.replace("\\\n", " ").splitlines():
        if words := shlex.split(line, comments=True):
            yield words
