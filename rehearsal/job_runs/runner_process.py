"""`gitlab-runner run` with a config.toml of this machine, and a home of its own."""

import os
from collections.abc import Mapping
from pathlib import Path

from rehearsal.world import World

from .guarded import Guarded
from .machine import Machine


class RunnerProcess:
    """One process of the runner, for one `config.toml`.

    Args:
        machine: where the program is.
        world: the GitLab it asks, and the cloud it signs in to.
        folder: its home.
        config: the file's content.
        docker_config: what lies in its home for pulls, None for nothing.
        more: what else its environment holds: the credentials of its machine.
    """

    def __init__(  # noqa: PLR0917 - each is another part of a runner's machine
        self,
        machine: Machine,
        world: World,
        folder: Path,
        config: str,
        docker_config: str | None,
        more: Mapping[str, str],
    ) -> None:
        file = folder / "config.toml"
        file.touch(mode=0o600)
        file.write_text(config)
        if docker_config is not None:
            home = folder / ".docker"
            home.mkdir()
            (home / "config.json").write_text(docker_config)
        environment = {
            **world.cloud.environment(),
            **more,
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),
            "TMPDIR": str(folder),
        }
        command = [str(machine.runner), "run", "--config", str(file), "--working-directory", str(folder)]
        self._process = Guarded(command, environment, folder / "gitlab-runner.log")

    def last_words(self) -> str:
        """The end of its own log."""
        return self._process.last_words()

    def stop(self) -> None:
        """Ends it."""
        self._process.stop()
