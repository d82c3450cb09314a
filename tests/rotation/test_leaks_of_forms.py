"""A token in whatever form it was stored: used if it is valid, otherwise refused without being shown."""

import io
import json
import traceback
from collections.abc import Iterator
from dataclasses import replace

import pytest
from bad_server import Way, serving, whole
from leaks import FORMS, assert_clean, encodings
from plans import plan_of, target
from scripted import World

from components.contract.firing import FiredBy
from components.rotation import metrics
from components.rotation.clock import Deadline, SystemClock
from components.rotation.gitlab_secret import tokens_in
from components.rotation.http import PooledHttp, UnreachableError
from components.rotation.renewal.gitlab_tokens import GitLabTokens
from components.rotation.renewal.renew import RenewalError, Version, renew
from components.rotation.rotate import rotate
from components.rotation.secret import Secret, TokenError, safe_words

_TOKEN = "Qx7Lm2Vd9Tz4Hw5Rb8Nc3"
_STORED = {
    "alone": lambda text: text,
    "as one of one": lambda text: json.dumps({"tokens": [text]}),
    "as one of two": lambda text: json.dumps({"tokens": ["fake-first", text]}),
    "as a name": lambda text: json.dumps({text: text, "tokens": []}),
    "as broken JSON": lambda text: '{"tokens": ["' + text,
}


class Echo:
    """A server that answers with everything it was sent, and a client of it."""

    def __init__(self) -> None:
        self.seen: list[dict[str, str]] = []
        clock = SystemClock()
        self.http = PooledHttp(Deadline(clock, 300), connections=1, allow_http=True)
        self.url = ""

    def answer(self, _method: str, _path: str, headers: dict[str, str], _body: bytes) -> Way:
        self.seen.append(headers)
        return whole(json.dumps({"message": json.dumps(headers)}), status="403 Forbidden")


@pytest.fixture(scope="module")
def echo() -> Iterator[Echo]:
    made = Echo()
    with serving(made.answer) as port:
        made.url = f"http://127.0.0.1:{port}"
        yield made


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_report_shows_a_stored_token(form: str, echo: Echo, logged: io.StringIO) -> None:
    wanted = plan_of(target("acme/web"), url=echo.url, allow_http=True)
    for stored in _STORED.values():
        world = World()
        world.seed("acme/web")
        world.secrets["fake/gitlab-token"] = stored(form.format(_TOKEN))
        services = replace(world.services(30), gitlab_http=echo.http)
        report = rotate(wanted, services, fired_by=FiredBy.SCHEDULE, run="run-1")
        left = report.log_line() + metrics.line(report) + json.dumps(report.short()) + repr(report)
        assert_clean(left + "\n".join(report.failures) + "\n".join(report.notes) + logged.getvalue(), _TOKEN)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_renewal_shows_a_stored_token(form: str, echo: Echo) -> None:
    class Store:
        def version(self, stage: str) -> Version | None:
            return Version("first", Secret(form.format(_TOKEN))) if stage == "AWSCURRENT" else None

        def put_pending(self, version_id: str, text: Secret) -> bool:
            raise AssertionError(version_id, text)

        def promote(self, version_id: str, in_place_of: str) -> None:
            raise AssertionError(version_id, in_place_of)

    with pytest.raises((RenewalError, TokenError)) as caught:
        renew(Store(), GitLabTokens(echo.url, echo.http), SystemClock(), run="run-1")
    assert_clean("".join(traceback.format_exception(caught.value)), _TOKEN)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_stored_token_is_read_correctly_or_refused(form: str) -> None:
    text = form.format(_TOKEN)
    try:
        (token,) = tokens_in(Secret(text))
    except TokenError as error:
        assert_clean("".join(traceback.format_exception(error)), _TOKEN)
    else:
        assert token.reveal() in (_TOKEN, text)
        assert token.reveal().isascii()
        assert token.reveal().isprintable()


@pytest.mark.parametrize("header", ["PRIVATE-TOKEN", "Authorization"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_our_http_sends_no_illegal_header_and_quotes_none(form: str, header: str, echo: Echo) -> None:
    echo.seen.clear()
    try:
        echo.http.request("GET", echo.url, {header: form.format(_TOKEN)})
    except UnreachableError as error:
        assert_clean("".join(traceback.format_exception(error)), _TOKEN)
        assert echo.seen == []
    else:
        assert "x-other" not in echo.seen[0]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_what_a_server_echoes_is_withheld_in_every_encoding(form: str) -> None:
    for encoded in encodings(_TOKEN):
        assert_clean(safe_words(form.format(f"you sent {encoded}"), [Secret(_TOKEN)]), _TOKEN)
