"""Stands before the API for runners, as GitLab's Workhorse does: it holds a request whose runner has seen the queue."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from .call import State
from .messages import Reply

_POLLING = "Gitlab-Ci-Builds-Polling"


def held(
    state: State, segments: tuple[str, ...], params: Mapping[str, Any], stopping: Callable[[], bool]
) -> Reply | None:
    """The answer to a request that has waited, or None for one that goes on to the API at once.

    Nobody gets a job at the end of a wait: the change is a reason to ask again.
    """
    seen = params.get("last_update")
    if segments != ("jobs", "request") or not params.get("token") or not seen or seen != state.jobs.version:
        return None
    state.jobs.wait(lambda: seen != state.jobs.version or stopping(), state.long_poll)
    return Reply(HTTPStatus.NO_CONTENT, b"", {_POLLING: "yes"})
