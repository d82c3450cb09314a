"""One rule for URLs, the same wherever one enters."""

import re
from collections.abc import Callable

import pytest
from plans import plan_of, target
from scripted import FakeClock

from components.cli.errors import CliError
from components.cli.gitlab_api import instance
from components.consumers import derivation
from components.contract import plan
from components.contract.urls import instance_url, url_problem
from components.iam.gitlab_trust import issuer_host
from components.rotation.clock import Deadline
from components.rotation.http import PooledHttp, UnreachableError

_REFUSED = {
    "http://gitlab.example.com": "sends tokens in clear",
    "HTTP://gitlab.example.com": "sends tokens in clear",
    "gitlab.example.com": "does not begin with https://",
    "ftp://gitlab.example.com": "does not begin with https://",
    "//gitlab.example.com": "does not begin with https://",
    "": "does not begin with https://",
    "https://": "does not name a host",
    "https:///path": "does not name a host",
    "https://user:fake-pass@gitlab.example.com": "names a user",
    "https://fake-pass@gitlab.example.com": "names a user",
    "https://gitlab.example.com@elsewhere.example.com": "names a user",
    "https://gitlab.example.com /": "holds a space",
    " https://gitlab.example.com": "holds a space",
    "https://gitlab.example.com\t": "holds a space",
    "https://git\tlab.example.com": "holds a space",
    "https://gitlab.example.com\n": "holds a space",
    "https://gitlab.example.com\r\nX-Header: 1": "holds a space",
    "https://gitlab.example.com\x00": "holds a space",
    "https://gitlab.example.com\\@elsewhere.example.com": "holds a space",
    "https://g\u0456tlab.example.com": "holds a space",
    "https://gitlab\u3002example.com": "holds a space",
    "https://gitlab.example.com:99999": "does not name a host",
    "https://gitlab.example.com:0": "does not name a host",
    "https://gitlab.example.com:port": "does not name a host",
    "https://gitlab%2eexample.com": "does not name a host",
    "https://[::1": "does not name a host",
    "https://-gitlab.example.com": "does not name a host",
    "https://gitlab.example.com?private_token=fake-pass": "has a query or a fragment",
    "https://gitlab.example.com#fake-pass": "has a query or a fragment",
    f"https://{'g' * 9_000}": "longer than 8000 characters",
}


def _by_http(url: str) -> None:
    clock = FakeClock()
    try:
        PooledHttp(Deadline(clock, 1), connections=1).request("GET", url, {"PRIVATE-TOKEN": "glpat-fake"})
    except UnreachableError as error:
        raise ValueError(str(error)) from None


_WAYS: dict[str, Callable[[str], object]] = {
    "the rule": lambda url: instance_url(url, "url"),
    "a stack file": lambda url: derivation.gitlab_url({"url": url}),
    "a plan": lambda url: plan.dumps(plan_of(target("acme/web"), url=url)),
    "a proxy": lambda url: plan.dumps(plan_of(target("acme/web"), proxy=url)),
    "a command": instance,
    "an issuer": issuer_host,
    "a request": _by_http,
}


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("url", _REFUSED)
def test_what_would_leak_is_refused_everywhere(url: str, way: str) -> None:
    if way == "a proxy" and url.lower().startswith("http://"):
        return  # what goes through it is encrypted
    if way == "a request" and "query" in _REFUSED[url]:
        return  # a request may have one
    with pytest.raises((ValueError, CliError)) as caught:
        _WAYS[way](url)
    assert "fake-pass" not in str(caught.value)
    if way not in ("an issuer", "a proxy"):
        assert _REFUSED[url] in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://gitlab.com",
        "https://GitLab.example.com:8443/git/",
        "https://[::1]:8443",
        "https://10.0.0.7",
        "https://git_lab",
    ],
)
def test_a_url_that_names_a_host_is_accepted(url: str) -> None:
    assert instance_url(url, "url") == url.rstrip("/")


def test_http_has_to_be_asked_for() -> None:
    assert url_problem("http://127.0.0.1:8080/api/v4/x?y=z", allow_http=True, whole=True) is None


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("gitlab.example.com", "write https://gitlab.example.com"),
        ("gitlab.example.com:8443/git", "write https://gitlab.example.com:8443/git"),
        ("gitlab", "write https:// and the host, such as https://gitlab.com"),
        ("user@gitlab.example.com", "write https:// and the host, such as https://gitlab.com"),
        ("http://gitlab.example.com", "write https:// and the host, such as https://gitlab.com"),
        ("https://gitlab.example.com/api/v4", "write https:// and the host, such as https://gitlab.com"),
    ],
)
def test_a_host_without_a_scheme_gets_its_own_url_as_advice(url: str, advice: str) -> None:
    with pytest.raises(ValueError, match=f"; {re.escape(advice)}$"):
        instance_url(url, "gitlab.url")
