"""The routes below `/api/v4`; importing this package registers them all."""

from . import environments, merge_requests, namespaces, protection, runners, schedules, tokens, variables

__all__ = ["environments", "merge_requests", "namespaces", "protection", "runners", "schedules", "tokens", "variables"]
