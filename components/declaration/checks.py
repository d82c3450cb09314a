"""Checks references between parts of a declaration: repositories and caches."""

import difflib
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from ..consumers.args import ConsumerArgs
from ..names import repository_patterns
from ..names.locations import Mistakes
from ..names.repository_names import is_repository_name, repository_pattern
from ..runner.args import RunnerOptions
from ..runner.machine_args import AccessArgs

_MOST_SHOWN: Final = 8


def check_names(
    account: str,
    repositories: Collection[str],
    caches: Collection[str],
    consumers: Mapping[str, ConsumerArgs],
    runners: Mapping[str, RunnerOptions],
) -> None:
    """Refuses a consumer or runner that names a repository or cache that the stack does not have.

    Registries of other accounts are not checked, since their contents are unknown.

    Args:
        account: the stack's own account.
        repositories: the names of the stack's repositories.
        caches: the prefixes of its pull-through caches.
        consumers: the consumers by path.
        runners: the runners by name.

    Raises:
        ValueError: the message names the key, what was found, and what to write.
    """
    mistakes = Mistakes()
    for path, consumer in consumers.items():
        with mistakes.at("consumers", path):
            _check_repositories("push", consumer.get("push", []), repositories, caches)
        with mistakes.at("consumers", path):
            _check_pulled(account, consumer, repositories, caches)
    for name, runner in runners.items():
        with mistakes.at("runners", name, "access"):
            _check_pulled(account, runner.get("access", {}), repositories, caches)
    mistakes.refuse()


def _check_pulled(
    account: str, rights: ConsumerArgs | AccessArgs, repositories: Collection[str], caches: Collection[str]
) -> None:
    mistakes, registries = Mistakes(), rights.get("registries", [])
    elsewhere = any(registry["account"] != account for registry in registries)
    with mistakes.at():
        _check_repositories("pull", rights.get("pull", []), None if elsewhere else repositories, caches)
    if not registries:  # another registry has its own caches
        with mistakes.at():
            _check_caches(rights.get("caches", []), caches)
    mistakes.refuse()


def _check_repositories(
    key: str, names: Sequence[str], repositories: Collection[str] | None, caches: Collection[str]
) -> None:
    mistakes = Mistakes()
    for index, name in enumerate(names):
        with mistakes.at(key, index, renamed={key: ""}):
            repository_pattern(name, key)
        if mistakes.found and mistakes.found[-1].path == (key, index):
            continue
        if repositories is None or repository_patterns.inside([name], repositories) is not None:
            continue
        cache = next((prefix for prefix in caches if name.startswith(f"{prefix}/")), None)
        if cache is not None and key == "pull":
            mistakes.add(key, index, text=f"{name!r} is in a cache; write {cache} in `caches` beside `pull`")
            continue
        repositories = list(filter(is_repository_name, repositories))  # an invalid name is reported where it is written
        patterns = {f"{repository.partition('/')[0]}/*" for repository in repositories if "/" in repository}
        mistakes.add(
            key,
            index,
            text=f"{name!r} is not a repository of this stack; {_meant(name, {*repositories, *patterns})}"
            f"write one of {_shown(repositories)}, or a pattern such as ci/*",
            because=("repositories",),
        )
    mistakes.refuse()


def _check_caches(prefixes: Sequence[str], caches: Collection[str]) -> None:
    mistakes = Mistakes()
    for index, prefix in enumerate(prefixes):
        if prefix not in caches:
            mistakes.add(
                "caches",
                index,
                text=f"{prefix!r} is not a cache of this stack; {_meant(prefix, caches)}"
                f"declare it below `caches`, or write a declared one: {_shown(caches)}",
                because=("caches",),
            )
    mistakes.refuse()


def _meant(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"did you mean {close[0]}? Otherwise " if close else ""


def _shown(known: Collection[str]) -> str:
    more = len(known) - _MOST_SHOWN
    return (", ".join(sorted(known)[:_MOST_SHOWN]) or "none yet") + (f" and {more} more" if more > 0 else "")
