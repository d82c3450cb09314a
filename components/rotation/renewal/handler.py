"""The renewal job's entry: the same zip and plan, another function, another role, another schedule."""

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
from ..http import PooledHttp
from .gitlab_tokens import GitLabTokens
from .renew import RenewalError, renew
from .secret_versions import SecretVersions

_PLAN: Final = Path(__file__).parents[2] / "plan.json"
_LAST_SECONDS: Final = 5.0


class RenewalFailedError(Exception):
    """At least one GitLab token was not renewed though it should have been; a line for each, without a token."""


def handle(event: Mapping[str, Any], context: Context) -> dict[str, str]:
    """Renews each of the plan's GitLab tokens that is near enough to its end.

    Args:
        event: `{"fired_by": "schedule"}`, as for a rotation.
        context: the runtime's.

    Raises:
        ValueError: another event.
        RenewalFailedError: a token needs a person, or the next run.
    """
    fired_by(event)
    seconds = context.get_remaining_time_in_millis() / 1000
    done, failed = run(plans.loads(_PLAN.read_text()), seconds, run_id=context.aws_request_id)
    if failed:
        raise RenewalFailedError("; ".join(failed))
    return done


def run(plan: plans.Plan, seconds: float, *, run_id: str) -> tuple[dict[str, str], list[str]]:
    """One renewal with the credentials of the environment; what it did goes to standard output.

    Args:
        plan: whose tokens.
        seconds: when it has to be over.
        run_id: names this run.

    Returns:
        What was done, by the token's name, and a line for each token that was not renewed though it should have been.
    """
    for chatty in ("botocore", "urllib3"):  # at DEBUG, both would write tokens into the log
        logging.getLogger(chatty).setLevel(logging.WARNING)
    clock, gitlab = SystemClock(), plan.gitlab
    deadline = Deadline(clock, seconds - _LAST_SECONDS)
    http = PooledHttp(
        clock,
        deadline,
        connections=1,
        ca_bundle=gitlab.ca_bundle,
        proxy=gitlab.proxy,
        allow_http=gitlab.allow_http,
    )
    client = BotoAws(plan.region).client("secretsmanager")
    done: dict[str, str] = {}
    failed: list[str] = []
    for name, secret_id in plan.gitlab.tokens.items():
        store = SecretVersions(client, secret_id)
        try:
            done[name] = renew(store, GitLabTokens(gitlab.url, http), clock, run=run_id)
        except (RenewalError, GitLabError, AwsError, ValueError) as error:
            failed.append(f"{name}: {error}")
    print(json.dumps({"gitlab_ecr_renewal": {"done": done, "failed": failed}}), flush=True)  # noqa: T201 - the log is the report's place
    return done, failed
