"""The environment for working with a rehearsal that is still running: a file for a shell to source."""

import os
import shlex
import sys
from pathlib import Path
from typing import Final

from .rotations import Rotations
from .scheduled_jobs import Watched
from .world import World

_OF_THE_PERSON: Final = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_DEFAULT_REGION",
    "GITLAB_ECR_ROTATOR",
    "GITLAB_ECR_BUCKET",
    "CI_SERVER_TLS_CA_FILE",
)
"""Variables that a person's own shell may have, and that would lead commands elsewhere."""


def exports(world: World, rotations: Watched, name: str) -> dict[str, str]:
    """The variables for every command of `gitlab-ecr`, and for `aws`, `curl` and container clients.

    Args:
        world: the emulated AWS, GitLab and registry.
        rotations: the rotator's runs.
        name: the stack's output `rotator`.
    """
    rotator = "GITLAB_ECR_ROTATOR" if isinstance(rotations, Rotations) else "GITLAB_ECR_BUCKET"
    lower = {key.lower(): value for key, value in world.administrator().items() if key.endswith("_PROXY")}
    return {
        **world.administrator(),
        **lower,
        **({"GITLAB_TOKEN": world.administrator_token} if world.administrator_token else {}),
        "CI_SERVER_URL": world.gitlab.known_as,
        **({"CI_SERVER_TLS_CA_FILE": str(world.gitlab_ca_file)} if world.gitlab_ca_file else {}),
        rotator: name,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}$PATH",
    }


def lines(variables: dict[str, str]) -> list[str]:
    """The variables as lines for a shell, which first unset those of the person's own accounts."""
    foreign = [name for name in _OF_THE_PERSON if name not in variables]
    set_ = {name: shlex.quote(value) for name, value in variables.items()}
    folder, _, rest = variables["PATH"].partition(os.pathsep)
    set_["PATH"] = f'{shlex.quote(folder)}{os.pathsep}"{rest}"'
    return [f"unset {' '.join(foreign)}", *(f"export {name}={value}" for name, value in set_.items())]


def write(file: Path, content: list[str]) -> None:
    """Writes the file, readable only by its owner."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as opened:
        opened.write("\n".join(["# For the running rehearsal. This file is deleted when it ends.", *content, ""]))
