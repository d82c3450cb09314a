"""`python -m gitlab_ecr.rotation`: one rotation, as a GitLab scheduled job or a person on a laptop runs it.

AWS credentials are those of the environment; in a job, `AWS_ROLE_ARN` and `AWS_WEB_IDENTITY_TOKEN_FILE`.
"""

import argparse
import sys
from pathlib import Path
from typing import Final
from uuid import uuid4

from ..documents import plan as plans
from .handler import run

_PLAN: Final = Path(__file__).parents[1] / "plan.json"
_SECONDS: Final = 900.0


def main(arguments: list[str] | None = None) -> int:
    """0 when everything was rotated, 1 when something was not, 2 for a plan that cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m gitlab_ecr.rotation", description=__doc__)
    parser.add_argument("--plan", type=Path, default=_PLAN, metavar="FILE")
    parser.add_argument("--fired-by", choices=["schedule", "manual"], default="manual")
    options = parser.parse_args(arguments)
    try:
        plan = plans.loads(options.plan.read_text())
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{options.plan}: {error}\n")
        return 2
    report = run(plan, _SECONDS, fired_by=options.fired_by, run_id=str(uuid4()))
    sys.stderr.write("".join(f"{line}\n" for line in [*report.failures, *report.notes]))
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
