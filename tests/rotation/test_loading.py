"""The function and `make validate` start quickly: nothing looks for garbage while their modules load."""

import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.rotation.loading import without_collections

ROOT = Path(__file__).parents[2]
_LOADING = """
import gc
rounds = []
gc.callbacks.append(lambda phase, info: rounds.append(phase))
import {modules}
print(rounds.count("start"), gc.isenabled())
"""


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    collecting = gc.isenabled()
    yield
    gc.enable() if collecting else gc.disable()


@pytest.mark.parametrize("modules", ["components.rotation.handler, boto3", "validation.__main__"])
def test_hardly_anything_is_collected_while_a_program_loads_and_then_it_is_again(modules: str) -> None:
    command = [sys.executable, "-W", "ignore", "-c", _LOADING.format(modules=modules)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rounds, collecting = done.stdout.split()
    assert int(rounds) < 30  # more than a hundred otherwise
    assert collecting == "True"


@pytest.mark.parametrize("collecting", [True, False])
def test_afterwards_the_collector_is_as_it_was_even_after_an_error(collecting: bool) -> None:
    (gc.enable if collecting else gc.disable)()
    within = list[bool]()

    def load() -> None:
        with without_collections():
            within.append(gc.isenabled())
            raise ImportError("no such module")

    with pytest.raises(ImportError, match="no such module"):
        load()
    assert within == [False]
    assert gc.isenabled() is collecting


def test_what_exists_afterwards_is_never_collected_again() -> None:
    with without_collections():
        loaded = [object()]
    assert not any(loaded is found for found in gc.get_objects())
