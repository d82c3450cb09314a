"""The rights that a declaration grants, as plain values. A later preview compares its own declaration with them."""

from collections.abc import Sequence
from typing import Any

from ..consumers.args import ConsumerArgs
from ..consumers.checks import access_of, reads_secret
from ..consumers.checks import kind_of as kind_of_consumer
from ..names.access import Access
from ..names.registries import RegistryArgs
from ..names.registry_host import registry_host
from ..runner.access import declared_kind
from ..runner.args import RunnerOptions
from .args import RegistryAccessArgs
from .job_secrets import pull_template


def declared(args: RegistryAccessArgs) -> dict[str, Any]:
    """The rights that a declaration grants, and by which access. `preview/rights.py` reads them."""
    consumers, runners = args.get("consumers", {}), args.get("runners", {})
    return {
        "registry": registry_host(args["account"], args["region"]),
        "repositories": sorted(args["repositories"]),
        "consumers": {
            path: {
                **_consumer(consumer),
                **({"pull_template": pull_template(args, path)} if reads_secret(consumer) else {}),
            }
            for path, consumer in consumers.items()
        },
        "runners": {name: _runner(runner) for name, runner in runners.items()},
    }


def _consumer(consumer: ConsumerArgs) -> dict[str, Any]:
    pull, push, access = consumer.get("pull", []), consumer.get("push", []), access_of(consumer)
    if access is Access.ROTATED_VARIABLE and not pull:
        access = Access.JOB_ROLE  # a consumer that only pushes has no variable to rotate
    rights = _pulls(pull, consumer.get("caches", []), consumer.get("registries", []))
    return {
        "kind": kind_of_consumer(consumer).value,
        "access": access.value,
        **rights,
        **({"push": list(push)} if push else {}),
    }


def _runner(runner: RunnerOptions) -> dict[str, Any]:
    access = runner.get("access", {})
    rights = _pulls(access.get("pull", []), access.get("caches", []), access.get("registries", []))
    return {"access": declared_kind(access).value, **rights}


def _pulls(pull: Sequence[str], caches: Sequence[str], registries: Sequence[RegistryArgs]) -> dict[str, Any]:
    found: dict[str, Any] = {"pull": [*pull, *(f"{prefix}/*" for prefix in caches)]}
    if registries:
        found["registries"] = [registry_host(each["account"], each["region"]) for each in registries]
    return found
