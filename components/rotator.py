"""The rotator: a Lambda on a schedule that keeps every target's token valid, and says so when it cannot."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from .documents import iam_policies, plan, rotator_zip, trust_policies
from .documents.naming import Names
from .documents.schedule import Schedule, duration

_RUNTIME: Final = "python3.13"  # AWS, Lambda runtimes: supported until 2029-06-30
_TIMEOUT_SECONDS: Final = 300  # the deploy's run may wait 90 s for new roles
_MEMORY_MB: Final = 256
_NAMESPACE: Final = "GitLabEcr"  # of the metrics that the report writes
_DELIVERY_SECONDS: Final = 3600  # a run not delivered within the hour is left to the next one
_DEAD_LETTER_SECONDS: Final = 4 * 24 * 3600


class RotatorArgs(TypedDict):
    """What is rotated, how often, and who hears of it."""

    account: str
    """The twelve digits of the AWS account."""
    region: str
    """The region of the function."""
    prefix: str
    """Starts every name; 2 to 30 lower-case letters, digits and dashes."""
    role_path: NotRequired[str]
    """The IAM path of this stack's roles. Default `/<prefix>/`."""
    permissions_boundary: NotRequired[pulumi.Input[str]]
    """The ARN of a policy that bounds the roles made here. Default: none."""
    plan: str
    """The plan as JSON, from `documents.plan.dumps`."""
    interval: NotRequired[str]
    """From one run to the next. Default `2 hours`; 15 minutes or more."""
    tolerate_outage: NotRequired[str]
    """For how long every run may fail without an expired token anywhere. Default `7 hours`. Refused when the interval
    makes it impossible within the 12 hours that ECR's tokens live."""
    log_retention_days: NotRequired[pulumi.Input[int]]
    """How long CloudWatch keeps the reports. Default 90 days."""
    alarm_topics: NotRequired[list[pulumi.Input[str]]]
    """ARNs of SNS topics that alarms go to. Default: none, the alarms are then seen in CloudWatch only."""
    tags: NotRequired[dict[str, pulumi.Input[str]]]
    """Tags of everything here that can have them."""


