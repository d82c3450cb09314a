from collections.abc import Callable
from typing import Any

import pytest
import urllib3
from raw_http import Api

from rehearsal.gitlab.emulator import GitLab
from rehearsal.gitlab.faults import Fault

VARIABLES = "/projects/acme%2Fplatform%2Fapp/variables"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {"message": "401 Unauthorized"}),
        (403, {"message": "403 Forbidden"}),
        (404, {"message": "404 Project Not Found"}),
        (409, {"message": "409 Conflict"}),
        (500, {"message": "500 Internal Server Error"}),
    ],
)
def test_a_status_comes_with_gitlabs_body_and_without_effect(
    emulator: GitLab, maintainer: Api, status: int, body: object
) -> None:
    emulator.inject(Fault(status=status))
    assert maintainer.decoded("POST", VARIABLES, json={"key": "A", "value": "x"}) == (status, body)
    assert emulator.variable("project", "acme/platform/app", "A") is None
    assert maintainer("POST", VARIABLES, json={"key": "A", "value": "x"}).status == 201


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_answers_in_html(emulator: GitLab, maintainer: Api, status: int) -> None:
    emulator.inject(Fault(status=status))
    answer = maintainer("GET", VARIABLES)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "text/html")
    assert f"<title>{status} ".encode() in answer.data


def test_a_throttle_fault_is_the_limiters_answer(emulator: GitLab, maintainer: Api, clock: Any) -> None:
    emulator.inject(Fault(status=429, retry_after=7))
    answer = maintainer("GET", VARIABLES)
    assert (answer.status, answer.headers["Content-Type"], answer.data) == (429, "text/plain", b"Retry later\n")
    assert answer.headers["Retry-After"] == "7"
    assert int(answer.headers["RateLimit-Reset"]) == int(clock.time.timestamp()) + 7


def test_a_fault_selects_by_method_and_path_skips_and_counts(emulator: GitLab, maintainer: Api) -> None:
    fault = emulator.inject(Fault(method="PUT", path=r"/variables/B$", status=500, times=2, skip=1))
    for key in ("A", "B"):
        maintainer("POST", VARIABLES, json={"key": key, "value": "x"})

    def put(key: str) -> int:
        return maintainer("PUT", f"{VARIABLES}/{key}", json={"value": "y"}).status

    assert [put("A"), put("B"), put("B"), put("A"), put("B"), put("B")] == [200, 200, 500, 200, 500, 200]
    assert maintainer("GET", f"{VARIABLES}/B").status == 200
    assert fault.hits == 2


def test_a_fault_without_end_is_removed(emulator: GitLab, maintainer: Api) -> None:
    fault = emulator.inject(Fault(status=403, times=None))
    assert [maintainer("GET", VARIABLES).status for _ in range(3)] == [403] * 3
    emulator.remove(fault)
    assert maintainer("GET", VARIABLES).status == 200


def test_a_redirect_fault_names_its_location(emulator: GitLab, maintainer: Api) -> None:
    emulator.inject(Fault(redirect="https://elsewhere.example.com/"))
    answer = maintainer("GET", VARIABLES)
    assert (answer.status, answer.headers["Location"]) == (302, "https://elsewhere.example.com/")


@pytest.mark.parametrize("carried_out", [False, True])
def test_a_reset_breaks_the_connection_before_or_after_the_effect(
    emulator: GitLab, maintainer: Api, carried_out: bool
) -> None:
    emulator.inject(Fault(reset=True, carried_out=carried_out))
    with pytest.raises(urllib3.exceptions.ProtocolError, match="Connection"):
        maintainer("POST", VARIABLES, json={"key": "A", "value": "x"})
    assert (emulator.variable("project", "acme/platform/app", "A") is not None) is carried_out
    assert maintainer("GET", VARIABLES).status == 200


def test_a_truncated_body_ends_early(emulator: GitLab, maintainer: Api) -> None:
    emulator.inject(Fault(truncate=True))
    with pytest.raises(urllib3.exceptions.ProtocolError, match="IncompleteRead"):
        maintainer("POST", VARIABLES, json={"key": "A", "value": "x"})
    assert emulator.variable("project", "acme/platform/app", "A") is not None


def test_a_slow_answer_outlasts_the_client_and_still_has_its_effect(emulator: GitLab, maintainer: Api) -> None:
    emulator.inject(Fault(delay=0.15))
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        maintainer("POST", VARIABLES, json={"key": "A", "value": "x"}, timeout=0.05)
    # Some hundred requests last longer than the delay.
    assert any(maintainer.decoded("GET", VARIABLES)[1] for _ in range(1000))


def test_a_patient_client_gets_a_slow_answer(emulator: GitLab, maintainer: Api) -> None:
    emulator.inject(Fault(delay=0.05))
    assert maintainer("POST", VARIABLES, json={"key": "A", "value": "x"}).status == 201


def test_a_rotation_whose_answer_is_lost_has_killed_the_old_token(
    emulator: GitLab, http: Callable[[str | None], Api]
) -> None:
    api = http(emulator.create_token("t", ["api"], project="acme/platform/app"))
    emulator.inject(Fault(status=502, carried_out=True))
    assert api("POST", "/personal_access_tokens/self/rotate").status == 502
    assert api("GET", "/personal_access_tokens/self").status == 401


@pytest.mark.parametrize("wrong", [{}, {"status": 500, "reset": True}, {"redirect": "x", "truncate": True}])
def test_a_fault_with_no_or_several_effects_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        Fault(**wrong)
