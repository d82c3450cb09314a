"""The version: that of the installed wheel, or in a checkout that of the project file."""

import importlib.metadata
import tomllib
from pathlib import Path
from typing import Final

_DISTRIBUTION: Final = "pulumi-gitlab-ecr"


def version() -> str:
    """The version."""
    try:
        return importlib.metadata.version(_DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
        return str(project["version"])
