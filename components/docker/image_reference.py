"""Image references: `[registry host/]repository[:tag][@digest]`, by Docker's grammar.

They are normalised as the runner does it, which differs slightly from Docker: a reference without a registry host
belongs to `docker.io`, and `index.docker.io` is `docker.io`, but `library/` is not added. Docker pulls `ruby` as
`docker.io/library/ruby`; the runner looks for credentials under `docker.io/ruby`, then `docker.io`.
Source of the grammar: distribution/reference, `regexp.go` and `normalize.go`.
"""

import re
from dataclasses import dataclass
from typing import Final

DOCKER_HUB: Final = "docker.io"

_LABEL: Final = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST: Final = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?P<port>:[0-9]+)?")
_COMPONENT: Final = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*")
_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_IMAGE_ID: Final = re.compile(r"[0-9a-f]{64}")
_DIGEST_LENGTHS: Final = {"sha256": 64, "sha384": 96, "sha512": 128}
_NAME_LIMIT: Final = 255
_HIGHEST_PORT: Final = 65535


@dataclass(frozen=True)
class ImageReference:
    """The parts of an image reference.

    Attributes:
        host: the registry host, in lower case, with its port when it has one.
        repository: the path on that host, without `library/` unless it was written.
        tag: empty when none was written; the registry then uses `latest`, or the digest.
        digest: with its algorithm, such as `sha256:...`; empty when none was written.
    """

    host: str
    repository: str
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.host}/{self.repository}{tag}{digest}"


def parse(text: str, where: str = "image") -> ImageReference:
    """The parts of an image reference; `where` names the argument in an error.

    Raises:
        ValueError: the text is not an image reference.
    """
    _refuse_common_mistakes(text, where)
    name, has_digest, digest = text.partition("@")
    host, path = _split_host(name)
    path, has_tag, tag = path.partition(":")
    if has_digest:
        _check_digest(text, digest, where)
    if has_tag and not _TAG.fullmatch(tag):
        raise ValueError(
            f"{where}: {text!r} has the tag {tag!r}; write 1 to 128 letters, digits, `_`, `.` and `-`, "
            "not starting with `.` or `-`, such as 3.13"
        )
    if host is not None:
        _check_host(text, host, where)
    _check_repository(text, path, where)
    normal = (host or DOCKER_HUB).lower()
    normal = DOCKER_HUB if normal == f"index.{DOCKER_HUB}" else normal
    if len(normal) + 1 + len(path) > _NAME_LIMIT:
        raise ValueError(f"{where}: {text!r} is too long; registry host and repository hold {_NAME_LIMIT} characters")
    return ImageReference(normal, path, tag, digest)


def _refuse_common_mistakes(text: str, where: str) -> None:
    if not text:
        raise ValueError(f"{where}: got an empty text; write an image reference such as ruby:3.4")
    if text != text.strip() or re.search(r"\s", text):
        raise ValueError(f"{where}: {text!r} holds white space; write the image reference alone, such as ruby:3.4")
    if scheme := _SCHEME.match(text):
        raise ValueError(f"{where}: got {text!r}; write it without {scheme[0]}: {text[scheme.end() :]}")
    if "$" in text:
        raise ValueError(
            f"{where}: {text!r} holds a variable, which is not resolved here; write the image reference in full"
        )


def _split_host(name: str) -> tuple[str | None, str]:
    head, slash, rest = name.partition("/")
    looks_like_host = "." in head or ":" in head or head.lower() == "localhost" or head != head.lower()
    return (head, rest) if slash and looks_like_host else (None, name)


def _check_host(text: str, host: str, where: str) -> None:
    match = _HOST.fullmatch(host)
    if match is None:
        raise ValueError(
            f"{where}: {text!r} has the registry host {host!r}; write a host name, with `:` and a port if it needs "
            "one, such as registry.example.com:5000"
        )
    if match["port"] and not 0 < int(match["port"][1:]) <= _HIGHEST_PORT:
        raise ValueError(f"{where}: {text!r} has the port {match['port'][1:]}; write one from 1 to {_HIGHEST_PORT}")


def _check_repository(text: str, path: str, where: str) -> None:
    if path != path.lower():
        raise ValueError(
            f"{where}: {text!r} has upper-case letters in its repository; write {path.lower()!r}, "
            "only a tag and a registry host may hold upper-case letters"
        )
    if not path or not all(_COMPONENT.fullmatch(component) for component in path.split("/")):
        raise ValueError(
            f"{where}: {text!r} has the repository {path!r}; write lower-case letters and digits, joined by `/`, `.`, "
            "`_`, `__` or `-`, such as ci/python"
        )
    if _IMAGE_ID.fullmatch(path):
        raise ValueError(f"{where}: {text!r} is an image id, which no registry knows; write name@sha256:<digest>")


def _check_digest(text: str, digest: str, where: str) -> None:
    algorithm, _, value = digest.partition(":")
    length = _DIGEST_LENGTHS.get(algorithm)
    if length is None or not re.fullmatch(rf"[0-9a-f]{{{length}}}", value):
        raise ValueError(
            f"{where}: {text!r} has the digest {digest!r}; write sha256: and 64 lower-case hexadecimal digits"
        )
