"""What an administrator sets up once: where the state is kept, and which jobs may read it and deploy."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pulumi
import pulumi_aws as aws

from ..arguments.check import check
from ..arguments.component import Component
from ..iam.gitlab_trust import TrustedJobs, job_trust, thumbprints
from ..iam.policies import Document, checked_size, policy_json
from ..iam.private_bucket import keep_private
from ..names.gitlab_release import GITLAB_COM
from . import policies
from .args import BootstrapArgs
from .checks import find
from .deploy_policy import deploy_policy, services_policy
from .naming import DEFAULT_PREFIX, EVERY_REPOSITORY, STATE_FOLDER, BootstrapNames


class Bootstrap(Component):
    """The state bucket with its key, GitLab's OIDC provider, preview and deploy roles, and the boundary."""

    state: pulumi.Output[str]
    """The URL for `pulumi login`."""
    bootstrap_state: pulumi.Output[str]
    """The URL for the administrator's `pulumi login`, for this stack only. Deployments cannot write there."""
    secrets_provider: pulumi.Output[str]
    """The URL for `pulumi stack init --secrets-provider`; append the name of the stack."""
    preview_role: pulumi.Output[str]
    """The ARN of the role for merge request previews."""
    deploy_role: pulumi.Output[str]
    """The ARN of the role for `pulumi up`."""
    permissions_boundary: pulumi.Output[str]
    """The ARN of the boundary, for `permissionsBoundary` in every stack file."""

    def __init__(self, name: str, args: BootstrapArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        check(BootstrapArgs, args, find)
        super().__init__("gitlab-ecr:index:Bootstrap", name, {}, opts)
        names = BootstrapNames(args["account"], args["region"], args.get("prefix", DEFAULT_PREFIX))
        url = args.get("gitlab_url", GITLAB_COM)
        child = self.child()
        kept = self.child(protect=True)

        key = aws.kms.Key(
            f"{name}-state",
            description="Encrypts the Pulumi state of gitlab-ecr and the secrets in it",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            tags=args.get("tags"),
            opts=kept,
        )
        aws.kms.Alias(f"{name}-state", name=f"alias/{names.prefix}", target_key_id=key.key_id, opts=child)
        _bucket(name, args, names, key, child, kept)
        provider = aws.iam.OpenIdConnectProvider(
            f"{name}-gitlab",
            url=url,
            client_id_lists=[args.get("audience", url)],
            thumbprint_lists=thumbprints(url, args.get("thumbprints", [])) or None,
            tags=args.get("tags"),
            opts=child,
        )
        boundary = aws.iam.Policy(
            f"{name}-boundary",
            name=f"{names.prefix}-boundary",
            path=names.path,
            description="The most that a role or user of a gitlab-ecr stack can do",
            policy=policy_json(policies.boundary(names, args.get("repositories", EVERY_REPOSITORY))),
            tags=args.get("tags"),
            opts=kept,
        )
        after = self.child(depends_on=[provider, boundary])
        _roles(name, args, names, key, after)

        self.state = pulumi.Output.from_input(f"s3://{names.bucket}?region={names.region}")
        self.bootstrap_state = pulumi.Output.from_input(f"s3://{names.bucket}/{STATE_FOLDER}?region={names.region}")
        self.secrets_provider = pulumi.Output.from_input(
            f"awskms://alias/{names.prefix}?region={names.region}&context_{policies.SECRETS_CONTEXT}="
        )
        self.preview_role = pulumi.Output.from_input(names.role_arn("preview"))
        self.deploy_role = pulumi.Output.from_input(names.role_arn("deploy"))
        self.permissions_boundary = pulumi.Output.from_input(names.boundary_arn)
        self.register_outputs({output: getattr(self, output) for output in Bootstrap.__annotations__})


def _bucket(  # noqa: PLR0917 - what one bucket needs
    name: str,
    args: BootstrapArgs,
    names: BootstrapNames,
    key: aws.kms.Key,
    child: pulumi.ResourceOptions,
    kept: pulumi.ResourceOptions,
) -> None:
    bucket = aws.s3.Bucket(f"{name}-state", bucket=names.bucket, tags=args.get("tags"), opts=kept)
    aws.s3.BucketVersioning(
        f"{name}-state", bucket=bucket.bucket, versioning_configuration={"status": "Enabled"}, opts=child
    )
    aws.s3.BucketServerSideEncryptionConfiguration(
        f"{name}-state",
        bucket=bucket.bucket,
        rules=[
            {
                "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn},
                "bucket_key_enabled": True,
            }
        ],
        opts=child,
    )
    keep_private(f"{name}-state", bucket, names.bucket_arn, child)


def _roles(
    name: str, args: BootstrapArgs, names: BootstrapNames, key: aws.kms.Key, after: pulumi.ResourceOptions
) -> None:
    url = args.get("gitlab_url", GITLAB_COM)
    jobs = TrustedJobs(
        gitlab_url=url,
        aud=args.get("audience", url),
        project=args["project"],
        project_id=args.get("project_id", ""),
        namespace_id=args.get("namespace_id", ""),
    )
    previews = args.get("previews", [])
    deploy_trust = job_trust(names.provider_arn(url), replace(jobs, branches=[args.get("branch", "main")]))
    roles: list[pulumi.Resource] = []
    for kind, trust, policy in (
        ("preview", policies.preview_trust(names, jobs), partial(policies.preview_policy, previews=previews)),
        ("deploy", deploy_trust, deploy_policy),
    ):
        role = aws.iam.Role(
            f"{name}-{kind}",
            name=names.role_name(kind),
            path=names.path,
            description=f"{kind.title()} in GitLab jobs of {args['project']}",
            assume_role_policy=policy_json(trust),
            tags=args.get("tags"),
            opts=after,
        )
        roles.append(role)
        aws.iam.RolePolicy(
            f"{name}-{kind}",
            name=kind,
            role=role.name,
            # AWS chooses a key's id, so this is the only policy that depends on an output.
            policy=_with_key(policy, names, key),
            opts=after,
        )
    services = aws.iam.Policy(
        f"{name}-services",
        name=f"{names.prefix}-services",
        path=names.path,
        description="The part of a deployment beyond the state and IAM",
        policy=policy_json(services_policy(names, args.get("repositories", EVERY_REPOSITORY))),
        tags=args.get("tags"),
        opts=after,
    )
    aws.iam.RolePolicyAttachment(
        f"{name}-services",
        role=names.role_name("deploy"),
        policy_arn=names.policy_arn("services"),
        opts=pulumi.ResourceOptions.merge(after, pulumi.ResourceOptions(depends_on=[*roles, services])),
    )


def _with_key(
    policy: Callable[[BootstrapNames, str], Document], names: BootstrapNames, key: aws.kms.Key
) -> pulumi.Output[str]:
    return key.arn.apply(lambda arn: checked_size(policy(names, arn), "role", "prefix"))
