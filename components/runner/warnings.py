"""Preview warnings about runner settings that work but may surprise; nothing is refused here."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ..names.secrecy import TOKENS
from .args import RunnerOptions
from .registration import is_shared


def warnings(options: RunnerOptions, images: Sequence[str]) -> list[str]:
    """The warnings, each naming its argument."""
    found: list[str] = []
    for name, section in (("docker", options.get("docker")), ("kubernetes", options.get("kubernetes"))):
        if section is None:
            continue
        policies = {*_list(section.get("pull_policy")), *_list(section.get("allowed_pull_policies"))}
        found += [
            f"runner.{name}.pull_policy: {policy} on a runner shared by several projects lets each use private "
            "images that another pulled, without asking the registry; write always"
            for policy in ("if-not-present", "never")
            if policy in policies and is_shared(options)
        ]
        allowed = _list(section.get("allowed_images"))
        found += [
            f"runner.{name}.allowed_images: {image} matches none of {', '.join(allowed)}; the runner will refuse it"
            for image in images
            if allowed and image != section.get("image") and not is_allowed(image, allowed)
        ]
    return found


def token_entries(options: RunnerOptions) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Entries of an `environment` that look like a token: their index, their key, and the kind of token."""
    lists: list[tuple[tuple[str | int, ...], Sequence[str]]] = [(("environment",), options.get("environment", []))]
    for name, section in (("docker", options.get("docker")), ("kubernetes", options.get("kubernetes"))):
        services = section.get("services", []) if section else []
        lists += [
            ((name, "services", at, "environment"), one.get("environment", [])) for at, one in enumerate(services)
        ]
    for path, entries in lists:
        for position, entry in enumerate(entries):
            key, _, value = entry.partition("=")
            if kind := token_kind(value):
                yield (*path, position), key, kind


def token_kind(text: str) -> str:
    """What kind of token a text looks like; empty for none."""
    return next((words for grammar, words in TOKENS if grammar.search(text)), "")


def is_allowed(image: str, patterns: Sequence[str]) -> bool:
    """Whether the runner lets a job use the image. The text is compared as written, including the tag.

    Source: gitlab-runner 19.4, common/allowed_images.go; patterns are those of doublestar.
    """
    return any(re.fullmatch(_expression(pattern), image) for pattern in patterns)


def _list(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []


_GLOB: Final = re.compile(
    r"(?P<deep>(?<![^/])\*\*(?:/|$))|(?P<star>\*+)|(?P<any>\?)|(?P<open>\{)|(?P<close>\})|(?P<or>,)"
)


def _expression(pattern: str) -> str:
    depth = 0
    expression: list[str] = []
    at = 0
    for match in _GLOB.finditer(pattern):
        expression.append(re.escape(pattern[at : match.start()]))
        at = match.end()
        depth += {"open": 1, "close": -1}.get(match.lastgroup or "", 0)
        expression.append(
            {
                "deep": "(?:.*/)?" if match[0].endswith("/") else ".*",
                "star": "[^/]*",
                "any": "[^/]",
                "open": "(?:",
                "close": ")",
                "or": "|" if depth else ",",
            }[match.lastgroup or ""]
        )
    return "".join([*expression, re.escape(pattern[at:])])
