"""Derives runners' instance roles, without creating resources."""

from collections.abc import Mapping

from ..iam.args import RunnerIdentityArgs
from .args import RunnerOptions


def runner_identities(runners: Mapping[str, RunnerOptions]) -> dict[str, RunnerIdentityArgs]:
    """The instance role of each runner that declares what it pulls."""
    found: dict[str, RunnerIdentityArgs] = {}
    for name, runner in runners.items():
        access = runner.get("access", {})
        if pull := access.get("pull"):
            found[name] = {
                "pull": pull,
                "caches": access.get("caches", []),
                "registries": access.get("registries", []),
            }
    return found