class Rotator(pulumi.ComponentResource):
    """Function, schedule, dead letters, alarms, and one rotation at the end of every `up` that changed something.

    That rotation waits for what stands in `opts.depends_on`: the roles and the variables.
    """

    function_name: pulumi.Output[str]
    """The Lambda's name."""
    gitlab_token_secret: pulumi.Output[str]
    """The name of the empty Secrets Manager secret that waits for the GitLab token."""

    def __init__(self, name: str, args: RotatorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gitlab-ecr:index:Rotator", name, {}, opts)
        names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
        schedule = Schedule(
            duration(args.get("interval", "2 hours"), "interval"),
            duration(args.get("tolerate_outage", "7 hours"), "tolerate_outage"),
        )
        child = pulumi.ResourceOptions(parent=self)
        secret = aws.secretsmanager.Secret(
            f"{name}-gitlab-token",
            name=names.gitlab_token_secret,
            description="The GitLab token that writes the CI/CD variables; `gitlab-ecr token set` stores it",
            tags=args.get("tags"),
            opts=child,
        )
        dead_letters = aws.sqs.Queue(
            f"{name}-dead-letters",
            name=f"{names.rotator}-dead-letters",
            message_retention_seconds=_DEAD_LETTER_SECONDS,
            sqs_managed_sse_enabled=True,
            tags=args.get("tags"),
            opts=child,
        )
        function = _function(name, args, names, [secret, dead_letters], child)
        timetable = _schedule(name, args, names, schedule, pulumi.ResourceOptions(parent=self, depends_on=[function]))
        _alarms(name, args, names, schedule, child)
        _first_rotation(name, args, names, [*_awaited(opts), function, timetable], child)
        self.function_name = pulumi.Output.from_input(names.rotator)
        self.gitlab_token_secret = pulumi.Output.from_input(names.gitlab_token_secret)
        self.register_outputs({"functionName": self.function_name, "gitlabTokenSecret": self.gitlab_token_secret})


def _function(
    name: str,
    args: RotatorArgs,
    names: Names,
    needed: Sequence[pulumi.Resource],
    child: pulumi.ResourceOptions,
) -> aws.lambda_.Function:
    log_group = aws.cloudwatch.LogGroup(
        f"{name}-log",
        name=f"/aws/lambda/{names.rotator}",
        retention_in_days=args.get("log_retention_days", 90),
        tags=args.get("tags"),
        opts=child,
    )
    role = aws.iam.Role(
        f"{name}-role",
        name=names.rotator,
        path=names.path,
        description="The rotator: may ask for tokens as the pull-only roles, and has no rights on ECR of its own",
        assume_role_policy=iam_policies.policy_json(trust_policies.lambda_trust(names.account)),
        permissions_boundary=args.get("permissions_boundary"),
        tags=args.get("tags"),
        opts=child,
    )
    policy = aws.iam.RolePolicy(
        f"{name}-role",
        name="rotator",
        role=role.name,
        policy=iam_policies.policy_json(
            iam_policies.rotator_policy(
                pull_roles_arn=names.role_arn("*", names.pull_path),
                secret_arns=[
                    iam_policies.secret_arn_pattern(names.arn("secretsmanager", f"secret:{secret}"))
                    for secret in plan.secrets(plan.loads(args["plan"]))
                ],
                state_arn=names.arn("ssm", f"parameter{names.rotator_state}"),
                log_group_arn=names.arn("logs", f"log-group:/aws/lambda/{names.rotator}"),
                dead_letters_arn=_dead_letters_arn(names),
            )
        ),
        opts=child,
    )
    code = {path: pulumi.FileAsset(str(file)) for path, file in rotator_zip.code_files().items()}
    texts = {path: pulumi.StringAsset(text) for path, text in rotator_zip.texts(args["plan"]).items()}
    function = aws.lambda_.Function(
        f"{name}-function",
        name=names.rotator,
        description="Keeps the ECR tokens in GitLab's CI/CD variables valid",
        role=names.rotator_role_arn,
        runtime=_RUNTIME,
        architectures=["arm64"],
        handler=rotator_zip.HANDLER,
        code=pulumi.AssetArchive({**code, **texts}),
        timeout=_TIMEOUT_SECONDS,
        memory_size=_MEMORY_MB,
        logging_config={"log_format": "Text", "log_group": f"/aws/lambda/{names.rotator}"},
        tags=args.get("tags"),
        opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[policy, log_group, *needed])),
    )
    aws.lambda_.FunctionEventInvokeConfig(
        f"{name}-retries",
        function_name=names.rotator,
        maximum_retry_attempts=2,
        maximum_event_age_in_seconds=_DELIVERY_SECONDS,
        destination_config={"on_failure": {"destination": _dead_letters_arn(names)}},
        opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[function])),
    )
    return function


