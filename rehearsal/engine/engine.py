"""Pulumi's own engine, run in a scratch copy of the program, with a state, a home and providers of its own."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from rehearsal.world import World

from .surroundings import surroundings

_ROOT: Final = Path(__file__).parents[2]
PROGRAM: Final = (
    "Pulumi.yaml",
    "__main__.py",
    "settings.py",
    "stack_file",
    "gitlab_provider.py",
    "components",
)
_SECONDS: Final = 300
_NOTHING: Final = ("same", "refresh", "read")
_PROVIDER_TYPE: Final = "pulumi:providers:"


@dataclass(frozen=True)
class Step:
    """What the engine did, or means to do, with one resource.

    Attributes:
        op: the engine's word: `create`, `update`, `replace`, `same`, `delete`, `import`...
        diffs: the properties that differ.
    """

    op: str
    type: str
    name: str
    diffs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """One run of the engine.

    Attributes:
        errors: its messages about failures, including warnings.
    """

    ok: bool
    steps: tuple[Step, ...]
    errors: str

    @property
    def changes(self) -> list[Step]:
        """The steps that change something."""
        return [step for step in self.steps if step.op not in _NOTHING]

    def count(self) -> Counter[str]:
        """How many steps of each kind."""
        return Counter(step.op for step in self.steps)

    def of_type(self, type_: str) -> list[Step]:
        """The changes to resources of one type, by the end of its name."""
        return [step for step in self.changes if step.type.endswith(type_)]


class EngineError(Exception):
    """The engine could not be used at all. The message is the engine's."""


class Engine(AbstractContextManager["Engine"]):
    """`pulumi` with a stack of the program's, in a folder that is removed when it is closed.

    Args:
        stack_file: is copied; `edit` changes the copy.
        world: what the providers reach.

    Raises:
        EngineError: the stack could not be made.
    """

    def __init__(self, stack_file: Path, world: World) -> None:
        self._world = world
        self._scratch = Path(tempfile.mkdtemp(prefix="rehearsal-engine-"))
        self._stack = stack_file.name.removeprefix("Pulumi.").removesuffix(".yaml")
        self._program = self._scratch / "program"
        self._stack_file = self._program / "stacks" / stack_file.name
        with ExitStack() as undo:
            undo.callback(self.close)
            self._copy(stack_file)
            self._environment = surroundings(self._scratch, world)
            made = self._run("stack", "init", self._stack)
            if made.returncode:
                raise EngineError(f"pulumi stack init: {made.stderr.strip()}")
            undo.pop_all()

    def preview(self) -> Outcome:
        """`pulumi preview`."""
        return self._outcome("preview")

    def up(self, *, refresh: bool = False) -> Outcome:
        """`pulumi up`, without a preview before it."""
        return self._outcome("up", "--yes", "--skip-preview", *(["--refresh"] if refresh else []))

    def refresh(self) -> Outcome:
        """`pulumi refresh`."""
        return self._outcome("refresh", "--yes", "--skip-preview")

    def destroy(self) -> Outcome:
        """`pulumi destroy`."""
        return self._outcome("destroy", "--yes", "--skip-preview")

    def destroy_preview(self) -> Path:
        """What `pulumi destroy --preview-only --json` prints, in a file.

        Raises:
            EngineError: `pulumi` failed.
        """
        done = self._run("destroy", "--preview-only", "--json", "--stack", self._stack)
        if done.returncode:
            raise EngineError(f"pulumi destroy --preview-only: {done.stdout[-800:]}{done.stderr.strip()}")
        file = self._scratch / "destroy.json"
        file.write_text(done.stdout)
        return file

    def export(self) -> str:
        """The state as `pulumi stack export` gives it to everybody: secrets encrypted."""
        return self._run("stack", "export").stdout

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, without the secret ones."""
        return json.loads(self._run("stack", "output", "--json").stdout)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`gitlab-ecr`, run where a person would run it: beside the stack files, with `pulumi` at hand."""
        return subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "components.cli", *arguments],
            cwd=self._program,
            env={**self._world.cloud.environment(), **self._environment},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )

    @contextmanager
    def acting(self, **variables: str | None) -> Generator[None]:
        """Within the `with` block, the engine has other variables in its environment; None removes one."""
        before = self._environment
        changed = {**before, **variables}
        self._environment = {name: value for name, value in changed.items() if value is not None}
        try:
            yield
        finally:
            self._environment = before

    def edit(self) -> "StackFileEdit":
        """The stack file, to change within a `with` block."""
        return StackFileEdit(self._stack_file)

    def close(self) -> None:
        """Removes the folder."""
        shutil.rmtree(self._scratch, ignore_errors=True)

    def __exit__(self, *_: object) -> None:
        self.close()

    def _copy(self, stack_file: Path) -> None:
        self._stack_file.parent.mkdir(parents=True)
        shutil.copy(stack_file, self._stack_file)
        for name in PROGRAM:
            source = _ROOT / name
            if source.is_dir():
                shutil.copytree(source, self._program / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, self._program / name)
        (self._program / ".venv").symlink_to(sys.prefix)

    def _outcome(self, *arguments: str) -> Outcome:
        log = self._scratch / "events.json"
        log.unlink(missing_ok=True)
        done = self._run(*arguments, "--event-log", str(log), "--stack", self._stack)
        events = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        if not events:
            raise EngineError(f"pulumi {arguments[0]}: {done.stderr.strip()}")
        began = [event["resourcePreEvent"]["metadata"] for event in events if "resourcePreEvent" in event]
        messages = [event["diagnosticEvent"] for event in events if "diagnosticEvent" in event]
        return Outcome(
            ok=done.returncode == 0,
            steps=tuple(_step(about) for about in began if not about["type"].startswith(_PROVIDER_TYPE)),
            errors="".join(text["message"] for text in messages if _matters(text)).strip() or done.stderr.strip(),
        )

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own arguments
            ["pulumi", *arguments, "--non-interactive"],  # noqa: S607 - whichever is on PATH: that is what is rehearsed
            cwd=self._program,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )


class StackFileEdit:
    """A stack file's `config`, written back at the end of the `with`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> dict[str, Any]:
        self._document = yaml.safe_load(self._path.read_text())
        return self._document["config"]

    def __exit__(self, *_: object) -> None:
        self._path.write_text(yaml.safe_dump(self._document, sort_keys=False))


def _step(about: Mapping[str, Any]) -> Step:
    return Step(about["op"], about["type"], about["urn"].rpartition("::")[2], tuple(about.get("diffs") or ()))


def _matters(text: Mapping[str, Any]) -> bool:
    """Drops the warning that the providers come from PATH, as they should here."""
    return text["severity"] in ("error", "warning") and "from $PATH at" not in text["message"]
