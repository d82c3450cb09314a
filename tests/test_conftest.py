"""What pytest prints here: a failure at once, and slow tests only when somebody asks."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_TESTS = "import time\n\ndef test_wrong():\n    assert 0\n\ndef test_right():\n    time.sleep(0.01)\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of one module of tests, with our conftest.py."""
    made = tmp_path_factory.mktemp("project")
    text = (ROOT / "tests" / "conftest.py").read_text().replace("_SECONDS = 5", "_SECONDS = 0.001")
    (made / "conftest.py").write_text(text)
    (made / "test_it.py").write_text(_TESTS)
    return made


@cache  # two tests read the same run
def _run(folder: Path, *options: str, ci: bool = False) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | ({"CI": "true"} if ci else {})
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "support")])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), *options]
    return subprocess.run([*command, str(folder)], cwd=folder, env=environment, capture_output=True, text=True).stdout  # noqa: PLW1510 - it fails on purpose


def test_a_failure_is_named_at_once(folder: Path) -> None:
    message = _run(folder, ci=False)
    assert message.index("failed: test_it.py::test_wrong") < message.index("== FAILURES ==")


@pytest.mark.parametrize(("options", "ci"), [((), False), (("--durations=1",), False), ((), True)])
def test_slow_tests_are_named_when_asked(folder: Path, options: tuple[str, ...], *, ci: bool) -> None:
    assert ("slow: test_it.py::test_right" in _run(folder, *options, ci=ci)) is (ci or bool(options))
