"""The picture of a rehearsal's end: the same on every machine, and the one in docs/ is the present one."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from rehearsal.findings import Findings
from rehearsal.picture import picture, words
from rehearsal.pulls import Pull
from rehearsal.pushes import Push

DOCS: Final = Path(__file__).parents[2] / "docs"
PULLED: Final = Pull("acme/web", "ci/node", "1.0", "allowed", "allowed", "rehearsal", "")


def test_the_picture_in_the_docs_is_that_of_the_present_rehearsal(whole: tuple[str, dict[str, Any]]) -> None:
    stale = words((DOCS / "rehearsal.svg").read_text(encoding="utf-8"))
    assert words(whole[1]["picture"]) == stale, 'make rehearse ARGS="--picture docs/rehearsal.svg" draws it anew'


def test_the_picture_shows_what_was_on_the_screen(whole: tuple[str, dict[str, Any]]) -> None:
    message = " ".join(whole[0].split())
    steps = [line for line in words(whole[1]["picture"]) if line and not line.startswith("- ")]
    unsaid = [line for line in steps if line not in message and not re.match(r"\d+ pulls allowed", line)]
    assert unsaid == []
    assert len(steps) > 15


def test_clients_that_some_machines_have_do_not_change_the_picture() -> None:
    found = Findings(pulls=[PULLED], pushes=[Push("acme/web", "a job", "ci/node", "denied", "denied", "")])
    more = replace(found, pulls=[PULLED, replace(PULLED, client="skopeo 1.9.3")])
    assert picture(more) == picture(found)
    assert "1 pulls allowed, 0 denied, all as declared." in words(picture(found))


def test_the_pictures_are_small_and_load_nothing() -> None:
    for name in ("rehearsal.svg", "note.svg"):
        text = (DOCS / name).read_text(encoding="utf-8")
        assert len(text) < 20_000
        assert re.findall(r"https?://[^\"\s)]+", text) == ["http://www.w3.org/2000/svg"]
        assert ET.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own file
