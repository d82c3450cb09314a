"""Which access each consumer in a declaration has, and what that requires in GitLab."""

from collections.abc import Mapping
from typing import Any, Final

from components import Access
from components.contract.token_renewal import TokenRenewal

ROTATED: Final = (Access.ROTATED_VARIABLE, Access.JOB_SECRET)
"""The accesses whose login the rotator writes."""


def access_of(consumer: Mapping[str, Any]) -> Access:
    """The consumer's access; `rotated-variable` by default."""
    return Access(consumer.get("access") or Access.ROTATED_VARIABLE)


def needs_rotator_token(declaration: Mapping[str, Any]) -> bool:
    """Whether the rotator has a GitLab token: it needs none if it only writes secrets for jobs."""
    declared = declaration.get("consumers", {}).values()
    writes = any(
        access_of(each) is Access.ACCESS_KEYS or (access_of(each) is Access.ROTATED_VARIABLE and each.get("pull"))
        for each in declared
    )
    return writes or not any(access_of(each) is Access.JOB_SECRET for each in declared)


def is_managed(declaration: Mapping[str, Any]) -> bool:
    """Whether Secrets Manager itself renews the rotator's GitLab token."""
    return declaration.get("rotation", {}).get("token_renewal") == TokenRenewal.MANAGED


def needs_any_token(declaration: Mapping[str, Any]) -> bool:
    """Whether anything of the stack is in GitLab, for Pulumi or the rotator."""
    in_gitlab = any(
        access_of(each) is not Access.JOB_SECRET or each.get("push")
        for each in declaration.get("consumers", {}).values()
    )
    jobs = "job" in declaration.get("rotation", {})
    return in_gitlab or jobs or bool(declaration.get("runners")) or needs_rotator_token(declaration)
