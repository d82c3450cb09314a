"""The dispatcher with its table filled: each of these modules adds its routes as it is imported."""

from rehearsal.gitlab.router import dispatch

from . import (
    environments,
    instance_variables,
    jobs,
    members,
    merge_requests,
    namespaces,
    protection,
    runners,
    schedule_variables,
    schedules,
    tokens,
    variables,
)

__all__ = [
    "dispatch",
    "environments",
    "instance_variables",
    "jobs",
    "members",
    "merge_requests",
    "namespaces",
    "protection",
    "runners",
    "schedule_variables",
    "schedules",
    "tokens",
    "variables",
]
