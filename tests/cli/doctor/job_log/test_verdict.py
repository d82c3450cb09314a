"""Logs with lines missing, mixed with another job's, prefixed and cut: read, and no step that succeeded is blamed."""

import random
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from depth import rounds

from components.cli.doctor.job_log.verdict import Verdict, read

LOGS = Path(__file__).parents[3] / "data" / "job-logs"
NAMES = tuple(tomllib.loads((LOGS / "index.toml").read_text()))
ROUNDS = rounds(1, nightly=8)
FINE = """Running with gitlab-runner 19.4.0 (d79f3e7b)
Preparing the "docker" executor
Using Docker executor with image registry.fine.example/fine/job:1 ...
Starting service registry.fine.example/fine/service:2...
Using effective pull policy of [always] for container registry.fine.example/fine/service:2
Authenticating with credentials from $DOCKER_AUTH_CONFIG
Pulling docker image registry.fine.example/fine/service:2 ...
Using docker image sha256:33 for registry.fine.example/fine/service:2 with digest fine@sha256:44 ...
Waiting for services to be up and running (timeout 30 seconds)...
Using effective pull policy of [always] for container registry.fine.example/fine/job:1
Authenticating with credentials from $DOCKER_AUTH_CONFIG
Pulling docker image registry.fine.example/fine/job:1 ...
Using docker image sha256:55 for registry.fine.example/fine/job:1 with digest fine@sha256:66 ...
Getting source from Git repository
$ make fine
all fine
Job succeeded
""".splitlines()
PULLED = re.compile(r"Using docker image \S+ for (\S+)|Successfully pulled image \"([^\"]+)")
FAILED = re.compile(r"(?i)failed to pull|pulling image|job failed|preparation failed")


def pulled(lines: list[str]) -> set[str]:
    """The images that the lines show to be there, and no line shows to have failed."""
    there = {one or other for line in lines for one, other in PULLED.findall(line)}
    return {image for image in there if not any(image in line and FAILED.search(line) for line in lines)}


def each() -> Iterator[tuple[str, random.Random, str]]:
    """Each log, with numbers that are the same in every run, and words that lead back to it."""
    for name in NAMES:
        for number in range(ROUNDS):
            yield name, random.Random(f"{name} {number}"), f"{name}, round {number}"  # noqa: S311 - reproducible, no secret


def verdict(lines: list[str]) -> Verdict:
    found = read("\n".join(lines).encode())
    assert found.image not in pulled(lines)
    return found


def lines_of(name: str) -> list[str]:
    return (LOGS / f"{name}.log").read_bytes().decode("latin-1").splitlines()


def test_no_step_that_succeeded_is_blamed_when_lines_are_missing() -> None:
    for name, chance, _ in each():
        lines = lines_of(name)
        verdict([line for line in lines if chance.random() > 0.3])


def test_another_jobs_lines_between_them_are_not_blamed() -> None:
    for name, chance, where in each():
        mine, other, mixed = list(lines_of(name)), list(FINE), []
        while mine or other:
            take = mine if mine and (not other or chance.random() < 0.5) else other
            mixed.append(take.pop(0))
        found = verdict(mixed)
        assert "fine" not in found.failed, where
        assert found.finding is None or "fine" not in found.finding.line, where


@pytest.mark.slow("reads each log three times more")
def test_times_before_each_line_change_nothing() -> None:
    for name in NAMES:
        lines = lines_of(name)
        if any(line.startswith("20") and "00O" in line for line in lines):
            continue  # has the runner's own already
        right = read("\n".join(lines).encode())
        for prefix in ("2026-05-22T12:43:46.962646Z 00O ", "[2026-05-22T12:43:46.962Z] ", "12:43:46 "):
            stamped = read("\n".join(prefix + line for line in lines).encode())
            assert (stamped.finding, stamped.failed) == (right.finding, right.failed), (name, prefix)


def test_no_step_that_succeeded_is_blamed_when_the_log_is_cut() -> None:
    for name, chance, where in each():
        data = (LOGS / f"{name}.log").read_bytes()
        start, end = sorted(chance.sample(range(len(data) + 1), 2))
        part = data[start:end]
        assert read(part).image not in pulled(part.decode(errors="replace").splitlines()), where


def test_two_jobs_one_after_the_other_end_with_the_failure() -> None:
    found = verdict([*lines_of("docker-x509"), *FINE])
    assert found.finding is not None
    assert found.finding.cause.value == "certificate"
