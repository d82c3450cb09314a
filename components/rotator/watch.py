"""Alerting: topic, alarms, dashboard."""

import pulumi
import pulumi_aws as aws

from ..contract import plan
from ..contract.schedule import Schedule
from .alarms import alarms
from .args import ResourceContext
from .dashboard import dashboard


def watch(context: ResourceContext, wanted: plan.Plan, schedule: Schedule, *, in_lambda: bool) -> list[pulumi.Resource]:
    """Creates topic, subscriptions, alarms and dashboard, and returns all of them."""
    name, args, names, child = context.name, context.args, context.names, context.child
    topic = aws.sns.Topic(f"{name}-alarms", name=f"{names.prefix}-alarms", tags=args.get("tags"), opts=child)
    after_topic = context.after(topic)
    subscriptions = [
        aws.sns.TopicSubscription(
            f"{name}-alarms-{address}",
            topic=names.alarm_topic_arn,
            protocol="email",
            endpoint=address,
            opts=after_topic,
        )
        for address in args.get("alarm_emails", [])
    ]
    notified = [names.alarm_topic_arn, *args.get("alarm_topics", [])]
    stack, has_token = wanted.stack, wanted.gitlab is not None
    shown = alarms(names, stack, schedule, in_lambda=in_lambda, has_token=has_token)
    made = [
        aws.cloudwatch.MetricAlarm(
            f"{name}-{key}",
            name=f"{names.prefix}-{key}",
            alarm_description=alarm.description,
            namespace=alarm.namespace,
            metric_name=alarm.metric,
            dimensions=dict([alarm.dimension]),
            statistic=alarm.statistic,
            comparison_operator=alarm.comparison,
            threshold=alarm.threshold,
            period=alarm.period,
            evaluation_periods=alarm.periods,
            datapoints_to_alarm=alarm.periods,
            treat_missing_data=alarm.missing,
            alarm_actions=[] if alarm.quiet else notified,
            ok_actions=[] if alarm.quiet else notified,
            tags=args.get("tags"),
            opts=after_topic,
        )
        for key, alarm in shown.items()
    ]
    arns = [names.arn("cloudwatch", f"alarm:{names.prefix}-{key}") for key in shown]
    body = dashboard(names, stack, arns, in_lambda=in_lambda, has_token=has_token)
    board = aws.cloudwatch.Dashboard(f"{name}-dashboard", dashboard_name=names.rotator, dashboard_body=body, opts=child)
    return [topic, *subscriptions, *made, board]
