"""`status` on a terminal: no date is cut at eighty columns, and what all rows share is printed once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from components.cli import output
from components.cli.moments import distance, minute
from components.cli.status_table import for_terminal

NOW = datetime(2026, 11, 22, 8, 18, tzinfo=UTC)
HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
GROUP, PROJECT = "group acme/backend DOCKER_AUTH_CONFIG", "project acme/frontend/web DOCKER_AUTH_CONFIG (review/*)"
KEYS = "project acme/legacy access keys"


def row(target: str, **changes: str) -> dict[str, Any]:
    return {
        "target": target,
        "key": "",
        "registries": HOST,
        "valid_until": minute(NOW + timedelta(hours=11, minutes=42)),
        "last_rotation": "2026-11-22T08:00:00Z published",
        "health": "good",
        **changes,
    }


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def show(*rows: dict[str, Any], colour: bool = False, width: int = 80) -> list[str]:
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        monkeypatch.setattr(
            output, "Console", lambda **kept: Console(width=width, force_terminal=colour, no_color=not colour, **kept)
        )
        output.show({}, rows, as_json=False, terminal=for_terminal(rows, NOW))
        return capsys.readouterr().out.splitlines()

    return show


@pytest.mark.parametrize(
    ("seconds", "message"),
    [
        (42_120, "in 11 h 42 min"),
        (3_600, "in 1 h"),
        (59, "now"),
        (-59, "now"),
        (-60, "1 min ago"),
        (-4_000, "1 h 6 min ago"),
        (86_400 * 29 + 7_200 + 60, "in 29 d 2 h"),
        (86_400 + 60, "in 1 d"),
        (-86_400 * 400, "400 d ago"),
    ],
)
def test_a_distance_in_time_is_shown_in_at_most_two_units(seconds: int, message: str) -> None:
    assert distance(NOW + timedelta(seconds=seconds), NOW) == message


def test_at_eighty_columns_every_date_is_whole_and_the_host_is_printed_once(shown: Any) -> None:
    keys = row(KEYS, key="...4207 of 2026-11-22T02:00Z", registries="", valid_until=minute(NOW + timedelta(days=29)))
    lines = shown(row(GROUP), row(PROJECT), keys)
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    assert lines[0] == f"Registry: {HOST}"
    assert text.count(HOST) == 1
    assert text.count("in 11 h 42 min") == 2
    assert text.count("2026-11-22T20:00Z") == 2
    assert "in 29 d" in text
    assert text.count("18 min ago") == 3
    assert "key ...4207" in text
    joined = " ".join(" ".join(line[:30].split()) for line in lines)
    assert "project acme/frontend/web DOCKER_AUTH_CONFIG (review/*)" in joined


def test_registries_that_differ_are_shown_with_their_variable(shown: Any) -> None:
    other = HOST.replace("123456789012", "210987654321")
    lines = shown(row(GROUP), row(PROJECT, registries=f"{HOST}, {other}"), width=130)
    assert not lines[0].startswith("Registr")
    assert sum(HOST in line for line in lines) == 2
    assert sum(other in line for line in lines) == 1


def test_what_is_wrong_is_red_and_what_is_good_is_green(shown: Any) -> None:
    text = "\n".join(shown(row(GROUP), row(PROJECT, valid_until="", health="absent: run `pulumi up`"), colour=True))
    assert "\x1b[32mgood" in text
    assert "\x1b[31mabsent" in text


def test_a_name_that_looks_like_markup_is_shown_as_it_is(shown: Any) -> None:
    lines = shown(row("project acme/[bold]x[/bold]:secret: KEY"), width=120)
    assert any("acme/[bold]x[/bold]:secret: KEY" in line for line in lines)
