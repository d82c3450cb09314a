import json
import socket
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gitlab as python_gitlab
import jwt
import pytest
import trustme
import urllib3
from raw_http import Api

from rehearsal.gitlab.emulator import GitLab
from rehearsal.gitlab.faults import Fault
from rehearsal.gitlab.server import Event

VARIABLES = "/projects/acme%2Fplatform%2Fapp/variables"


def private_authority() -> tuple[trustme.CA, ssl.SSLContext]:
    """An authority, and the context of a server that has its certificate for loopback."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return authority, context


def test_events_report_what_happened_without_a_secret(
    emulator: GitLab, http: Callable[[str | None], Api], clock: Any
) -> None:
    token = emulator.create_token("rotator", ["api"], project="acme/platform/app")
    api = http(token)
    api("POST", f"{VARIABLES}?private_token={token}", json={"key": "A", "value": "top-secret"})
    emulator.inject(Fault(status=500))
    api("GET", f"{VARIABLES}/A")
    http(None)("GET", "/user")
    path = f"/api/v4{VARIABLES}"
    assert emulator.events == [
        Event(clock.time, "POST", path, 201, "rotator", fault=False),
        Event(clock.time, "GET", f"{path}/A", 500, "", fault=True),
        Event(clock.time, "GET", "/api/v4/user", 401, "", fault=False),
    ]
    assert "top-secret" not in repr(emulator.events)
    assert token not in repr(emulator.events)


def test_the_limiter_counts_per_token_and_minute(
    emulator: GitLab, http: Callable[[str | None], Api], maintainer: Api, owner: Api, clock: Any
) -> None:
    emulator.limit_rate(2)
    assert [maintainer("GET", VARIABLES).status for _ in range(3)] == [200, 200, 429]
    assert owner("GET", VARIABLES).status == 200
    clock.advance(seconds=15)
    answer = maintainer("GET", VARIABLES)
    assert (answer.status, answer.data) == (429, b"Retry later\n")
    assert {
        name: answer.headers[name] for name in answer.headers if name.startswith(("Rate", "Retry", "Content-T"))
    } == {
        "Content-Type": "text/plain",
        "RateLimit-Name": "throttle_authenticated_api",
        "RateLimit-Limit": "2",
        "RateLimit-Observed": "4",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": str(int(clock.time.timestamp()) + 45),
        "RateLimit-ResetTime": "Sun, 22 Nov 2026 12:01:00 GMT",
        "Retry-After": "45",
    }
    clock.advance(seconds=45)
    assert maintainer("GET", VARIABLES).status == 200
    emulator.limit_rate(None)
    assert {maintainer("GET", VARIABLES).status for _ in range(5)} == {200}


def test_tls_with_a_private_authority() -> None:
    authority, context = private_authority()
    with GitLab.start(ssl_context=context) as emulator, authority.cert_pem.tempfile() as bundle:
        emulator.create_project("acme/app")
        token = emulator.create_token("t", ["api"], project="acme/app")
        assert emulator.url.startswith("https://127.0.0.1:")
        with python_gitlab.Gitlab(emulator.url, private_token=token, ssl_verify=bundle) as client:
            assert client.projects.get("acme/app").path == "app"
        with Api(emulator.url, token) as stranger, pytest.raises(urllib3.exceptions.SSLError, match="CERTIFICATE"):
            stranger("GET", "/version")
        assert [event.status for event in emulator.events] == [200]


def test_an_instance_is_known_by_another_url_and_answers_there_in_tls_too(clock: Any) -> None:
    authority, context = private_authority()
    with GitLab.start(now=clock) as emulator, authority.cert_pem.tempfile() as bundle:
        emulator.create_project("acme/app")
        token = emulator.create_token("t", ["api"], project="acme/app")
        emulator.serve_as("https://gitlab.example.com", context)
        assert emulator.url == f"http://127.0.0.1:{emulator.port}"
        for url, verify in ((emulator.url, True), (f"https://127.0.0.1:{emulator.port}", bundle)):
            with python_gitlab.Gitlab(url, private_token=token, ssl_verify=verify) as client:
                assert client.projects.get("acme/app").web_url == "https://gitlab.example.com/acme/app"
        claims = jwt.decode(emulator.issue_id_token("acme/app", aud="aws"), options={"verify_signature": False})
        assert claims["iss"] == "https://gitlab.example.com"


def test_stopping_closes_connections_in_tls() -> None:
    authority, context = private_authority()
    emulator = GitLab.start(ssl_context=context)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(client)
    with (
        socket.create_connection(("127.0.0.1", emulator.port), timeout=5) as plain,
        client.wrap_socket(plain, server_hostname="127.0.0.1", suppress_ragged_eofs=True) as secured,
    ):
        secured.sendall(b"GET /api/v4/version HTTP/1.1\r\nHost: x\r\n\r\n")
        assert secured.recv(12) == b"HTTP/1.1 401"
        emulator.stop()
        while secured.recv(4096):
            pass


def test_a_stalled_handshake_delays_no_other_connection() -> None:
    authority, context = private_authority()
    with (
        GitLab.start(ssl_context=context) as emulator,
        socket.create_connection(("127.0.0.1", emulator.port)),
        authority.cert_pem.tempfile() as bundle,
        python_gitlab.Gitlab(emulator.url, ssl_verify=bundle, timeout=5) as client,
        pytest.raises(python_gitlab.GitlabAuthenticationError),
    ):
        client.http_get("/version")


def test_the_default_clock_is_the_real_one() -> None:
    with GitLab.start() as emulator, Api(emulator.url) as nobody:
        before = time.time()
        nobody("GET", "/version")
        assert before - 1 < emulator.events[0].time.timestamp() < time.time() + 1


def test_latency_is_waited_per_request() -> None:
    with GitLab.start(latency=0.05) as emulator, Api(emulator.url) as nobody:
        begun = time.monotonic()
        nobody("GET", "/version")
        assert time.monotonic() - begun >= 0.05


def test_latencies_of_several_clients_overlap() -> None:
    with GitLab.start(latency=0.3) as emulator, Api(emulator.url) as one, Api(emulator.url) as two:
        begun = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda api: api("GET", "/version"), (one, two)))
        assert time.monotonic() - begun < 0.6


def test_a_connection_serves_many_requests(emulator: GitLab, maintainer: Api) -> None:
    for _ in range(5):
        maintainer("GET", VARIABLES)
    pool = maintainer._pool.connection_from_url(emulator.url)
    assert (pool.num_connections, pool.num_requests) == (1, 5)


def test_parallel_writers_lose_nothing(emulator: GitLab) -> None:
    token = emulator.create_token("t", ["api"], project="acme/platform/app")

    def create(number: int) -> int:
        with Api(emulator.url, token) as api:
            return api("POST", VARIABLES, json={"key": f"A{number % 10}", "value": "x"}).status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(create, range(20)))
    assert sorted(statuses) == [201] * 10 + [400] * 10


def test_stopping_ends_waiting_requests_and_closes_connections() -> None:
    emulator = GitLab.start()
    slow = emulator.inject(Fault(delay=60, path="version$"))
    with Api(emulator.url) as nobody, Api(emulator.url) as other, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(nobody, "GET", "/version")
        while slow.hits == 0:
            other("GET", "/user")
        begun = time.monotonic()
        emulator.stop()
        assert time.monotonic() - begun < 2
        waiting.exception()
        with pytest.raises(urllib3.exceptions.HTTPError):
            nobody("GET", "/version", timeout=1)


def test_head_has_headers_and_no_body(maintainer: Api) -> None:
    answer = maintainer("HEAD", VARIABLES)
    assert (answer.status, answer.headers["X-Total"], answer.data) == (200, "0", b"")


def test_nothing_but_the_api_and_the_issuer_is_served(http: Callable[[str | None], Api]) -> None:
    answer = http(None)("GET", "/oauth/token")
    assert (answer.status, json.loads(answer.data)) == (404, {"error": "404 Not Found"})
