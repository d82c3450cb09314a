from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.variables.description import LIMIT, describe, hosts, is_ours, to_the_minute, valid_until

_UNTIL = datetime(2026, 11, 22, 20, 0, 59, tzinfo=UTC)
_NAMES = st.lists(st.text(st.characters(codec="ascii", exclude_characters="\n\r"), max_size=80), max_size=8)


def test_a_description_names_registries_time_and_audience() -> None:
    assert describe(["registry"], _UNTIL, "backend") == (
        "gitlab-ecr: registry, valid until 2026-11-22T20:00Z, audience backend"
    )


@given(
    _NAMES,
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(timezone(timedelta(hours=-7)))),  # noqa: DTZ001 - Hypothesis adds the zone
    st.text(st.characters(codec="ascii", exclude_characters="\n\r"), max_size=300),
)
def test_a_description_with_any_names_keeps_its_time_and_gitlab_accepts_it(
    hosts: list[str], until: datetime, audience: str
) -> None:
    text = describe(hosts, until, audience)
    assert len(text) <= LIMIT
    if not any("valid until" in name for name in [*hosts, audience]):
        assert valid_until(text) == to_the_minute(until)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "valid until 2026-11-22T20:00Z",
        "gitlab-ecr: valid until tomorrow",
        "gitlab-ecr: valid until 2026-13-22T20:00Z",
        "gitlab-ecr: waiting for the first rotation",
        "mine, gitlab-ecr: valid until 2026-11-22T20:00Z",
        "gitlab-ecr: valid until \uff12\uff10\uff12\uff16-01-01T00:00Z",
        "gitlab-ecr: valid until \u0662\u0660\u0662\u0666-01-01T00:00Z",
        "gitlab-ecr: valid until 2026-01-01T00:00Z\n",
        "gitlab-ecr: valid until 2026-01-01T00:00Z \n, audience x",
        "gitlab-ecr: valid until 2026-01-01T00:00+14:00",
        "gitlab-ecr: valid until 2026-W01-1T00:00Z",
        "gitlab-ecr: valid until -2026-01-01T00:00Z",
        "gitlab-ecr: valid until 2026-02-30T00:00Z",
        "gitlab-ecr: valid until 2026-01-01T24:00Z",
        "gitlab-ecr: valid until 2026-01-01T00:60Z",
    ],
)
def test_a_description_by_others_has_no_time(text: str | None) -> None:
    assert valid_until(text) is None


@pytest.mark.parametrize(
    ("hosts", "audience", "text"),
    [
        (
            ["r" * 200, "registry"],
            "backend",
            "gitlab-ecr: 2 registries, valid until 2026-11-22T20:00Z, audience backend",
        ),
        (["registry"], "b" * 200, "gitlab-ecr: 1 registries, valid until 2026-11-22T20:00Z"),
    ],
)
def test_names_that_do_not_fit_are_counted_or_left_out(hosts: list[str], audience: str, text: str) -> None:
    assert describe(hosts, _UNTIL, audience) == text


_AT = datetime(2026, 11, 22, 20, tzinfo=UTC)
_HOSTS = ["123456789012.dkr.ecr.eu-central-1.amazonaws.com", "r.example.com:5000"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (describe(_HOSTS, _AT, "backend"), _HOSTS),
        (describe(_HOSTS[:1], _AT, "a/b"), _HOSTS[:1]),
        (describe(_HOSTS * 4, _AT, "backend"), []),
        ("gitlab-ecr: waiting for the first rotation", []),
        ("mine, valid until 2026-11-22T20:00Z", []),
        (None, []),
    ],
)
def test_the_registry_hosts_can_be_read_back(text: str | None, named: list[str]) -> None:
    assert hosts(text) == named


@pytest.mark.parametrize(
    ("text", "ours"),
    [("gitlab-ecr: waiting for the first rotation", True), ("mine", False), ("", False), (None, False)],
)
def test_our_own_descriptions_are_recognized(text: str | None, ours: bool) -> None:
    assert is_ours(text) is ours


def test_a_description_longer_than_gitlab_keeps_is_read_quickly() -> None:
    long = "gitlab-ecr: " + "a." * 500_000
    assert (hosts(long), valid_until(long)) == ([], None)
