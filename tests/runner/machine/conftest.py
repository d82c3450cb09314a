import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from scratch_machine import Machine


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder that other users may enter; pytest's own is closed to them."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "root"


@pytest.fixture
def machine(scratch: Path) -> Machine:
    """A machine on which everything is installed."""
    return Machine(scratch, there=("curl", "gpg", "aws", "docker", "gitlab-runner"))
