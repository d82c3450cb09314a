"""An example in another language, run by Pulumi's engine from a clone of this tree, against the emulators."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from program import ROOT

from rehearsal.engine.surroundings import surroundings
from rehearsal.world import World

_CLONE = ("components", "plugin", "pyproject.toml", "requirements.txt")
_SECONDS = 300


class Program:
    """A copy of an example, with the plugin from a clone beside it.

    The plugin's environment is the one of the tests: making one would ask an index for the packages.
    """

    def __init__(self, example: Path, scratch: Path, world: World) -> None:
        self._environment = surroundings(scratch, world)
        self.folder = Path(shutil.copytree(example, scratch / "program"))
        clone = scratch / "clone"
        clone.mkdir()
        for name in _CLONE:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, clone / name, ignore=shutil.ignore_patterns("__pycache__", "venv"))
            else:
                shutil.copy(source, clone / name)
        (clone / "plugin" / "venv").symlink_to(sys.prefix)
        self.schema = clone / "plugin" / "schema.json"
        self._replace("Pulumi.yaml", "https://gitlab.example.com/acme/gitlab-ecr.git/plugin@v0.1.0", "../clone/plugin")

    def with_sdk(self, modules: str) -> None:
        """Generates the package that the example imports; it and Pulumi's own are found without an index."""
        self.pulumi("package", "gen-sdk", str(self.schema), "--language", "nodejs", "--out", "sdks")
        (self.folder / "node_modules").symlink_to(modules)
        self._replace("index.ts", "@acme/gitlab-ecr", "./sdks/nodejs")

    def pulumi(self, *arguments: str) -> str:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],  # noqa: S607 - whichever is on PATH: that is what is tested
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def changes(self, *arguments: str) -> dict[str, int]:
        """How many resources a command made, changed and so on, by operation."""
        (self.folder / "events.json").unlink(missing_ok=True)
        self.pulumi(*arguments, "--event-log", "events.json")
        events = [json.loads(line) for line in (self.folder / "events.json").read_text().splitlines()]
        (summary,) = [event["summaryEvent"] for event in events if "summaryEvent" in event]
        return summary["resourceChanges"]

    def outputs(self) -> dict[str, Any]:
        return json.loads(self.pulumi("stack", "output", "--json"))

    def _replace(self, name: str, before: str, after: str) -> None:
        text = (self.folder / name).read_text()
        assert before in text
        (self.folder / name).write_text(text.replace(before, after))


def node_modules() -> str | None:
    """Where Node finds `@pulumi/pulumi`, by NODE_PATH."""
    folders = os.environ.get("NODE_PATH", "").split(os.pathsep)
    return next((folder for folder in folders if folder and (Path(folder) / "@pulumi" / "pulumi").is_dir()), None)
