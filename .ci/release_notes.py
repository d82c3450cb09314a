"""Prints what CHANGELOG.md says about a tag's version, for the notes of its release."""

import re
import sys
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]


def notes(tag: str, changelog: str, version: str) -> str:
    """The section of the tag's version, without its heading.

    Raises:
        ValueError: the tag, the project's version and the changelog do not agree, or the section has no date.
    """
    if tag != f"v{version}":
        raise ValueError(
            f"tag {tag}: pyproject.toml has version {version}; set it to {tag.removeprefix('v')}, or tag v{version}"
        )
    found = re.search(
        rf"^## \[{re.escape(version)}\] - (?P<date>.+)\n(?P<text>(?:(?!## ).*\n?)*)", changelog, re.MULTILINE
    )
    if found is None:
        raise ValueError(f"CHANGELOG.md: no section for {version}; write ## [{version}] - YYYY-MM-DD")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", found["date"].strip()):
        raise ValueError(f"CHANGELOG.md: {version} has the date {found['date']!r}; write ## [{version}] - YYYY-MM-DD")
    if not found["text"].strip():
        raise ValueError(f"CHANGELOG.md: nothing under {version}; write what a user gains")
    return found["text"].strip() + "\n"


def main(arguments: list[str]) -> int:
    """Prints the notes; returns 1 when there are none to print, 2 without a tag."""
    if len(arguments) != 1:
        print("usage: release_notes.py TAG", file=sys.stderr)
        return 2
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    try:
        print(notes(arguments[0], (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), version), end="")
    except ValueError as error:
        print(f"release_notes.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
