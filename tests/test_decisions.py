"""The pages of docs/decisions: numbered, dated, with a status, and true about the files that they name."""

import re
from datetime import date
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = sorted((ROOT / "docs" / "decisions").glob("*.md"))
STATUS: Final = re.compile(r"(Accepted|Superseded by \[(?P<by>\d{4})\]\(\S+\)) on (?P<date>\d{4}-\d\d-\d\d)(; .+)?\.")
SOURCE: Final = re.compile(r"`((?:components|tests|templates|rehearsal|docs)/[\w./-]+|settings\.py)`")


def test_the_pages_are_numbered_without_gaps_or_repetitions() -> None:
    assert [page.name[:4] for page in PAGES] == [f"{number:04}" for number in range(1, len(PAGES) + 1)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_begins_with_its_title_status_and_date(page: Path) -> None:
    title, empty, status, *_ = page.read_text().splitlines()
    assert title.startswith("# ")
    assert empty == ""
    found = STATUS.fullmatch(status)
    assert found is not None, f"{page.name}: got {status!r}; write: Accepted on 2026-11-26."
    assert date(2026, 11, 1) <= date.fromisoformat(found["date"])
    assert not found["by"] or list(page.parent.glob(f"{found['by']}-*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_files_that_a_page_names_are_there(page: Path) -> None:
    assert [name for name in SOURCE.findall(page.read_text()) if not (ROOT / name).exists()] == []