def _schedule(
    name: str, args: RotatorArgs, names: Names, schedule: Schedule, child: pulumi.ResourceOptions
) -> aws.scheduler.Schedule:
    group = aws.scheduler.ScheduleGroup(f"{name}-schedule", name=names.rotator, tags=args.get("tags"), opts=child)
    role_name = f"{names.rotator}-schedule"
    role = aws.iam.Role(
        f"{name}-schedule-role",
        name=role_name,
        path=names.path,
        description="EventBridge Scheduler: may invoke the rotator and drop what it cannot deliver",
        assume_role_policy=iam_policies.policy_json(
            trust_policies.scheduler_trust(names.account, names.arn("scheduler", f"schedule-group/{names.rotator}"))
        ),
        permissions_boundary=args.get("permissions_boundary"),
        tags=args.get("tags"),
        opts=child,
    )
    policy = aws.iam.RolePolicy(
        f"{name}-schedule-role",
        name="schedule",
        role=role.name,
        policy=iam_policies.policy_json(iam_policies.scheduler_policy(_function_arn(names), _dead_letters_arn(names))),
        opts=child,
    )
    return aws.scheduler.Schedule(
        f"{name}-schedule",
        name=names.rotator,
        group_name=names.rotator,
        description="Rotates the ECR tokens in GitLab's CI/CD variables",
        schedule_expression=schedule.expression,
        flexible_time_window={"mode": "OFF"},
        target={
            "arn": _function_arn(names),
            "role_arn": names.role_arn(role_name, names.path),
            "input": json.dumps({"fired_by": "schedule"}),
            "retry_policy": {"maximum_event_age_in_seconds": _DELIVERY_SECONDS, "maximum_retry_attempts": 10},
            "dead_letter_config": {"arn": _dead_letters_arn(names)},
        },
        opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[group, policy])),
    )


def _alarms(name: str, args: RotatorArgs, names: Names, schedule: Schedule, child: pulumi.ResourceOptions) -> None:
    aws.cloudwatch.MetricAlarm(
        f"{name}-no-rotation",
        name=f"{names.prefix}-no-rotation",
        alarm_description="No successful rotation: pipelines stop pulling when the present tokens end.",
        namespace=_NAMESPACE,
        metric_name="RotationSuccess",
        dimensions={"Stack": plan.loads(args["plan"]).stack},
        statistic="Sum",
        comparison_operator="LessThanThreshold",
        threshold=1,
        period=3600,
        evaluation_periods=schedule.alarm_hours,
        datapoints_to_alarm=schedule.alarm_hours,
        treat_missing_data="breaching",  # a rotator that never runs says nothing
        alarm_actions=args.get("alarm_topics"),
        ok_actions=args.get("alarm_topics"),
        tags=args.get("tags"),
        opts=child,
    )
    aws.cloudwatch.MetricAlarm(
        f"{name}-dead-letters",
        name=f"{names.prefix}-dead-letters",
        alarm_description="A rotation failed for good or could not be delivered; the message in the queue says which.",
        namespace="AWS/SQS",
        metric_name="ApproximateNumberOfMessagesVisible",
        dimensions={"QueueName": f"{names.rotator}-dead-letters"},
        statistic="Maximum",
        comparison_operator="GreaterThanThreshold",
        threshold=0,
        period=300,
        evaluation_periods=1,
        treat_missing_data="notBreaching",
        alarm_actions=args.get("alarm_topics"),
        ok_actions=args.get("alarm_topics"),
        tags=args.get("tags"),
        opts=child,
    )


def _first_rotation(
    name: str, args: RotatorArgs, names: Names, after: Sequence[pulumi.Resource], child: pulumi.ResourceOptions
) -> None:
    """One run after everything else; unchanged code, plan and targets run nothing."""
    aws.lambda_.Invocation(
        f"{name}-first-rotation",
        function_name=names.rotator,
        input=json.dumps({"fired_by": "deploy"}),
        triggers={
            "zip": rotator_zip.digest(args["plan"]),
            "plan": hashlib.sha256(args["plan"].encode()).hexdigest(),
        },
        opts=pulumi.ResourceOptions.merge(
            child, pulumi.ResourceOptions(depends_on=list(after), additional_secret_outputs=["result"])
        ),
    )


def _awaited(opts: pulumi.ResourceOptions | None) -> list[pulumi.Resource]:
    waited: Any = opts.depends_on if opts else None
    return [waited] if isinstance(waited, pulumi.Resource) else list(waited or [])


def _function_arn(names: Names) -> str:
    return names.arn("lambda", f"function:{names.rotator}")


def _dead_letters_arn(names: Names) -> str:
    return names.arn("sqs", f"{names.rotator}-dead-letters")
