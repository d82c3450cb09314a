"""Which URLs a token may be sent to, wherever the URL comes from."""

import re
from typing import Final

_URL: Final = re.compile(r"(?P<scheme>[^:/?#]*)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<more>.*)", re.DOTALL)
_AUTHORITY: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?")
_API: Final = "/api/v4"
_LAST_PORT: Final = 65_535
_LONGEST: Final = 8_000  # a signed URL of S3 has a few thousand characters


def url_problem(  # noqa: PLR0911 - one mistake, one return
    url: str, *, allow_http: bool = False, whole: bool = False, needs: str = "`allow_http`"
) -> str | None:
    """Why no token may be sent to a URL, without quoting the URL, which could hold a password; None when it may.

    Args:
        url: the URL as written.
        allow_http: whether it may begin with `http://`.
        whole: True for the URL of a request; False for that of an instance, which has no query.
        needs: what a person has to write to allow `http://`.
    """
    parts = _URL.fullmatch(url)
    if len(url) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return "holds a space, a tab, a line break, a backslash, or a character that is not ASCII"
    if parts is None or parts["scheme"].lower() not in ("https", "http"):
        return "does not begin with https://"
    if parts["scheme"].lower() == "http" and not allow_http:
        return f"begins with http://, which sends tokens in clear and needs {needs}"
    if "@" in parts["authority"]:
        return "names a user"
    authority = _AUTHORITY.fullmatch(parts["authority"])
    if authority is None or int(authority[1] or 1) not in range(1, _LAST_PORT + 1):
        return "does not name a host"
    if not whole and parts["path"].rstrip("/").endswith(_API):
        return f"ends with {_API}, which every request adds by itself"
    return "has a query or a fragment" if parts["more"] and not whole else None


def instance_url(url: str, where: str, *, allow_http: bool = False, needs: str = "`allow_http`") -> str:
    """The URL of a GitLab instance, without a trailing slash. `needs` as for `url_problem`.

    Raises:
        ValueError: no token may be sent there; names `where`, and quotes no URL that could hold a password.
    """
    if problem := url_problem(url, allow_http=allow_http, needs=needs):
        nearest = f"https://{url}"
        meant = "" if url_problem(nearest) or "." not in url or shown(url) != repr(url) else nearest
        advice = f"write {meant}" if meant else "write https:// and the host, such as https://gitlab.com"
        raise ValueError(f"{where}: got {shown(url)}, which {problem}; {advice}")
    return url.rstrip("/")


def shown(url: str) -> str:
    """The URL for a message, hidden if it could hold a password."""
    return "a URL" if set(url) & set("@?#") else repr(url[:100])


def host_of(url: str) -> str:
    """The host and port of a URL, for messages; empty when it has none."""
    parts = _URL.fullmatch(url)
    return parts["authority"] if parts is not None and _AUTHORITY.fullmatch(parts["authority"]) else ""
