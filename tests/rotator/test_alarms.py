"""Alarms, their topic, and the dashboard."""

import json
import re
from pathlib import Path
from typing import Any

from rotator_args import made, rotator

from validation.recorder import Recorder

_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_RETRIES = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
_TOPIC = "arn:aws:sns:eu-central-1:123456789012:gitlab-ecr-alarms"


def _alarm(recorder: Recorder, key: str) -> dict[str, Any]:
    return recorder.one(_ALARM, f"rotator-{key}").inputs


def test_the_alarm_of_the_whole_rotator_fires_when_nothing_runs() -> None:
    recorder = rotator()
    alarm = _alarm(recorder, "no-rotation")
    assert alarm["treatMissingData"] == "breaching"
    assert (alarm["metricName"], alarm["statistic"], alarm["comparisonOperator"], alarm["threshold"]) == (
        "RotationSuccess", "Sum", "LessThanThreshold", 1,
    )  # fmt: skip
    assert alarm["dimensions"] == {"Stack": "test"}
    fired_at_the_latest = alarm["period"] * (alarm["evaluationPeriods"] + 1)
    assert alarm["period"] * alarm["evaluationPeriods"] <= 604_800  # CloudWatch's own limit
    assert 12 * 3600 - fired_at_the_latest >= 7 * 3600


def test_every_alarm_except_the_quiet_one_goes_to_the_topic(recorder: Recorder) -> None:
    made(recorder, alarm_topics=["arn:aws:sns:eu-central-1:123456789012:on-call"])
    alarms = recorder.of_type(_ALARM)
    assert "rotator-targets-gone" in {alarm.name for alarm in alarms}
    for alarm in alarms:
        quiet = alarm.name == "rotator-targets-gone"
        actions = [] if quiet else [_TOPIC, "arn:aws:sns:eu-central-1:123456789012:on-call"]
        assert alarm.inputs["alarmActions"] == alarm.inputs["okActions"] == actions
        assert alarm.inputs["period"] % 60 == 0
        assert "rotator-alarms" in alarm.dependencies


def test_a_token_that_is_not_replaced_raises_an_alarm_hours_before_its_end() -> None:
    recorder = rotator()
    alarm = _alarm(recorder, "token-ending")
    assert (alarm["threshold"], alarm["period"], alarm["statistic"]) == (5 * 3600, 7200, "Minimum")
    assert alarm["threshold"] - 2 * 3600 >= 3 * 3600
    days = _alarm(recorder, "gitlab-token-ending")
    assert (days["threshold"], days["metricName"]) == (30, "GitLabTokenDaysRemaining")


def test_alarm_emails_are_subscriptions_of_the_topic(recorder: Recorder) -> None:
    made(recorder, alarm_emails=["on-call@example.com"])
    subscription = recorder.one("aws:sns/topicSubscription:TopicSubscription")
    assert subscription.inputs == {"topic": _TOPIC, "protocol": "email", "endpoint": "on-call@example.com"}


def test_the_dashboard_is_json_and_shows_every_alarm() -> None:
    recorder = rotator()
    body = json.loads(recorder.one("aws:cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])
    shown = body["widgets"][0]["properties"]["alarms"]
    assert sorted(arn.rpartition(":")[2] for arn in shown) == sorted(
        alarm.inputs["name"] for alarm in recorder.of_type(_ALARM)
    )
    assert all(widget["x"] + widget["width"] <= 24 for widget in body["widgets"])


def test_the_page_has_a_section_for_each_alarm_and_lists_it_at_the_top(recorder: Recorder) -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    made(recorder)
    names = {alarm.name.removeprefix("rotator-") for alarm in recorder.of_type(_ALARM)}
    assert set(re.findall(r"^\| \[`([\w-]+)`\]\(#\1\) \|", page, re.MULTILINE)) == names
    assert set(re.findall(r"^## ([\w-]+)$", page, re.MULTILINE)) >= names


def test_during_an_outage_the_alarms_fire_as_the_page_states(recorder: Recorder) -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    made(recorder)
    retries = recorder.one(_RETRIES, "rotator-function-retries").inputs
    assert f"`dead-letters`, after {int(retries['maximumRetryAttempts']) + 1} attempts" in page
    failed = _alarm(recorder, "targets-failed")
    assert (failed["evaluationPeriods"], "after two runs `targets-failed`" in page) == (2, True)
    without_any_run = {key: _alarm(recorder, key)["treatMissingData"] for key in ("targets-failed", "no-rotation")}
    assert without_any_run == {"targets-failed": "ignore", "no-rotation": "breaching"}
    assert _alarm(recorder, "dead-letters")["treatMissingData"] == "notBreaching"
    assert "neither `dead-letters` nor `targets-failed` fires, only `no-rotation`" in page
