from pathlib import Path

import pytest

from rehearsal import clients
from rehearsal.patterns import names
from rehearsal.pulls import CELLS, Puller, pull_all, sample
from rehearsal.registries import Image, RegistryLocation

HERE = RegistryLocation("123456789012", "eu-central-1")
REPOSITORIES = [f"team-{number}/app" for number in range(200)]


class Recording:
    """A client that is refused everywhere, and remembers where it asked."""

    name = "recording"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def pull(self, host: str, repository: str, tag: str, document: str | None) -> tuple[str, str]:
        self.asked.append(f"{host}/{repository}:{tag} {document}")
        return "denied", "no"


def puller(number: int, repositories: list[str], *clients: Recording) -> Puller:
    """One that may pull its own team's repository and no other."""
    images = [Image(HERE, "registry.example", name, name) for name in repositories]
    expected = {image: image.repository.startswith(f"team-{number}/") for image in images}
    return Puller(f"acme/{number}", expected, [(client, "its own") for client in clients or [Recording()]])


def everybody(*clients: Recording) -> list[Puller]:
    return [puller(number, REPOSITORIES, *clients) for number in range(200)]


def test_a_small_matrix_is_pulled_completely() -> None:
    few = [puller(number, REPOSITORIES[:10]) for number in range(50)]
    assert [image.repository for image in sample(few[1], few)] == REPOSITORIES[:10]


def test_in_a_large_matrix_everybody_pulls_an_allowed_and_a_denied_cell_the_same_each_time() -> None:
    many = everybody()
    rows = [[image.repository for image in sample(each, many)] for each in many]
    assert sum(map(len, rows)) <= CELLS
    assert all(f"team-{number}/app" in row and len(row) >= 2 for number, row in enumerate(rows))
    assert rows == [[image.repository for image in sample(each, many)] for each in everybody()]
    assert rows[0] != rows[1]


def test_a_cell_that_is_not_as_declared_is_marked() -> None:
    client = Recording()
    cells = pull_all([puller(1, ["team-1/app", "team-2/app"], client)])
    assert [(cell.expected, cell.actual, cell.as_declared) for cell in cells] == [
        ("allowed", "denied", False),
        ("denied", "denied", True),
    ]
    assert cells[0].mistake == "acme/1 pulling team-1/app with recording: declared allowed, was denied (no)"
    assert sorted(client.asked) == [
        "registry.example/team-1/app:1.0 its own",
        "registry.example/team-2/app:1.0 its own",
    ]


@pytest.mark.parametrize(
    ("pattern", "repository", "named"),
    [
        ("ci/*", "ci/a/b", True),
        ("ci/*", "cia", False),
        ("ci", "ci/a", False),
        ("*-a", "x-a", True),
        ("c.", "ci", False),
    ],
)
def test_a_star_matches_any_characters_and_is_the_only_wildcard(pattern: str, repository: str, named: bool) -> None:
    assert names(pattern, repository) is named


def test_a_missing_client_fails_only_where_every_client_is_required(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(clients.EVERY_CLIENT, "true")
    with pytest.raises(clients.ClientError, match=r"skopeo is not installed; \.ci/run installs it"):
        clients.present("skopeo")
    monkeypatch.delenv(clients.EVERY_CLIENT)
    monkeypatch.setenv("CI", "true")  # as in every job of GitLab
    assert clients.present("skopeo") is False


def test_in_a_sample_the_second_client_has_a_fourth_of_the_cells_and_both_kinds() -> None:
    first, second = Recording(), Recording()
    second.name = "second"
    cells = pull_all(everybody(first, second))
    assert (len(first.asked), len(second.asked)) == (300, 100)
    assert {cell.expected for cell in cells if cell.client == "second"} == {"allowed", "denied"}
