"""The pull matrix for a person: whole names on a hundred columns, one row for those who may pull the same."""

import io

import pytest
from rich.console import Console

from rehearsal.matrix import Row, rows, table
from rehearsal.pulls import Pull

FOLDERS = {"base": 5, "ci": 5, "apps": 8, "data": 2}
REPOSITORIES = [f"{folder}/image-number-{number}" for folder, count in FOLDERS.items() for number in range(count)]


def pulls(consumer: str, *allowed: str, repositories: list[str] = REPOSITORIES, **outcome: str) -> list[Pull]:
    found: list[Pull] = []
    for repository in repositories:
        expected = "allowed" if repository.startswith(allowed) else "denied"
        actual = outcome.get(repository.partition("/")[0], expected)
        found.append(Pull(consumer, repository, f"host/{repository}:1.0", expected, actual, "rehearsal", ""))
    return found


def drawn(found: list[Pull], width: int = 100) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(table(rows(found), width))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_fifteen_consumers_and_twenty_repositories_are_read_at_a_hundred_columns() -> None:
    paths = [f"acme/division-{number}/platform/service-number-{number}" for number in range(15)]
    found = [pull for number, path in enumerate(paths) for pull in pulls(path, "base/", f"apps/image-number-{number}")]
    lines = drawn(found)
    assert max(map(len, lines)) <= 100
    shown = "\n".join(lines)
    assert [path for path in paths if path not in shown] == []
    assert "base/* (5)" in shown
    assert all(name in shown for name in REPOSITORIES if name.startswith("apps/"))
    assert "all 14 others" in shown
    assert len(lines) <= 1 + 2 * 15


def test_those_who_may_pull_the_same_are_grouped() -> None:
    found = [*pulls("acme/a", "ci/"), *pulls("acme/b", "base/"), *pulls("acme/c", "ci/")]
    assert [(row.pullers, row.pulled, row.count) for row in rows(found)] == [
        (("acme/a", "acme/c"), ("ci/* (5)",), 15),
        (("acme/b",), ("base/* (5)",), 15),
    ]


def test_each_of_a_group_shows_what_it_pulled() -> None:
    few = ["base/a", "ci/a", "ci/b"]
    found = [pull for name in ("acme/a", "acme/b") for pull in pulls(name, "ci/", repositories=few)]
    one, other = (line.split(maxsplit=1) for line in drawn(found)[1:])
    assert (one[0], other[0]) == ("acme/a", "acme/b")
    assert one[1].split() == other[1].split() == ["ci/a,", "ci/b", "base/a"]


def test_a_long_outcome_is_not_repeated() -> None:
    many = [f"some-folder-{number}/image" for number in range(20)]
    found = [pull for name in ("acme/a", "acme/b") for pull in pulls(name, "some-", repositories=many)]
    (line,) = [line for line in drawn(found) if line.startswith("acme/b")]
    assert line.split()[1:3] == ["as", "above"]


def test_few_names_are_written_out_and_a_folder_with_two_outcomes_is_not_folded() -> None:
    few = ["base/a", "ci/a", "ci/b", "ci/c", "lone"]
    (row,) = rows(pulls("acme/a", "ci/a", "ci/b", "lone", repositories=few))
    assert row == Row(("acme/a",), ("ci/a", "ci/b", "lone"), ("base/a", "ci/c"), 2)
    assert "base/a, ci/c" in drawn(pulls("acme/a", "ci/a", "ci/b", "lone", repositories=few))[1]


def test_images_of_another_registry_are_a_folder_of_their_own() -> None:
    there = [f"ci/{name}{where}" for where in ("", " of 210987654321 in us-east-1") for name in "abc"]
    (row,) = rows(pulls("acme/a", "ci/", repositories=there))
    assert row.pulled == ("ci/* (3)", "ci/* (3) of 210987654321 in us-east-1")


@pytest.mark.parametrize(
    ("actual", "message"),
    [
        ("allowed", "data/image-number-0 (declared denied)"),
        ("failed", "data/image-number-0 (declared denied, failed)"),
    ],
)
def test_a_cell_that_is_not_as_declared_is_written_out_and_marked(actual: str, message: str) -> None:
    found = pulls("acme/a", "ci/", data=actual)
    (row,) = rows(found)
    assert message in (*row.pulled, *row.refused)
    assert all(word in "\n".join(drawn(found)) for word in message.split())


def test_if_two_clients_differ_the_one_that_is_not_as_declared_counts() -> None:
    found = [*pulls("acme/a", "ci/"), *pulls("acme/a", "ci/", ci="denied")]
    (row,) = rows(found)
    assert row.pulled == ()
    assert "ci/image-number-0 (declared allowed)" in row.refused


def test_a_name_wider_than_its_column_is_broken_and_not_cut() -> None:
    path = "/".join(["acme", *(f"a-long-subgroup-{number}" for number in range(5))])
    lines = drawn(pulls(path, "ci/"), 80)
    assert max(map(len, lines)) <= 80
    assert "".join(line[:38].strip() for line in lines[1:]).startswith(path)


def test_more_rows_than_a_person_reads_are_left_to_the_report() -> None:
    assert table(rows([pull for n in range(200) for pull in pulls(f"acme/{n}", "ci/")]), 100) is None
