"""What the puller says of answers that are not a registry's."""

from typing import Any

import pytest
import urllib3

from rehearsal.puller import PullError, can_sign_in, pull


class _Pool:
    """Answers everything alike."""

    def __init__(self, status: int, body: bytes, reason: str | None = None) -> None:
        self._answer = urllib3.HTTPResponse(body, status=status, reason=reason, preload_content=True)

    def request(self, *_: Any, **__: Any) -> Any:
        return self._answer


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"errors": []}', b'{"errors": [{}]}', b'{"errors": "no"}', b""])
def test_an_error_without_the_registrys_words_has_its_status(body: bytes) -> None:
    pool: Any = _Pool(503, body, "Service Unavailable")
    with pytest.raises(PullError, match=r"^GET https://r\.example\.com/v2/a/manifests/1: 503 Service Unavailable$"):
        pull(pool, "r.example.com", "a", "1", auth=None)
    denied: Any = _Pool(401, body)
    assert pull(denied, "r.example.com", "a", "1", auth=None).reason == "401"
    assert not can_sign_in(denied, "r.example.com", None)


def test_a_registry_that_is_not_reached_is_named() -> None:
    pool = urllib3.PoolManager(retries=False)
    with pytest.raises(PullError, match=r"^GET https://127\.0\.0\.1:1/v2/a/manifests/1: .*refused"):
        pull(pool, "127.0.0.1:1", "a", "1", auth=None)
