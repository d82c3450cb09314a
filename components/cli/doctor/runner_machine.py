"""What a runner's own configuration adds: `environment` of its config.toml, weaker than every other variable."""

import tomllib
from typing import Any

from ...variables.listed import Level, ListedVariable
from .facts import Held


def environment_variables(config: str) -> list[Held]:
    """The variables that a runner gives to its jobs.

    Raises:
        ValueError: not TOML, or not one runner in it.
    """
    document: dict[str, Any] = tomllib.loads(config)
    runners: list[dict[str, Any]] = document.get("runners", [])
    if len(runners) != 1:
        raise ValueError("has not one [[runners]]; give a file with the runner that takes the job")
    held: dict[str, Held] = {}
    items: list[Any] = runners[0].get("environment", [])
    for item in items:
        key, equals, value = str(item).partition("=")
        if equals:
            held[key] = Held(ListedVariable(Level.RUNNER, "", key), value)
    return list(held.values())
