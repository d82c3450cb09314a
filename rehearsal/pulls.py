"""The pull matrix: who could pull what, with which client, against what the declaration says."""

import random
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from .attempt import Attempt
from .clients import Client
from .registries import Image
from .world import TAG

CELLS: Final = 500
"""A larger matrix is sampled: some images of every puller."""
_SEED: Final = "gitlab-ecr"
_AT_ONCE: Final = 6


@dataclass(frozen=True)
class Puller:
    """Who pulls, with what, and what the declaration lets it pull.

    Attributes:
        name: as the matrix calls it.
        expected: for each image that it tries, whether the declaration allows it.
        logins: each client, and the Docker configuration that it pulls with.
    """

    name: str
    expected: Mapping[Image, bool]
    logins: Sequence[tuple[Client, str | None]]


@dataclass(frozen=True)
class Pull(Attempt):
    """One cell of the matrix: expected from the declaration, actual from the registry's answer.

    Attributes:
        repository: as the matrix calls it.
        image: as a job writes it.
    """

    consumer: str
    repository: str
    image: str
    expected: str
    actual: str
    client: str
    reason: str

    @property
    def action(self) -> str:
        """Who tried what, in words."""
        return f"{self.consumer} pulling {self.repository} with {self.client}"


def pull_all(pullers: Sequence[Puller]) -> list[Pull]:
    """Pulls every cell with every client of its puller; of more than 500 cells, only a sample, each with one client."""
    whole = cells(pullers) <= CELLS
    chosen = [
        (puller, image, client, document)
        for row, puller in enumerate(pullers)
        for column, image in enumerate(sample(puller, pullers))
        for client, document in (puller.logins if whole else [_in_turn(puller, row + column)])
    ]

    def one(cell: tuple[Puller, Image, Client, str | None]) -> Pull:
        puller, image, client, document = cell
        actual, reason = client.pull(image.host, image.repository, TAG, document)
        written = f"{image.host}/{image.repository}:{TAG}"
        return Pull(puller.name, image.label, written, _expected(puller, image), actual, client.name, reason)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(one, chosen))


def cells(pullers: Sequence[Puller]) -> int:
    """The number of cells of the whole matrix."""
    return sum(len(puller.expected) for puller in pullers)


def sample(puller: Puller, pullers: Sequence[Puller]) -> list[Image]:
    """The images of one row: all of them, or for a large matrix a sample, which is the same in each run.

    A sample has at least one image that is declared and one that is not, if there are any.
    """
    images = list(puller.expected)
    if cells(pullers) <= CELLS:
        return images
    chance = random.Random(f"{_SEED} {puller.name}")  # noqa: S311 - a sample, the same each time
    kinds = {declared: [image for image in images if puller.expected[image] is declared] for declared in (True, False)}
    first = [chance.choice(found) for found in kinds.values() if found]
    others = [image for image in images if image not in first]
    more = chance.sample(others, max(0, min(CELLS // len(pullers) - len(first), len(others))))
    return sorted([*first, *more], key=images.index)


def _in_turn(puller: Puller, turn: int) -> tuple[Client, str | None]:
    """The client for a cell of a sample. The first one, which starts no process, pulls most of them."""
    return puller.logins[turn % len(puller.logins)] if turn // len(puller.logins) % 2 else puller.logins[0]


def _expected(puller: Puller, image: Image) -> str:
    return "allowed" if puller.expected[image] else "denied"
