"""From runners to their instance roles: pure derivations, no resource is made here."""

from collections.abc import Mapping

from ..iam.args import RunnerIdentityArgs
from ..names.locations import errors_under
from . import access as runner_access
from .args import RunnerOptions
from .machine_args import RunnerAccess


def runner_identities(runners: Mapping[str, RunnerOptions]) -> dict[str, RunnerIdentityArgs]:
    """The instance role of each runner that says what it pulls.

    Raises:
        ValueError: a runner has rights that its access has no use for, or a machine without an instance role.
    """
    found: dict[str, RunnerIdentityArgs] = {}
    for name, runner in runners.items():
        access, machine = runner.get("access", {}), runner.get("machine")
        pull, caches, registries = access.get("pull", []), access.get("caches", []), access.get("registries", [])
        with errors_under(f"runners.{name}"):
            if pull and runner_access.checked_kind(access) is RunnerAccess.STATIC:
                raise ValueError("access.pull: means nothing with static access; leave it out")
            if caches and not pull:
                raise ValueError("access.caches: means nothing without access.pull; write what the runner pulls too")
            if machine is not None and not pull and "instance_profile" not in machine:
                raise ValueError(
                    "access.pull: got none; write the repositories that the machine's role pulls, such as ci/*, or "
                    "the name of an instance profile that is there already as machine.instance_profile"
                )
        if pull:
            found[name] = {"pull": pull, "caches": caches, "registries": registries}
    return found
