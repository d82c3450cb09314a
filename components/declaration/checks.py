"""What one part of a declaration names of another: repositories and caches, checked where they are named."""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from ..consumers.args import ConsumerArgs
from ..names import repository_patterns
from ..names.registries import RegistryArgs
from ..names.repository_names import repository_pattern
from ..runner.args import RunnerOptions

_MOST_SHOWN: Final = 8


def check_names(
    account: str,
    repositories: Collection[str],
    caches: Collection[str],
    consumers: Mapping[str, ConsumerArgs],
    runners: Mapping[str, RunnerOptions],
) -> None:
    """Stops a declaration in which a consumer or runner names a repository or cache that the stack does not have.

    Of a registry of another account nobody here can tell what it holds, so what may be there is let pass.

    Args:
        account: the stack's own.
        repositories: the names of the stack's repositories.
        caches: the prefixes of its pull-through caches.
        consumers: by path.
        runners: by name.

    Raises:
        ValueError: names the key, what was found, and what to write.
    """
    for where, names in _pushed(consumers):
        _check_repositories(where, names, repositories, caches)
    for where, key, names, registries in _pulled(consumers, runners):
        elsewhere = any(registry["account"] != account for registry in registries)
        if key == "pull":
            _check_repositories(f"{where}.pull", names, None if elsewhere else repositories, caches)
        elif not registries:  # a registry that is not the stack's own has caches of its own
            _check_caches(f"{where}.caches", names, caches)


def _pushed(consumers: Mapping[str, ConsumerArgs]) -> Iterator[tuple[str, list[str]]]:
    return ((f"consumers.{path}.push", consumer.get("push", [])) for path, consumer in consumers.items())


def _pulled(
    consumers: Mapping[str, ConsumerArgs], runners: Mapping[str, RunnerOptions]
) -> Iterator[tuple[str, str, list[str], Sequence[RegistryArgs]]]:
    for path, consumer in consumers.items():
        for key, names in (("pull", consumer.get("pull", [])), ("caches", consumer.get("caches", []))):
            yield f"consumers.{path}", key, names, consumer.get("registries", [])
    for name, runner in runners.items():
        access = runner.get("access", {})
        for key, names in (("pull", access.get("pull", [])), ("caches", access.get("caches", []))):
            yield f"runners.{name}.access", key, names, access.get("registries", [])


def _check_repositories(
    where: str, names: Sequence[str], repositories: Collection[str] | None, caches: Collection[str]
) -> None:
    for index, name in enumerate(names):
        field = f"{where}[{index}]"
        repository_pattern(name, field)
        if repositories is None or repository_patterns.matching([name], repositories):
            continue
        cache = next((prefix for prefix in caches if name.startswith(f"{prefix}/")), None)
        if cache is not None and where.endswith(".pull"):
            raise ValueError(f"{field}: {name!r} lies in a cache; write {cache} in caches beside pull")
        patterns = {f"{repository.partition('/')[0]}/*" for repository in repositories if "/" in repository}
        raise ValueError(
            f"{field}: {name!r} names no repository of this stack; {_meant(name, {*repositories, *patterns})}"
            f"write one of {_shown(repositories)}, or a pattern such as ci/*"
        )


def _check_caches(where: str, prefixes: Sequence[str], caches: Collection[str]) -> None:
    for prefix in prefixes:
        if prefix not in caches:
            raise ValueError(
                f"{where}: {prefix!r} is no cache of this stack; {_meant(prefix, caches)}"
                f"declare it below caches, or write one that is there: {_shown(caches)}"
            )


def _meant(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"did you mean {close[0]}? Else " if close else ""


def _shown(known: Collection[str]) -> str:
    more = len(known) - _MOST_SHOWN
    return (", ".join(sorted(known)[:_MOST_SHOWN]) or "none yet") + (f" and {more} more" if more > 0 else "")
