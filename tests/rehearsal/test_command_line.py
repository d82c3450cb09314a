"""A command that runs in the test's own process does as its own process does."""

import os
from pathlib import Path

import pytest
from commands_here import apart, here

LOG = Path(__file__).parents[1] / "data" / "job-logs" / "expired.log"


@pytest.mark.parametrize(
    ("arguments", "typed", "words"),
    [
        (["doctor", "--job-log", "-"], LOG.read_text(), "expired"),
        (["rotate", "--function", "nothing"], "", "gitlab-ecr: AWS: You must specify a region."),
    ],
    ids=["what-is-typed-and-found", "an-environment-without-a-region"],
)
def test_both_print_the_same_and_end_alike(arguments: list[str], typed: str, words: str) -> None:
    environment = {"PATH": os.defpath, "AWS_CONFIG_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
    theirs, ours = apart(arguments, environment, typed), here(arguments, environment, typed)
    assert words in theirs.stdout + theirs.stderr
    assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)
    assert theirs.returncode != 0
