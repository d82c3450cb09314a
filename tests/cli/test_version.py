"""The version of the command, also where it runs from the tree and nothing is installed."""

import importlib.metadata
import tomllib
from pathlib import Path

import pytest

from components.cli.version import version

ROOT = Path(__file__).parents[2]


def test_without_an_installed_package_the_version_is_that_of_the_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    assert version() == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_an_installed_package_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: {"pulumi-gitlab-ecr": "7.8.9"}[name])
    assert version() == "7.8.9"
