"""The rotator's alarms: each fires hours before a pipeline fails, even when nothing runs at all.

`token-ending` is about a single target, `no-rotation` about the whole rotator; the others give the cause, earlier.
"""

from dataclasses import dataclass
from typing import Final

from ..contract.metric_names import DIMENSION, NAMESPACE, Metric
from ..contract.schedule import Schedule
from ..names.naming import Names

TOKEN_DAYS: Final = 30
"""The alarm fires when the rotator's GitLab token has fewer days left; it should have been renewed 30 days earlier."""
_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR


@dataclass(frozen=True)
class Alarm:
    """One CloudWatch alarm, with CloudWatch's terms.

    Attributes:
        description: what is wrong and what follows; docs/operations.md says what to do.
        namespace: the namespace of the metric.
        metric: the metric's name.
        dimension: the one dimension, name and value.
        statistic: over a period.
        comparison: how the statistic compares with the threshold when the alarm fires.
        threshold: the threshold in the metric's unit.
        period: seconds.
        periods: how many periods in a row the comparison has to hold.
        missing: what a period without data means.
        quiet: shown in CloudWatch, sent to no one.
    """

    description: str
    namespace: str
    metric: str
    dimension: tuple[str, str]
    statistic: str
    comparison: str
    threshold: float
    period: int
    periods: int
    missing: str
    quiet: bool = False


def alarms(
    names: Names, stack: str, schedule: Schedule, *, in_lambda: bool = True, has_token: bool = True
) -> dict[str, Alarm]:
    """The alarms of one rotator, by name without the prefix.

    Without a function there is no alarm on dead letters, and without a GitLab token none on its end.
    """

    def own(
        description: str,
        metric: str,
        statistic: str,
        comparison: str,
        threshold: float,
        *,
        period: int = schedule.period_seconds,
        periods: int = 1,
        missing: str = "ignore",
        quiet: bool = False,
    ) -> Alarm:
        of_stack = (DIMENSION, stack)
        return Alarm(
            description, NAMESPACE, metric, of_stack, statistic, comparison, threshold, period, periods, missing, quiet
        )

    below, above = "LessThanThreshold", "GreaterThanThreshold"
    dead_letters = Alarm(
        "A run failed for good or could not be delivered; the message in the queue says which.",
        "AWS/SQS", "ApproximateNumberOfMessagesVisible", ("QueueName", names.dead_letters),
        "Maximum", above, 0, period=300, periods=1, missing="notBreaching",
    )  # fmt: skip
    token_ending = own(
        "The rotator's own GitLab token ends soon and was not renewed: no variable is written after that.",
        Metric.GITLAB_TOKEN_DAYS_REMAINING, "Minimum", below, TOKEN_DAYS, period=_DAY,
    )  # fmt: skip
    return {
        "no-rotation": own(
            "No successful rotation: pipelines stop pulling when the present tokens end.",
            Metric.ROTATION_SUCCESS, "Sum", below, 1,
            period=_HOUR, periods=schedule.alarm_hours, missing="breaching",  # a rotator that never runs sends no data
        ),
        "token-ending": own(
            "A variable's token is near its end and is not replaced: the consumer's pipelines stop pulling then.",
            Metric.TOKEN_SECONDS_REMAINING, "Minimum", below, schedule.ending_seconds,
        ),
        "targets-failed": own(
            "Variables were not written in two runs in a row; the report in the log names them.",
            # Lambda retries a failed run at once, so the minimum of a period is what finally failed.
            Metric.TARGETS_FAILED, "Minimum", above, 0, periods=2,
        ),
        "targets-gone": own(
            "Variables whose project or group is gone; the report in the log names the lines to delete.",
            Metric.TARGETS_GONE, "Maximum", above, 0, quiet=True,
        ),
        "token-died-early": own(
            "A registry refused a token before its end: unless it was revoked on purpose, shorten the interval.",
            Metric.TOKEN_DIED_EARLY, "Maximum", above, 0,
        ),
        **({"gitlab-token-ending": token_ending} if has_token else {}),
        **({"dead-letters": dead_letters} if in_lambda else {}),
    }  # fmt: skip
