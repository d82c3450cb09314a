"""Policies of what an administrator sets up once: state bucket, preview role, permissions boundary.

The deploy role's policy is in `deploy_policy`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ..contract.metric_names import NAMESPACE
from ..iam.actions import (
    ADOPTED_ACTIONS,
    ADOPTED_CACHE_ACTIONS,
    ENCRYPT_ACTIONS,
    IMPORT_ACTIONS,
    LOG_ACTIONS,
    MANAGED_RENEWAL_ACTIONS,
    METRICS_ACTION,
    PULL_ACTIONS,
    PUSH_ACTIONS,
    RANDOM_PASSWORD_ACTION,
    SIGN_IN_ACTION,
    VPC_ACTIONS,
)
from ..iam.gitlab_trust import TrustedJobs, issuer_host, job_trust
from ..iam.policies import (
    NO_RESOURCE,
    PLAIN_METRICS,
    UNBORN,
    Document,
    access_key_statements,
    allow,
    allow_everywhere,
    document,
    listed,
)
from ..names.gitlab_release import GITLAB_COM
from ..names.registry_host import dns_suffix, partition_of
from .naming import EVERY_REPOSITORY, BootstrapNames

SECRETS_CONTEXT: Final = "stack"
"""The key of the encryption context under which the secrets of a stack are encrypted; its value is the stack's name.
Source: gocloud.dev, secrets/awskms, the parameters context_... of its URL."""

_METRICS: Final[Document] = {"StringEquals": {"cloudwatch:namespace": NAMESPACE}}


def preview_policy(names: BootstrapNames, key_arn: str, previews: Sequence[str] = ()) -> Document:
    """The policy of merge request previews: read the state, and the settings of what is to be adopted.

    Apart from that, a preview only asks AWS for its own identity.

    Args:
        key_arn: the key that encrypts the state as objects and, by stack, the secrets in it.
        previews: the stacks whose secrets it may decrypt; otherwise Pulumi cannot read anything of a stack.
    """
    of_bucket = {"StringEquals": {"kms:ViaService": f"s3.{names.region}.{dns_suffix(names.region)}"}}
    of_stacks = {"StringEquals": {f"kms:EncryptionContext:{SECRETS_CONTEXT}": listed(previews)}}
    return document(
        allow("FindState", "s3:ListBucket", names.bucket_arn),
        allow("ReadState", "s3:GetObject", names.stack_states),
        allow("DecryptObjects", "kms:Decrypt", key_arn, Condition=of_bucket),
        allow("DecryptSecrets", "kms:Decrypt", key_arn, Condition=of_stacks) if previews else {},
        allow("ReadAdopted", ADOPTED_ACTIONS, names.arn("ecr", "repository/*", "*")),
        allow_everywhere("ReadAdoptedCaches", ADOPTED_CACHE_ACTIONS, because="rules and templates have no ARN"),
    )


def preview_trust(names: BootstrapNames, jobs: TrustedJobs) -> Document:
    """A trust policy for every job of the project: merge requests come from branches that anyone may create."""
    provider = names.provider_arn(jobs.gitlab_url)
    if jobs.gitlab_url == GITLAB_COM:
        return job_trust(provider, replace(jobs, unprotected_refs=True))
    # Elsewhere a role that trusts any ref of a self-managed GitLab is refused; for reading the state it is intended.
    trust = job_trust(provider, replace(jobs, branches=["main"]))
    (statement,) = trust["Statement"]
    issuer = issuer_host(jobs.gitlab_url)
    condition = {
        "StringEquals": {f"{issuer}:aud": jobs.aud},
        "StringLike": {f"{issuer}:sub": f"project_path:{jobs.project}:ref_type:branch:ref:*"},
    }
    return document({**statement, "Condition": condition})


def boundary(names: BootstrapNames, repositories: Sequence[str] = EVERY_REPOSITORY) -> Document:
    """The permissions boundary: the most that any role of a stack can do, whatever its own policy says.

    Args:
        repositories: patterns of the repositories that deployments may create and change, and that their roles may push
            to.
    """
    pull_roles = names.arn("iam", f"role/{names.prefix}-*/pull/*", "")
    return document(
        # A pull role may be for images of another account; that account's repository policies decide.
        allow_everywhere("SignIn", SIGN_IN_ACTION, because=NO_RESOURCE),
        allow("Pull", PULL_ACTIONS, f"arn:{partition_of(names.region)}:ecr:*:*:repository/*"),
        allow("Push", (*PUSH_ACTIONS, *IMPORT_ACTIONS), names.repositories(repositories)),
        allow("AssumePullRoles", "sts:AssumeRole", pull_roles),
        allow("UseSecrets", MANAGED_RENEWAL_ACTIONS, names.of_stacks("secretsmanager", "secret:")),
        allow_everywhere("MakePassword", RANDOM_PASSWORD_ACTION, because=NO_RESOURCE),  # for Secrets Manager's renewal
        allow("UseParameters", ("ssm:GetParameter", "ssm:PutParameter"), names.of_stacks("ssm", "parameter/")),
        *access_key_statements(names.arn("iam", f"user/{names.prefix}-*/*", "")),
        # The rotator encrypts what jobs read with a key of their own.
        allow("Decrypt", ENCRYPT_ACTIONS, names.arn("kms", "key/*"), Condition=_via_service(names)),
        allow("WriteLogs", LOG_ACTIONS, f"{names.of_stacks('logs', 'log-group:/aws/lambda/')}:*"),
        allow("LeaveDeadLetters", "sqs:SendMessage", names.of_stacks("sqs", "")),
        # For a rotator that runs in a GitLab job: its code, and the metrics of its alarms.
        allow("FetchCode", "s3:GetObject", f"{names.code_buckets}/*"),
        allow_everywhere("WriteMetrics", METRICS_ACTION, because=PLAIN_METRICS, Condition=_METRICS),
        allow("StartRotator", "lambda:InvokeFunction", names.of_stacks("lambda", "function:")),
        allow_everywhere("HaveNetworkInterfaces", VPC_ACTIONS, because=UNBORN),  # of a rotator in a VPC
    )


def _via_service(names: BootstrapNames) -> Document:
    services = [f"{service}.{names.region}.{dns_suffix(names.region)}" for service in ("secretsmanager", "ssm")]
    return {"StringEquals": {"kms:ViaService": services}}
