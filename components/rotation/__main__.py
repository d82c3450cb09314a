"""`python -m gitlab_ecr.rotation`: one rotation, or one renewal, as a GitLab scheduled job or a person runs it.

AWS credentials are those of the environment; in a job, `AWS_ROLE_ARN` and `AWS_WEB_IDENTITY_TOKEN_FILE`.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import uuid4

from ..contract import plan as plans
from ..contract.firing import FiredBy
from . import metrics
from .aws import AwsError, BotoAws
from .handler import run
from .renewal.handler import RenewalFailedError
from .renewal.handler import run as run_renewal
from .report import Report
from .workers import bounded

_PLAN: Final = Path(__file__).parents[1] / "plan.json"
_SECONDS: Final = 900.0
_METRICS_SECONDS: Final = 60.0


def main(arguments: list[str] | None = None) -> int:
    """Returns 0 if everything was done, 1 if something failed, 2 if the plan cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m gitlab_ecr.rotation", description=__doc__)
    parser.add_argument("task", choices=["rotate", "renew"], nargs="?", default="rotate")
    parser.add_argument("--plan", type=Path, default=_PLAN, metavar="FILE")
    parser.add_argument(
        "--fired-by", choices=[FiredBy.SCHEDULE.value, FiredBy.MANUAL.value], default=FiredBy.MANUAL.value
    )
    parser.add_argument(
        "--put-metrics",
        action="store_true",
        help="send a rotation's metrics to CloudWatch, which only reads them from Lambda's log",
    )
    options = parser.parse_args(arguments)
    try:
        plan = plans.loads(options.plan.read_text())
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{options.plan}: {error}\n")
        return 2
    if options.task == "renew":
        return _renew(plan)
    return _rotate(plan, FiredBy(options.fired_by), put_metrics=options.put_metrics)


def _rotate(plan: plans.Plan, fired_by: FiredBy, *, put_metrics: bool) -> int:
    report = run(plan, _SECONDS, fired_by=fired_by, run_id=str(uuid4()))
    failures = list(report.failures)
    if put_metrics:
        try:
            why = "" if bounded(lambda: _put_metrics(plan, report), _METRICS_SECONDS) else "it took too long"
        except AwsError as error:
            why = str(error)
        if why:
            failures.append(f"metrics: {why}; the alarms do not see this run")
    return _show(failures, report.notes)


def _put_metrics(plan: plans.Plan, report: Report) -> bool:
    metrics.put(report, BotoAws(plan.region).client("cloudwatch"))
    return True


def _renew(plan: plans.Plan) -> int:
    try:
        run_renewal(plan, _SECONDS, run_id=str(uuid4()))
    except RenewalFailedError as error:
        return _show([str(error)])
    return 0


def _show(failures: Sequence[str], notes: Sequence[str] = ()) -> int:
    """Prints the lines, and returns the exit code."""
    sys.stderr.write("".join(f"{line}\n" for line in [*failures, *notes]))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
