"""What is wrong with a consumer, said at its place in the declaration."""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from ..names.choices import choice
from ..names.gitlab_release import GITLAB_COM
from ..variables.targets import OwnerKind, VariableType
from .args import Access, ConsumerArgs

_BELONGS_TO: Final[Mapping[str, frozenset[Access]]] = {
    "pull": frozenset({Access.ROTATED_VARIABLE, Access.JOB_ROLE, Access.ACCESS_KEYS}),
    "registries": frozenset({Access.ROTATED_VARIABLE, Access.CREDENTIAL_HELPER, Access.JOB_ROLE, Access.ACCESS_KEYS}),
    "host_forms": frozenset({Access.ROTATED_VARIABLE, Access.CREDENTIAL_HELPER}),
    "caches": frozenset({Access.ROTATED_VARIABLE, Access.JOB_ROLE}),
    "generation": frozenset({Access.ROTATED_VARIABLE}),
    "auths": frozenset({Access.STATIC}),
    "helper": frozenset({Access.CREDENTIAL_HELPER, Access.CREDENTIALS_STORE}),
    "variable_type": frozenset(Access) - {Access.JOB_ROLE, Access.ACCESS_KEYS},
    "hidden": frozenset(Access) - {Access.JOB_ROLE},
    "protected": frozenset(Access) - {Access.JOB_ROLE},
    "environment_scopes": frozenset(Access) - {Access.JOB_ROLE},
    "unprotected_refs": frozenset({Access.JOB_ROLE}),
    "adopt": frozenset({Access.ROTATED_VARIABLE}),
    "foreign_auths_secret": frozenset({Access.ROTATED_VARIABLE}),
    "long_lived_keys": frozenset({Access.ACCESS_KEYS}),
}
_CHOICES: Final[Mapping[str, type[Enum]]] = {"access": Access, "kind": OwnerKind, "variable_type": VariableType}
_FOR_JOBS: Final = ("branches", "tags", "namespace_id")


def access_of(consumer: ConsumerArgs) -> Access:
    """The consumer's access, `rotated-variable` unless it says otherwise."""
    return choice(Access, consumer.get("access", Access.ROTATED_VARIABLE), "access")


def kind_of(consumer: ConsumerArgs) -> OwnerKind:
    """Whether the consumer is a project, as it is unless it says otherwise, or a group."""
    return choice(OwnerKind, consumer.get("kind", OwnerKind.PROJECT), "kind")


def has_job_role(consumer: ConsumerArgs) -> bool:
    """Whether the project's jobs assume a role of their own."""
    return bool(consumer.get("push")) or access_of(consumer) is Access.JOB_ROLE


def check_consumers(consumers: Mapping[str, ConsumerArgs], gitlab_url: str) -> None:
    """Stops a declaration whose consumers contradict themselves or each other.

    Raises:
        ValueError: names the consumer, its key, and what to write.
    """
    owners: dict[str, str] = {}
    for path, consumer in consumers.items():
        where = f"consumers.{path}"
        _check_keys(where, consumer)
        _check_needs(where, consumer)
        _check_jobs(where, consumer, gitlab_url)
        owner = f"{kind_of(consumer)} {consumer.get('id', path)}"
        if owner in owners:
            raise ValueError(f"{where}.id: consumers.{owners[owner]} is {owner} too; write one consumer for it")
        owners[owner] = path


def _check_keys(where: str, consumer: ConsumerArgs) -> None:
    for key, choices in _CHOICES.items():
        if (value := consumer.get(key)) is not None:
            choice(choices, value, f"{where}.{key}")
    access = access_of(consumer)
    for key, accesses in _BELONGS_TO.items():
        if consumer.get(key) and access not in accesses:
            names = " or ".join(sorted(other.value for other in accesses))
            raise ValueError(f"{where}.{key}: means nothing with access {access.value}; leave it out, or write {names}")
    scopes = consumer.get("environment_scopes", ["*"])
    if not scopes or len(set(scopes)) != len(scopes):
        raise ValueError(
            f"{where}.environment_scopes: got {scopes}; write each scope once, or leave it out for all jobs"
        )


def _check_needs(where: str, consumer: ConsumerArgs) -> None:
    match access_of(consumer):
        case Access.ROTATED_VARIABLE if not consumer.get("pull") and not consumer.get("push"):
            raise ValueError(f"{where}.pull: got none; write repositories, or a pattern such as ci/*")
        case Access.ACCESS_KEYS | Access.JOB_ROLE if not consumer.get("pull"):
            raise ValueError(f"{where}.pull: got none; write repositories, or a pattern such as ci/*")
        case Access.ACCESS_KEYS if consumer.get("long_lived_keys") is not True:
            raise ValueError(
                f"{where}.long_lived_keys: got {consumer.get('long_lived_keys')!r}; access keys never expire: write "
                "true when scripts cannot do without them, or leave access out for a variable that is rotated"
            )
        case Access.ACCESS_KEYS if len(consumer.get("environment_scopes", ["*"])) > 1:
            raise ValueError(
                f"{where}.environment_scopes: got {consumer.get('environment_scopes')}; an IAM user has one pair of "
                "variables, as a secret that reached one of two places could never be brought to the other: write one"
            )
        case Access.STATIC if not consumer.get("auths"):
            raise ValueError(f"{where}.auths: got none; write username and password by registry host")
        case _:
            pass


def _check_jobs(where: str, consumer: ConsumerArgs, gitlab_url: str) -> None:
    if not has_job_role(consumer):
        if given := [key for key in _FOR_JOBS if key in consumer]:
            raise ValueError(
                f"{where}.{given[0]}: means nothing without push; leave it out, or write push, or access job-role"
            )
        return
    key = "push" if consumer.get("push") else "access"
    if access_of(consumer) is Access.ACCESS_KEYS:
        raise ValueError(
            f"{where}.push: AWS's clients take access keys before a role, so jobs would push with keys that only "
            "pull; write a second consumer, or leave access out"
        )
    if kind_of(consumer) is not OwnerKind.PROJECT:
        raise ValueError(
            f"{where}.{key}: a group has no jobs of its own, and a role that all of its projects may assume would let "
            "each overwrite the images of the others, and trust projects that do not exist yet; write each project as "
            "a consumer"
        )
    if gitlab_url == GITLAB_COM and (missing := [key for key in ("id", "namespace_id") if key not in consumer]):
        raise ValueError(
            f"{where}.{missing[0]}: missing; write the number, which GitLab shows on the "
            f"{'project' if missing[0] == 'id' else 'group'}'s page: its path could be taken over after a rename"
        )
    if consumer.get("unprotected_refs") and (consumer.get("push") or gitlab_url != GITLAB_COM):
        reason = (
            "a role that pushes trusts protected refs only"
            if consumer.get("push")
            else f"of {gitlab_url} AWS reads no claim that tells a protected ref, and trusts the named ones only"
        )
        raise ValueError(f"{where}.unprotected_refs: got True; {reason}: leave it out")
