"""Each fault between the rotator and a server, made by GitLab's emulator, and its effect."""

import json
import ssl
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pip._vendor.urllib3 as urllib3_1
import pytest
import trustme
import urllib3
from scripted import FakeClock
from urllib3.connection import HTTPConnection

from components.rotation import http, pools
from components.rotation.clock import Deadline
from components.rotation.http import PooledHttp, Response, UnreachableError
from components.rotation.pace import Pace
from rehearsal.gitlab.emulator import GitLab
from rehearsal.gitlab.faults import Fault

_PATH = "/api/v4/projects/acme%2Fweb/variables/DOCKER_AUTH_CONFIG"


@pytest.fixture(params=[urllib3, urllib3_1], ids=["urllib3 2", "urllib3 1.26"])
def either_urllib3(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The runtimes bring either."""
    monkeypatch.setattr(pools, "urllib3", request.param)
    return request.param


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with GitLab.start() as started:
        started.create_project("acme/web")
        started.set_variable("project", "acme/web", "DOCKER_AUTH_CONFIG", '{"auths":{}}', raw=True)
        yield started


class Client:
    def __init__(self, gitlab: GitLab, *, seconds: float = 290, allow_http: bool = True, **options: Any) -> None:
        self.clock = FakeClock()
        self._url = gitlab.url.replace("https://127.0.0.1", "https://localhost")  # certificates are for names
        self._token = gitlab.create_token("rotator", ["api"], user="root")
        deadline = Deadline(self.clock, seconds)
        self.http = PooledHttp(deadline, connections=4, allow_http=allow_http, **options)

    def send(self, method: str = "GET", path: str = _PATH, body: object = None) -> Response:
        headers = {"PRIVATE-TOKEN": self._token, "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        return self.http.request(method, f"{self._url}{path}", headers, content)


@pytest.fixture
def client(gitlab: GitLab, either_urllib3: ModuleType) -> Client:
    return Client(gitlab)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_temporary_error_is_retried(client: Client, gitlab: GitLab, status: int, method: str) -> None:
    gitlab.inject(Fault(status=status, times=2, retry_after=7))
    body = {"description": "new"} if method == "PUT" else None
    assert client.send(method, body=body).status == 200
    assert len(gitlab.events) == 3


@pytest.mark.parametrize("status", [401, 403, 404, 409])
def test_a_permanent_error_is_not_retried(client: Client, gitlab: GitLab, status: int) -> None:
    gitlab.inject(Fault(status=status, times=None))
    assert client.send().status == status
    assert len(gitlab.events) == 1
    assert client.clock.slept == []


def test_retry_after_is_honoured_with_some_jitter(client: Client, gitlab: GitLab) -> None:
    gitlab.inject(Fault(status=429, times=1, retry_after=42))
    assert client.send().status == 200
    assert client.clock.slept == [42.5]


def test_without_retry_after_the_pauses_grow(client: Client, gitlab: GitLab) -> None:
    gitlab.inject(Fault(status=500, times=None))
    assert client.send().status == 500
    assert client.clock.slept == [1, 2, 4, 8]


def test_a_wait_that_would_pass_the_deadline_is_not_begun(gitlab: GitLab) -> None:
    client = Client(gitlab, seconds=30)
    gitlab.inject(Fault(status=429, times=None, retry_after=31))
    answer = client.send()
    assert (answer.status, answer.json(), client.clock.slept) == (429, None, [])


def test_past_the_deadline_nothing_is_sent(gitlab: GitLab) -> None:
    client = Client(gitlab, seconds=0)
    with pytest.raises(UnreachableError, match="no time left in this run"):
        client.send()
    assert gitlab.events == []


def test_a_post_that_got_no_answer_is_not_repeated(client: Client, gitlab: GitLab) -> None:
    gitlab.inject(Fault(method="POST", reset=True, carried_out=True))
    with pytest.raises(UnreachableError):
        client.send("POST", "/api/v4/projects/acme%2Fweb/variables", {"key": "OTHER", "value": "x"})
    assert len(gitlab.events) == 1


@pytest.mark.parametrize("status", [500, 502])
def test_a_post_that_a_server_failed_on_is_not_repeated(client: Client, gitlab: GitLab, status: int) -> None:
    gitlab.inject(Fault(method="POST", status=status, times=None))
    assert client.send("POST", "/api/v4/projects/acme%2Fweb/variables", {"key": "A", "value": "x"}).status == status
    assert len(gitlab.events) == 1


def test_a_post_that_was_rate_limited_is_repeated(client: Client, gitlab: GitLab) -> None:
    gitlab.inject(Fault(method="POST", status=429, times=1, retry_after=1))
    assert client.send("POST", "/api/v4/projects/acme%2Fweb/variables", {"key": "A", "value": "x"}).status == 201


@pytest.mark.parametrize("fault", [Fault(reset=True), Fault(truncate=True)], ids=["reset", "truncated"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_request_on_a_broken_connection_is_repeated(
    client: Client, gitlab: GitLab, fault: Fault, method: str
) -> None:
    gitlab.inject(Fault(reset=fault.reset, truncate=fault.truncate))
    answer = client.send(method, body={"description": "new"} if method == "PUT" else None)
    assert answer.json()["key"] == "DOCKER_AUTH_CONFIG"
    assert len(gitlab.events) == 2


@pytest.mark.parametrize("fault", [Fault(reset=True), Fault(truncate=True)], ids=["reset", "truncated"])
def test_a_connection_that_always_breaks_ends_after_five_attempts(client: Client, gitlab: GitLab, fault: Fault) -> None:
    gitlab.inject(Fault(reset=fault.reset, truncate=fault.truncate, times=None))
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:\d+: ") as caught:
        client.send()
    assert len(gitlab.events) == 5
    assert "glpat" not in str(caught.value)


def test_an_error_page_of_a_proxy_is_not_read_as_json(client: Client, gitlab: GitLab) -> None:
    gitlab.inject(Fault(status=502, times=None))
    answer = client.send()
    assert (answer.status, answer.json()) == (502, None)
    assert answer.body.startswith(b"<html>")


def test_a_redirect_to_another_host_is_not_followed(client: Client, gitlab: GitLab) -> None:
    with GitLab.start() as other:
        gitlab.inject(Fault(redirect=f"{other.url}{_PATH}"))
        assert client.send().status == 302
        assert other.events == []


def test_a_server_that_never_answers_is_given_up(
    client: Client, gitlab: GitLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_REQUEST_SECONDS", 0.1)
    gitlab.inject(Fault(delay=0.5, times=None))
    with pytest.raises(UnreachableError, match="no answer in time"):
        client.send()


def test_a_port_without_a_listener_is_unreachable(gitlab: GitLab, either_urllib3: ModuleType) -> None:
    client = Client(gitlab)
    gitlab.stop()
    with pytest.raises(UnreachableError, match="Connection refused"):
        client.send()


def test_an_endless_answer_is_cut_off(gitlab: GitLab, either_urllib3: ModuleType) -> None:
    with pytest.raises(UnreachableError, match="the answer is longer than 20 bytes"):
        Client(gitlab, answer_limit=20).send()


def test_connections_are_kept_alive(gitlab: GitLab, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    connect = HTTPConnection.connect
    monkeypatch.setattr(HTTPConnection, "connect", lambda self: (opened.append(1), connect(self))[1])
    client = Client(gitlab)
    for _ in range(5):
        client.send()
    assert len(opened) == 1


def test_tokens_do_not_go_in_clear_unless_the_plan_says_so(gitlab: GitLab) -> None:
    client = Client(gitlab, allow_http=False)
    with pytest.raises(UnreachableError, match="begins with http://, which sends tokens in clear"):
        client.send()
    assert gitlab.events == []


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def private_gitlab(authority: trustme.CA) -> Iterator[GitLab]:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server)
    with GitLab.start(ssl_context=server) as started:
        started.create_project("acme/web")
        started.set_variable("project", "acme/web", "DOCKER_AUTH_CONFIG", '{"auths":{}}', raw=True)
        yield started


def test_a_private_authority_is_trusted_when_the_plan_brings_it(
    private_gitlab: GitLab, authority: trustme.CA, either_urllib3: ModuleType
) -> None:
    bundle = authority.cert_pem.bytes().decode()
    assert Client(private_gitlab, allow_http=False, ca_bundle=bundle).send().status == 200


def test_a_private_authority_is_not_trusted_by_itself(private_gitlab: GitLab, either_urllib3: ModuleType) -> None:
    with pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY_FAILED"):
        Client(private_gitlab, allow_http=False).send()
    assert private_gitlab.events == []


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_a_certificate_must_be_for_the_requested_name_or_address(
    authority: trustme.CA, name: str, either_urllib3: ModuleType
) -> None:
    clock, bundle = FakeClock(), authority.cert_pem.bytes().decode()
    for other, taken in ((name, True), ("gitlab.example.com", False), ("10.0.0.7", False)):
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(other).configure_cert(server)
        with GitLab.start(ssl_context=server) as started:
            http = PooledHttp(Deadline(clock, 30), connections=1, ca_bundle=bundle)
            url = f"https://{name}:{started.url.rpartition(':')[2]}/api/v4/version"
            if taken:
                assert http.request("GET", url, {}).status == 401
            else:
                with pytest.raises(UnreachableError, match=r"CERTIFICATE_VERIFY_FAILED|CertificateError"):
                    http.request("GET", url, {"PRIVATE-TOKEN": "glpat-fake"})
                assert started.events == []


@pytest.mark.parametrize("where", ["plan", "environment"])
def test_a_proxy_is_used(
    gitlab: GitLab, where: str, monkeypatch: pytest.MonkeyPatch, either_urllib3: ModuleType
) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with GitLab.start() as proxy:  # it answers for any host
        if where == "environment":
            monkeypatch.setenv("http_proxy", proxy.url)
        client = Client(gitlab, proxy=proxy.url if where == "plan" else None)
        client.http.request("GET", "http://gitlab.example.com/api/v4/version", {})
        assert (len(proxy.events), len(gitlab.events)) == (1, 0)


def test_no_proxy_is_honoured(gitlab: GitLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert Client(gitlab).send().status == 200


def test_the_pace_covers_all_requests(gitlab: GitLab) -> None:
    client = Client(gitlab)
    client.http._pace = Pace(client.clock, per_second=4)
    for _ in range(9):
        client.send()
    assert client.clock.monotonic() == 2
    assert client.clock.slept == [0.25] * 8


def test_an_answer_shows_no_body() -> None:
    assert "glpat" not in repr(Response(200, {}, b"glpat-fake-0000"))
