"""The routes below `/api/v4`; importing this package registers them all."""

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
