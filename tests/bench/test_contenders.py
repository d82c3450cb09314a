"""Each contender, on a few targets."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.gitlab_server import GitLabServer

ROOT = Path(__file__).parents[2]


@pytest.fixture
def server() -> Iterator[GitLabServer]:
    with GitLabServer(3, 0.0) as started:
        yield started


def contend(module: str, server: GitLabServer, *arguments: str) -> dict[str, float]:
    command = [sys.executable, "-m", module, server.url, server.token, *arguments]
    return json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)


def test_a_rotation_counts_every_request(server: GitLabServer) -> None:
    first = contend("bench.ours", server, "3", "2", "2", "0")
    # The GitLab token, what failed before, and for each audience two to AWS and three to the registry.
    assert (first["to_aws"], first["to_registry"], first["old_tokens"]) == (2 + 2 * 2, 2 * 3, 0)
    assert server.requests() == 2 * 3 + 1
    again = contend("bench.ours", server, "3", "2", "2", "0")
    assert (again["to_aws"], again["to_registry"], again["old_tokens"]) == (2 + 2 * 2, 2 * 3 + 2, 2)


def test_the_loop_reads_and_writes_each_target(server: GitLabServer) -> None:
    assert contend("bench.python_gitlab", server, "3").keys() == {"seconds", "megabytes"}
    assert server.requests() == 2 * 3
