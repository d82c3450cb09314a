"""Runs `gitlab-runner run` with a config.toml for this machine, and with its own home."""

import os
from collections.abc import Mapping
from pathlib import Path

from rehearsal.world import World

from ..guarded import Guarded
from .machine import Machine


class RunnerProcess:
    """One process of the runner, for one `config.toml`.

    Args:
        machine: the programs on this machine.
        world: the GitLab and the cloud that it uses.
        folder: its home.
        config: the content of config.toml.
        docker_config: the Docker configuration in its home; None for none.
        more: further environment variables: the credentials of its machine.
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
        """The last lines of its log."""
        return self._process.last_words()

    def stop(self) -> None:
        """Ends it."""
        self._process.stop()
