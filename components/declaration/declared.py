"""Who may do what, in plain values: what a later preview compares its own declaration with."""

from collections.abc import Sequence
from typing import Any

from ..consumers.args import Access, ConsumerArgs
from ..consumers.checks import access_of, kind_of
from ..names.locations import errors_under
from ..names.registries import RegistryArgs
from ..names.registry_host import registry_host
from ..runner.access import declared_kind
from ..runner.args import RunnerOptions
from .args import RegistryAccessArgs


def declared(args: RegistryAccessArgs) -> dict[str, Any]:
    """The rights that a declaration gives, and by which access; see `preview/rights.py` for its reader."""
    consumers, runners = args.get("consumers", {}), args.get("runners", {})
    return {
        "registry": registry_host(args["account"], args["region"]),
        "repositories": sorted(args["repositories"]),
        "consumers": {path: _consumer(f"consumers.{path}", consumer) for path, consumer in consumers.items()},
        "runners": {name: _runner(f"runners.{name}.access", runner) for name, runner in runners.items()},
    }


def _consumer(where: str, consumer: ConsumerArgs) -> dict[str, Any]:
    pull, push = consumer.get("pull", []), consumer.get("push", [])
    with errors_under(where):
        access, kind = access_of(consumer), kind_of(consumer)
    if access is Access.ROTATED_VARIABLE and not pull:
        access = Access.JOB_ROLE  # who only pushes has no variable to rotate
    rights = _pulls(where, pull, consumer.get("caches", []), consumer.get("registries", []))
    return {
        "kind": kind.value,
        "access": access.value,
        **rights,
        **({"push": list(push)} if push else {}),
    }


def _runner(where: str, runner: RunnerOptions) -> dict[str, Any]:
    access = runner.get("access", {})
    rights = _pulls(where, access.get("pull", []), access.get("caches", []), access.get("registries", []))
    return {"access": declared_kind(access).value, **rights}


def _pulls(
    where: str, pull: Sequence[str], caches: Sequence[str], registries: Sequence[RegistryArgs]
) -> dict[str, Any]:
    found: dict[str, Any] = {"pull": [*pull, *(f"{prefix}/*" for prefix in caches)]}
    if registries:
        with errors_under(f"{where}.registries"):
            found["registries"] = [registry_host(each["account"], each["region"]) for each in registries]
    return found
