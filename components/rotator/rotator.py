"""The rotator: keeps every target's token valid, on a schedule in Lambda or GitLab, and alerts when it cannot."""

import hashlib
import json
from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from ..arguments.check import check
from ..arguments.component import Component
from ..contract import plan
from ..contract.firing import FiredBy, event
from ..contract.schedule import Schedule
from ..names.naming import Names
from . import code_zip as rotator_zip
from .args import ResourceContext, RotatorArgs
from .checks import find, timing_of
from .function import function, renewal_job, rotation_job, schedule
from .job import in_gitlab
from .job_trust import job_of
from .managed_renewal import managed_renewal
from .secrets import secrets
from .watch import watch

_DEAD_LETTER_SECONDS: Final = 4 * 24 * 3600
_WRITTEN: Final = ("targets", "secrets", "key_users")


class Rotator(Component):
    """Code, roles, schedules and alarms; with Lambda, also a rotation at the end of every `up` that changes something.

    That rotation comes last: after everything here and everything in `opts.depends_on`, such as roles and variables.
    """

    function_name: pulumi.Output[str]
    """The Lambda's name; empty with backend `gitlab`."""
    code_bucket: pulumi.Output[str]
    """The bucket of the jobs' code with backend `gitlab`; empty in Lambda."""
    gitlab_token_secret: pulumi.Output[str]
    """The name of the Secrets Manager secret for the GitLab token, created empty unless Secrets Manager renews the
    token; empty when the plan writes nothing to GitLab, since there is no token then."""
    alarm_topic_arn: pulumi.Output[str]
    """The SNS topic that alarms go to."""

    def __init__(
        self,
        name: str,
        args: RotatorArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        first_rotation_after: Sequence[pulumi.Resource] = (),
    ) -> None:
        """All resources wait for `opts.depends_on`; only the first rotation also waits for `first_rotation_after`."""
        check(RotatorArgs, args, find)
        super().__init__("gitlab-ecr:index:Rotator", name, {}, opts)
        names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
        job, timing = job_of(args), timing_of(args)
        wanted = plan.loads(args["plan"])
        context = ResourceContext(name, args, names, self.child())
        held = secrets(context, wanted)
        watching = watch(context, wanted, timing, in_lambda=job is None)
        if job is None:
            made = _in_lambda(context, wanted, timing, held, [*first_rotation_after, *watching])
        else:
            made = in_gitlab(context, job, wanted, timing, [*first_rotation_after, *held])
        if wanted.gitlab is not None and wanted.gitlab.token_renewal is plan.TokenRenewal.MANAGED:
            managed_renewal(context, wanted.gitlab.token_secret, made)
        self.function_name = pulumi.Output.from_input("" if job else names.rotator)
        self.code_bucket = pulumi.Output.from_input(names.code_bucket if job else "")
        self.gitlab_token_secret = pulumi.Output.from_input(wanted.gitlab.token_secret if wanted.gitlab else "")
        self.alarm_topic_arn = pulumi.Output.from_input(names.alarm_topic_arn)
        self.register_outputs(
            {
                "functionName": self.function_name,
                "codeBucket": self.code_bucket,
                "gitlabTokenSecret": self.gitlab_token_secret,
                "alarmTopicArn": self.alarm_topic_arn,
            }
        )


def _in_lambda(
    context: ResourceContext,
    wanted: plan.Plan,
    timing: Schedule,
    held: Sequence[pulumi.Resource],
    after: Sequence[pulumi.Resource],
) -> list[pulumi.Resource]:
    """Functions, schedules, dead letters, and the first rotation, which is returned.

    There is no function for the renewal where there is no GitLab token, or where Secrets Manager renews it.
    """
    args, names = context.args, context.names
    if "vpc" in args:
        pulumi.log.info(_what_a_vpc_needs(names, wanted), resource=context.child.parent)
    dead_letters = aws.sqs.Queue(
        f"{context.name}-dead-letters",
        name=names.dead_letters,
        message_retention_seconds=_DEAD_LETTER_SECONDS,
        sqs_managed_sse_enabled=True,
        tags=args.get("tags"),
        opts=context.child,
    )
    jobs = [rotation_job(names, args, wanted, timing.expression)]
    if wanted.gitlab is not None and wanted.gitlab.token_renewal is plan.TokenRenewal.OWN:
        jobs.append(renewal_job(names, args, wanted.gitlab.token_secret))
    made = [function(context, job, [*held, dead_letters]) for job in jobs]
    timetables = [schedule(context, job, runs) for job, runs in zip(jobs, made, strict=True)]
    # If it fails, `up` stops there, so everything else must come before it.
    first = _first_rotation(context, [*after, *(each for runs in made for each in runs), *timetables])
    return [first]


def _first_rotation(context: ResourceContext, after: Sequence[pulumi.Resource]) -> pulumi.Resource:
    """Runs one rotation after everything else; nothing runs while code, plan and targets are unchanged."""
    first = aws.lambda_.Invocation(
        f"{context.name}-first-rotation",
        function_name=context.names.rotator,
        input=event(FiredBy.DEPLOY),
        # The zip holds the plan, and the plan the targets; with three triggers the preview shows which changed.
        triggers={
            "zip": context.of_plan(rotator_zip.digest),
            "plan": context.of_plan(_digest),
            "targets": context.of_plan(_targets),
        },
        opts=pulumi.ResourceOptions.merge(
            context.after(*after), pulumi.ResourceOptions(additional_secret_outputs=["result"])
        ),
    )
    first.result.apply(lambda result: _say_when_waiting(context, result))
    return first


def _say_when_waiting(context: ResourceContext, result: str | None) -> None:
    """The one line that `up` shows if its rotation found no GitLab token; in a preview there is no result."""
    if result and json.loads(result).get("waiting"):
        pulumi.log.warn(
            "the rotator waits for its GitLab token, and no variable holds a login yet. Unless you stored one since, "
            f"run: gitlab-ecr token set --function {context.names.rotator}",
            resource=context.child.parent,
        )


def _targets(text: str) -> str:
    written = {key: value for key, value in json.loads(text).items() if key in _WRITTEN}
    return _digest(json.dumps(written, sort_keys=True))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _what_a_vpc_needs(names: Names, wanted: plan.Plan) -> str:
    regions = sorted(
        {registry.region for audience in wanted.audiences.values() for registry in audience.registries}
    ) or [names.region]
    services = [f"com.amazonaws.{region}.{service}" for region in regions for service in ("ecr.api", "ecr.dkr")]
    services += [f"com.amazonaws.{names.region}.{service}" for service in ("secretsmanager", "ssm", "sts")]
    route = f"a route to {wanted.gitlab.url}, and " if wanted.gitlab else ""
    return (
        f"vpc: its subnets need {route}a NAT gateway or interface endpoints with private DNS for {', '.join(services)}"
        f"{'; access keys also need IAM, which only a NAT gateway reaches' if wanted.key_users else ''}"
    )
