"""The rotator in GitLab: a bucket with its code, roles for its jobs, and the schedules that start them."""

import base64
from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_aws as aws
import pulumi_gitlab as gitlab

from ..arguments import numbers
from ..contract import plan
from ..contract.metric_names import NAMESPACE
from ..contract.schedule import Schedule, minute_of
from ..iam.args import JobIssuerArgs
from ..iam.policies import job_statements, policy_json
from ..iam.private_bucket import keep_private
from ..names.gitlab_release import GITLAB_COM
from ..names.naming import CODE_KEY, Names
from . import code_zip as rotator_zip
from .args import ResourceContext, RotationJobArgs
from .job_trust import branch_of, numbers_to_come, rotation_trust
from .rights import inline_policy, renewal_policy, role, rotation_policy

_OLD_CODE_DAYS: Final = 90
# Only the owner of a schedule may change it, and its creator owns it. So a change replaces the schedule, which then
# belongs to whoever deploys; an unchanged one keeps its owner. Taking ownership instead would make the provider look up
# its user in every preview, and two people who deploy would take it from each other forever.
_MADE_ANEW: Final = pulumi.ResourceOptions(replace_on_changes=["*"])


def in_gitlab(
    context: ResourceContext,
    job: RotationJobArgs,
    wanted: plan.Plan,
    timing: Schedule,
    after: Sequence[pulumi.Resource],
) -> list[pulumi.Resource]:
    """Creates bucket, roles and schedules, which it returns; the jobs are in the project's `.gitlab-ci.yml`."""
    names = context.names
    minute = minute_of(names.rotator)
    code = _code(context, _notes(context, job, wanted))
    fetch = job_statements(names.code_arn, names.account)
    measured = job_statements(names.code_arn, names.account, NAMESPACE)
    tasks = [
        # The keys are the same as the functions', so that changing the backend changes the roles in place.
        ("function", names.rotator, timing.cron(minute), rotation_policy(names, wanted, measured)),
    ]
    if wanted.gitlab is not None and wanted.gitlab.token_renewal is plan.TokenRenewal.OWN:
        policy = renewal_policy(names, wanted.gitlab.token_secret, fetch)
        tasks.append(("renewal", names.renewal, f"{minute} 3 * * *", policy))
    trust = _trust(names, job, context.args.get("issuer", {}))
    schedules: list[pulumi.Resource] = []
    for key, name, cron, policy in tasks:
        trusted = role(context, key, name, trust, *after)
        rights = inline_policy(context, key, trusted, "rotator", policy)
        schedule = gitlab.PipelineSchedule(
            f"{context.name}-{key}-schedule",
            project=job["project"],
            description=name,  # the job's `rules` match on it
            ref=f"refs/heads/{branch_of(job)}",
            cron=cron,
            cron_timezone="UTC",
            active=True,
            opts=pulumi.ResourceOptions.merge(context.after(rights, code), _MADE_ANEW),
        )
        schedules.append(schedule)
    pulumi.log.info(
        f"rotationBackend gitlab: nothing here can start a job, so {_waiting(wanted)} until {job['project']} "
        f"includes templates/rotate.yml and its schedule {names.rotator} has run: at its time, or now with "
        f"`gitlab-ecr rotate --bucket {names.code_bucket}`"
    )
    return schedules


def _notes(context: ResourceContext, job: RotationJobArgs, wanted: plan.Plan) -> dict[str, str]:
    """Where `gitlab-ecr rotate` finds the schedule. Only a plan that writes to GitLab names the instance."""
    notes = {"gitlab-project": job["project"]}
    if wanted.gitlab is None:
        notes["gitlab-url"] = context.args.get("issuer", {}).get("url", GITLAB_COM)
    return notes


def _waiting(wanted: plan.Plan) -> str:
    secrets = ["secrets of jobs are empty"] if wanted.secrets else []
    return " and ".join([*(["variables hold placeholders"] if wanted.gitlab else []), *secrets])


def _trust(names: Names, job: RotationJobArgs, issuer: JobIssuerArgs) -> pulumi.Input[str]:
    waits_for = numbers_to_come(job, issuer)
    if not waits_for:
        return policy_json(rotation_trust(names, job, issuer))
    known = {key: numbers.text(number, "job", key) for key, number in waits_for.items()}

    def trust(found: dict[str, str]) -> str:
        numbered = job.copy()
        if "id" in found:
            numbered["id"] = found["id"]
        if "namespace_id" in found:
            numbered["namespace_id"] = found["namespace_id"]
        return policy_json(rotation_trust(names, numbered, issuer))

    return pulumi.Output.all(**known).apply(trust)


def _code(context: ResourceContext, notes: dict[str, str]) -> pulumi.Resource:
    """Uploads the zip to a bucket that only this account can read; it holds names, but no secrets."""
    name, names, child = f"{context.name}-code", context.names, context.child
    # It holds nothing but what `up` creates, so `destroy` may delete everything in it.
    bucket = aws.s3.Bucket(
        name, bucket=names.code_bucket, force_destroy=True, tags=context.args.get("tags"), opts=child
    )
    versioned = aws.s3.BucketVersioning(
        name, bucket=bucket.bucket, versioning_configuration={"status": "Enabled"}, opts=child
    )
    aws.s3.BucketLifecycleConfiguration(
        name,
        bucket=bucket.bucket,
        rules=[
            {
                "id": "old-code",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "noncurrent_version_expiration": {"noncurrent_days": _OLD_CODE_DAYS},
            }
        ],
        opts=context.after(versioned),
    )
    encrypted = aws.s3.BucketServerSideEncryptionConfiguration(
        name,
        bucket=bucket.bucket,
        rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
        opts=child,
    )
    private = keep_private(name, bucket, names.code_arn.removesuffix(f"/{CODE_KEY}"), child)
    return aws.s3.BucketObjectv2(
        name,
        bucket=bucket.bucket,
        key=CODE_KEY,
        # Pulumi zips archives for Lambda, but not for S3.
        content_base64=context.of_plan(lambda plan: base64.b64encode(rotator_zip.zipped(plan)).decode()),
        content_type="application/zip",
        metadata=notes,
        tags=context.args.get("tags"),
        opts=context.after(versioned, encrypted, private),
    )
