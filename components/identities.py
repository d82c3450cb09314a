"""IAM roles: one pull-only role per audience."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from .documents.iam_policies import policy_json, pull_policy
from .documents.naming import Names
from .documents.repository_names import repository_pattern
from .documents.trust_policies import pull_role_trust


class RegistryArgs(TypedDict):
    """One registry: an account in a region."""

    account: str
    """Twelve digits."""
    region: str
    """The registry's region, such as `eu-central-1`."""


class AudienceArgs(TypedDict):
    """A named set of repositories with one pull-only role."""

    pull: list[str]
    """Repository names, or patterns such as `ci/*`. At most 10,240 characters of policy; patterns are shorter."""
    generation: NotRequired[int]
    """1 by default. Raise it to void every token of the audience at once: it is part of the role's name, so the
    role is made anew and the old one, whose rights the tokens carry, is deleted."""
    registries: NotRequired[list[RegistryArgs]]
    """Where the repositories are; by default the stack's own account and region. A registry of another account
    needs a repository policy there as well: across accounts both sides have to allow."""


class IdentitiesArgs(TypedDict):
    """Arguments of Identities."""

    account: str
    """Twelve digits: the account of the roles."""
    region: str
    """The region of the repositories and of the rotator."""
    prefix: str
    """Starts every name; two stacks in one account need two. 2 to 30 lower-case letters, digits and dashes."""
    audiences: dict[str, AudienceArgs]
    """The audiences by name. A role lives as long as its audience's name and generation."""
    role_path: NotRequired[str]
    """The IAM path of the roles, `/<prefix>/` by default; it must be this stack's alone, since the rotator may
    assume whatever lies under its `pull/`."""
    permissions_boundary: NotRequired[pulumi.Input[str]]
    """The ARN of a policy that bounds every role of this stack."""
    max_session_duration: NotRequired[pulumi.Input[int]]
    """Seconds, 3600 (default) to 43200: the longest session of a role. A role that a role assumes is held to
    3600 by AWS all the same."""
    rotator_role_arn: NotRequired[str]
    """The role that may assume the pull roles; by default the execution role of this stack's rotator."""
    tags: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """AWS tags of every role."""


class Identities(pulumi.ComponentResource):
    """The IAM roles of a stack, each with the least it needs."""

    pull_role_arns: dict[str, str]
    """The pull-only role of each audience; computed from the declaration, so known before anything exists."""

    def __init__(self, name: str, args: IdentitiesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gitlab-ecr:index:Identities", name, {}, opts)
        self._args = args
        self._names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
        self.pull_role_arns = {}
        for audience, options in args["audiences"].items():
            self._pull_role(f"{name}-pull-{audience}", audience, options)
            self.pull_role_arns[audience] = self._names.pull_role_arn(audience, options.get("generation", 1))
        self.register_outputs({"pull_role_arns": self.pull_role_arns})

    def _pull_role(self, child: str, audience: str, options: AudienceArgs) -> None:
        registries = options.get("registries") or [RegistryArgs(account=self._names.account, region=self._names.region)]
        field = f"audiences.{audience}.pull"
        arns = [
            Names(registry["account"], registry["region"], self._names.prefix).repository_arn(
                repository_pattern(pattern, field)
            )
            for registry in registries
            for pattern in options["pull"]
        ]
        role = aws.iam.Role(
            child,
            name=self._names.pull_role_name(audience, options.get("generation", 1)),
            path=self._names.pull_path,
            description=f"Pull-only: audience {audience}",
            assume_role_policy=policy_json(pull_role_trust(self._names, self._args.get("rotator_role_arn", ""))),
            permissions_boundary=self._args.get("permissions_boundary"),
            max_session_duration=self._args.get("max_session_duration"),
            tags=self._args.get("tags"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.iam.RolePolicy(
            child,
            name="pull",
            role=role.name,
            policy=policy_json(pull_policy(arns)),
            opts=pulumi.ResourceOptions(parent=self),
        )
