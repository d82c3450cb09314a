"""The rotator's two functions, each with a log group, role, retries and schedule."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from ..contract import plan
from ..contract.firing import FiredBy, event
from ..iam import policies as iam_policies
from ..iam import trust as trust_policies
from ..names.naming import Names
from . import code_zip as rotator_zip
from .args import ResourceContext, RotatorArgs
from .rights import inline_policy, renewal_policy, role, rotation_policy

_RUNTIME: Final = "python3.13"  # AWS, Lambda runtimes: supported until 2029-06-30
_MEMORY_MB: Final = 256
_SECONDS: Final = 300  # the run at deploy may wait 90 s for new roles and for slow answers
_LONGEST_SECONDS: Final = 900  # Lambda's own limit
_WINDOW_MINUTES: Final = 5
_DELIVERY_SECONDS: Final = 3600  # a run not delivered within the hour is left to the next one


@dataclass(frozen=True)
class Job:
    """A function on a schedule.

    Attributes:
        key: the part that tells the names of its resources from those of the other function.
        name: the name of the function, its role, its schedule group and its schedule.
        handler: the handler in the zip.
        policy: the policy of its role.
        description: the description of the function and the schedule.
        expression: the schedule, as EventBridge Scheduler writes it.
        seconds: the function's time limit.
    """

    key: str
    name: str
    handler: str
    policy: iam_policies.Document
    description: str
    expression: str
    seconds: int


def rotation_job(names: Names, args: RotatorArgs, wanted: plan.Plan, expression: str) -> Job:
    """The rotation itself."""
    policy = rotation_policy(names, wanted, _own(names, args, names.rotator))
    pace = wanted.gitlab.requests_per_second if wanted.gitlab else 1
    writing = math.ceil(2 * len(wanted.targets) / pace)
    return Job(
        "function",
        names.rotator,
        rotator_zip.HANDLER,
        policy,
        "Keeps the ECR tokens in GitLab's CI/CD variables valid"
        if wanted.gitlab
        else "Keeps the ECR tokens in secrets valid, which GitLab's jobs read",
        expression,
        min(_LONGEST_SECONDS, _SECONDS + writing),
    )


def renewal_job(names: Names, args: RotatorArgs, token_secret: str) -> Job:
    """The renewal of the rotator's own GitLab token."""
    policy = renewal_policy(names, token_secret, _own(names, args, names.renewal))
    return Job(
        "renewal",
        names.renewal,
        rotator_zip.RENEWAL_HANDLER,
        policy,
        "Renews the rotator's own GitLab token, weeks before its end",
        "rate(1 day)",
        120,
    )


def function(context: ResourceContext, job: Job, needed: Sequence[pulumi.Resource]) -> list[pulumi.Resource]:
    """Creates the function, after its log group and policy, and its retry settings."""
    name, args, names = context.name, context.args, context.names
    log_group = aws.cloudwatch.LogGroup(
        f"{name}-{job.key}-log",
        name=f"/aws/lambda/{job.name}",
        retention_in_days=args.get("log_retention_days", 90),
        tags=args.get("tags"),
        opts=context.child,
    )
    trusted = role(context, job.key, job.name, iam_policies.policy_json(trust_policies.lambda_trust(names.account)))
    policy = inline_policy(context, job.key, trusted, "rotator", job.policy)
    made = aws.lambda_.Function(
        f"{name}-{job.key}",
        name=job.name,
        description=job.description,
        role=names.role_arn(job.name, names.path),
        runtime=_RUNTIME,
        architectures=["arm64"],
        handler=job.handler,
        code=context.of_plan(_zip),
        timeout=job.seconds,
        memory_size=_MEMORY_MB,
        logging_config={"log_format": "Text", "log_group": f"/aws/lambda/{job.name}"},
        vpc_config=_vpc(args),
        reserved_concurrent_executions=args.get("reserved_concurrency"),
        tags=args.get("tags"),
        opts=context.after(policy, log_group, *needed),
    )
    retries = aws.lambda_.FunctionEventInvokeConfig(
        f"{name}-{job.key}-retries",
        function_name=job.name,
        maximum_retry_attempts=2,
        maximum_event_age_in_seconds=_DELIVERY_SECONDS,
        destination_config={"on_failure": {"destination": names.arn("sqs", names.dead_letters)}},
        opts=context.after(made),
    )
    return [made, retries]


def _zip(plan: str) -> pulumi.Archive:
    code = {path: pulumi.FileAsset(str(file)) for path, file in rotator_zip.code_files().items()}
    texts = {path: pulumi.StringAsset(text) for path, text in rotator_zip.texts(plan).items()}
    return pulumi.AssetArchive({**code, **texts})


def schedule(context: ResourceContext, job: Job, runs: Sequence[pulumi.Resource]) -> aws.scheduler.Schedule:
    """Creates the schedule of a function; the schedule's role may only invoke that function."""
    name, args, names = context.name, context.args, context.names
    group = aws.scheduler.ScheduleGroup(
        f"{name}-{job.key}-schedule", name=job.name, tags=args.get("tags"), opts=context.child
    )
    trust = trust_policies.scheduler_trust(names.account, names.arn("scheduler", f"schedule-group/{job.name}"))
    role_name = f"{job.name}-schedule"
    trusted = role(context, f"{job.key}-schedule", role_name, iam_policies.policy_json(trust))
    function_arn = names.arn("lambda", f"function:{job.name}")
    dead_letters_arn = names.arn("sqs", names.dead_letters)
    rights = iam_policies.scheduler_policy(function_arn, dead_letters_arn)
    policy = inline_policy(context, f"{job.key}-schedule", trusted, "schedule", rights)
    return aws.scheduler.Schedule(
        f"{name}-{job.key}-schedule",
        name=job.name,
        group_name=job.name,
        description=job.description,
        schedule_expression=job.expression,
        # So that not all stacks of an account, or of a GitLab, run at once; the schedule's margins allow for it.
        flexible_time_window={"mode": "FLEXIBLE", "maximum_window_in_minutes": _WINDOW_MINUTES},
        target={
            "arn": function_arn,
            "role_arn": names.role_arn(role_name, names.path),
            "input": event(FiredBy.SCHEDULE),
            "retry_policy": {"maximum_event_age_in_seconds": _DELIVERY_SECONDS, "maximum_retry_attempts": 10},
            "dead_letter_config": {"arn": dead_letters_arn},
        },
        opts=context.after(group, policy, *runs),
    )


def _vpc(args: RotatorArgs) -> aws.lambda_.FunctionVpcConfigArgs | None:
    vpc = args.get("vpc")
    if vpc is None:
        return None
    return aws.lambda_.FunctionVpcConfigArgs(subnet_ids=vpc["subnet_ids"], security_group_ids=vpc["security_group_ids"])


def _own(names: Names, args: RotatorArgs, function_name: str) -> tuple[iam_policies.Document, ...]:
    return iam_policies.function_statements(
        _log_group_arn(names, function_name), names.arn("sqs", names.dead_letters), in_vpc="vpc" in args
    )


def _log_group_arn(names: Names, function_name: str) -> str:
    return names.arn("logs", f"log-group:/aws/lambda/{function_name}")
