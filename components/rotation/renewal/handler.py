"""The renewal's entry point. It has the same zip and plan, but its own function, role and schedule."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ...contract import plan as plans
from ..aws import AwsError, BotoAws
from ..clock import Deadline, SystemClock
from ..gitlab import GitLabError
from ..handler import Context, fired_by
from ..secret import TokenError
from ..workers import bounded, unexpected
from .gitlab_tokens import GitLabTokens, http_for_tokens
from .renew import RenewalError, renew
from .secret_versions import SecretVersions

_PLAN: Final = Path(__file__).parents[2] / "plan.json"
_LAST_SECONDS: Final = 5.0


class RenewalFailedError(Exception):
    """The GitLab token was due for renewal and was not renewed. The message says why, without the token."""


def handle(event: Mapping[str, Any], context: Context) -> dict[str, str]:
    """Renews the rotator's GitLab token, if it expires soon enough.

    Args:
        event: `{"fired_by": "schedule"}`, as for a rotation.
        context: the runtime's context.

    Raises:
        ValueError: the event is anything else.
        RenewalFailedError: the token was not renewed; a person or the next run has to do it.
    """
    fired_by(event)
    seconds = context.get_remaining_time_in_millis() / 1000
    return {"done": run(plans.loads(_PLAN.read_text()), seconds, run_id=context.aws_request_id)}


def run(plan: plans.Plan, seconds: float, *, run_id: str) -> str:
    """Runs one renewal with the environment's credentials, and prints what it did.

    Args:
        plan: the plan that names the secret of the token.
        seconds: how long it may take.
        run_id: names this run.

    Returns:
        What was done.

    Raises:
        RenewalFailedError: the token was due for renewal and was not renewed.
    """
    for chatty in ("botocore", "urllib3"):  # at DEBUG, both would write tokens into the log
        logging.getLogger(chatty).setLevel(logging.WARNING)
    if plan.gitlab is None:
        raise _failed("the plan has no GitLab, so there is no token to renew")
    clock, gitlab = SystemClock(), plan.gitlab
    deadline = Deadline(clock, seconds - _LAST_SECONDS)
    http = http_for_tokens(gitlab, deadline)
    store = SecretVersions(BotoAws(plan.region).client("secretsmanager"), gitlab.token_secret)
    api = GitLabTokens(gitlab.url, http)
    try:
        done = bounded(lambda: renew(store, api, clock, run=run_id), deadline.remaining())
    except (RenewalError, GitLabError, AwsError, TokenError) as error:
        raise _failed(str(error)) from None
    except Exception as error:  # noqa: BLE001 - what a library says may hold the token
        raise _failed(unexpected(error)) from None
    if done is None:
        raise _failed("it did not end in time; the next run continues")
    _print({"done": done})
    return done


def _failed(why: str) -> RenewalFailedError:
    _print({"failed": why})
    return RenewalFailedError(why)


def _print(result: Mapping[str, str]) -> None:
    print(json.dumps({"gitlab_ecr_renewal": result}), flush=True)  # noqa: T201 - the report belongs in the log
