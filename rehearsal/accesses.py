"""Which access each consumer in a declaration has, and what that requires in GitLab."""

from collections.abc import Mapping
from typing import Any, Final

JOB_SECRET: Final = "job-secret"  # noqa: S105 - a kind of access
_DEFAULT: Final = "rotated-variable"
ROTATED: Final = (_DEFAULT, JOB_SECRET)
"""The accesses whose login the rotator writes."""


def access_of(consumer: Mapping[str, Any]) -> str:
    """The consumer's access, in the stack file's spelling."""
    access = consumer.get("access")
    return _DEFAULT if access is None else str(getattr(access, "value", access))


def needs_rotator_token(declaration: Mapping[str, Any]) -> bool:
    """Whether the rotator has a GitLab token: it needs none if it only writes secrets for jobs."""
    declared = declaration.get("consumers", {}).values()
    writes = any(
        access_of(each) == "access-keys" or (access_of(each) == _DEFAULT and each.get("pull")) for each in declared
    )
    return writes or not any(access_of(each) == JOB_SECRET for each in declared)


def is_managed(declaration: Mapping[str, Any]) -> bool:
    """Whether Secrets Manager itself renews the rotator's GitLab token."""
    return str(declaration.get("rotation", {}).get("token_renewal", "own")) == "managed"


def needs_any_token(declaration: Mapping[str, Any]) -> bool:
    """Whether anything of the stack is in GitLab, for Pulumi or the rotator."""
    in_gitlab = any(
        access_of(each) != JOB_SECRET or each.get("push") for each in declaration.get("consumers", {}).values()
    )
    jobs = "job" in declaration.get("rotation", {})
    return in_gitlab or jobs or bool(declaration.get("runners")) or needs_rotator_token(declaration)
