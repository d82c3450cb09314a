"""IAM roles: one for each audience, for jobs that push or pull by themselves, and for runners."""

import pulumi
import pulumi_aws as aws

from ..arguments.check import check
from ..arguments.component import Component
from ..names.gitlab_release import GITLAB_COM
from ..names.naming import Names
from .args import IdentitiesArgs
from .checks import find
from .gitlab_trust import thumbprints
from .roles import RoleKind, roles


class Identities(Component):
    """The IAM roles of a stack, each with least privilege."""

    pull_role_arns: dict[str, str]
    """The ARN of each audience's pull-only role. An audience is a named set of repositories with one pull-only role; by
    default each consumer is its own audience. Computed from the declaration, so known before anything exists."""
    job_role_arns: dict[str, str]
    """The ARN of the role of each consumer's jobs."""
    secret_role_arns: dict[str, str]
    """The ARN of the role by which each consumer's jobs read their login."""
    runner_role_arns: dict[str, str]
    """The ARN of each runner's instance role; the instance profile has the same name as the role."""

    def __init__(self, name: str, args: IdentitiesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        check(IdentitiesArgs, args, find)
        super().__init__("gitlab-ecr:index:Identities", name, {}, opts)
        names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
        arns: dict[RoleKind, dict[str, str]] = {kind: {} for kind in RoleKind}
        tags, child, provider = args.get("tags"), self.child(), self._issuer(name, args)
        after_provider = self.child(depends_on=[provider] if provider else None)
        for role in roles(names, args):
            role_name = f"{name}-{role.kind}-{role.of}"
            created = aws.iam.Role(
                role_name,
                name=role.name,
                path=role.path,
                description=role.description,
                assume_role_policy=role.trust,
                permissions_boundary=args.get("permissions_boundary"),
                max_session_duration=args.get("max_session_duration"),
                tags=tags,
                opts=after_provider if role.kind.trusts_jobs else child,
            )
            # The role's own output, known in every preview: when the role is replaced, its policy is replaced with it.
            aws.iam.RolePolicy(role_name, name=role.kind.value, role=created.name, policy=role.policy, opts=child)
            if role.kind is RoleKind.RUNNER:
                aws.iam.InstanceProfile(
                    role_name, name=role.name, path=role.path, role=created.name, tags=tags, opts=child
                )
            arns[role.kind][role.of] = names.role_arn(role.name, role.path)
        self.pull_role_arns, self.secret_role_arns = arns[RoleKind.PULL], arns[RoleKind.SECRET]
        self.job_role_arns, self.runner_role_arns = arns[RoleKind.PUSH] | arns[RoleKind.JOB], arns[RoleKind.RUNNER]
        self.register_outputs(
            {
                "pullRoleArns": self.pull_role_arns,
                "jobRoleArns": self.job_role_arns,
                "secretRoleArns": self.secret_role_arns,
                "runnerRoleArns": self.runner_role_arns,
            }
        )

    def _issuer(self, name: str, args: IdentitiesArgs) -> aws.iam.OpenIdConnectProvider | None:
        """The identity provider for jobs; None where nothing trusts jobs, or where there is one already."""
        if not (args.get("jobs") or args.get("secrets") or args.get("trusts_jobs")):
            return None
        issuer = args.get("issuer", {})
        if issuer.get("existing_provider"):
            return None
        url = issuer.get("url", GITLAB_COM)
        return aws.iam.OpenIdConnectProvider(
            f"{name}-gitlab",
            url=url,
            client_id_lists=[issuer.get("audience", url)],
            thumbprint_lists=thumbprints(url, issuer.get("thumbprints", [])) or None,
            tags=args.get("tags"),
            opts=self.child(),
        )
