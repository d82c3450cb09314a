"""The routes below `/api/v4`; importing this package registers them all."""

from . import merge_requests, namespaces, protection, runners, schedules, tokens, variables

__all__ = ["merge_requests", "namespaces", "protection", "runners", "schedules", "tokens", "variables"]
