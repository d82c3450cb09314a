"""A `gitlab-runner` to be found on PATH."""

import shlex
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def put_on_path(folder: Path) -> Path:
    """Writes a `gitlab-runner` into the folder, to be found on PATH; returns the folder."""
    program = folder / "gitlab-runner"
    places = f"{ROOT / 'tests' / 'support'}:{ROOT}"
    lines = ["#!/bin/sh", f"export PYTHONPATH={shlex.quote(places)} PYTHONDONTWRITEBYTECODE=1"]
    program.write_text("\n".join([*lines, f'exec {shlex.quote(sys.executable)} -m scripted_runner "$@"', ""]))
    program.chmod(0o755)
    return folder
