"""The pull matrix: who could pull what, with which client, against what the declaration says."""

import random
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from .clients import Client
from .world import TAG

CELLS: Final = 500
"""A larger matrix is sampled: some repositories of every puller."""
_SEED: Final = "gitlab-ecr"
_AT_ONCE: Final = 6


@dataclass(frozen=True)
class Puller:
    """Who pulls, with what, and what the declaration lets it pull.

    Attributes:
        name: as the matrix calls it.
        patterns: what it may pull.
        logins: by each client, the Docker configuration that it pulls with.
    """

    name: str
    patterns: Sequence[str]
    logins: Sequence[tuple[Client, str | None]]


@dataclass(frozen=True)
class Pull:
    """One cell of the matrix: expected from the declaration, actual from the registry's answer."""

    consumer: str
    repository: str
    image: str
    expected: str
    actual: str
    client: str
    reason: str

    @property
    def as_declared(self) -> bool:
        """Whether both agree."""
        return self.expected == self.actual


def pull_all(pullers: Sequence[Puller], repositories: Sequence[str], host: str) -> list[Pull]:
    """Every cell, by every client of its puller; of more than 500 cells a sample, each by one of them."""
    whole = len(pullers) * len(repositories) <= CELLS
    chosen = [
        (puller, repository, client, document)
        for row, puller in enumerate(pullers)
        for column, repository in enumerate(sample(puller, repositories, len(pullers)))
        for client, document in (puller.logins if whole else [_in_turn(puller, row + column)])
    ]

    def one(cell: tuple[Puller, str, Client, str | None]) -> Pull:
        puller, repository, client, document = cell
        actual, reason = client.pull(host, repository, TAG, document)
        image = f"{host}/{repository}:{TAG}"
        return Pull(puller.name, repository, image, _expected(puller, repository), actual, client.name, reason)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(one, chosen))


def sample(puller: Puller, repositories: Sequence[str], pullers: int) -> list[str]:
    """The repositories of one row: all, or in a large matrix a few, the same in each run, of each kind at least one."""
    if pullers * len(repositories) <= CELLS:
        return list(repositories)
    chance = random.Random(f"{_SEED} {puller.name}")  # noqa: S311 - a sample, the same each time
    kinds = {kind: [r for r in repositories if _expected(puller, r) == kind] for kind in ("allowed", "denied")}
    first = [chance.choice(found) for found in kinds.values() if found]
    others = [repository for repository in repositories if repository not in first]
    return sorted([*first, *chance.sample(others, max(0, min(CELLS // pullers - len(first), len(others))))])


def _in_turn(puller: Puller, turn: int) -> tuple[Client, str | None]:
    """The client of a sample's cell: each has some of both kinds, the first, which starts no process, most."""
    return puller.logins[turn % len(puller.logins)] if turn // len(puller.logins) % 2 else puller.logins[0]


def names(pattern: str, repository: str) -> bool:
    """What the declaration means by a pattern, read here anew: the program's own reading is under test."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), repository) is not None


def _expected(puller: Puller, repository: str) -> str:
    return "allowed" if any(names(pattern, repository) for pattern in puller.patterns) else "denied"
