"""Arguments of Identities."""

from typing import NotRequired, TypedDict

import pulumi

from ..names.registries import RegistryArgs


class AudienceArgs(TypedDict):
    """A named set of repositories with one pull-only role."""

    pull: list[str]
    """Repository names, or patterns such as `ci/*`. The role's policy holds 10,240 characters, some 120 names;
    patterns are shorter. A bare `*` is refused."""
    generation: NotRequired[int]
    """1 by default. Raise it to revoke every token of the audience at once: it is part of the role's name, so a new
    role is created, and the old one, whose rights the tokens carry, is deleted."""
    registries: NotRequired[list[RegistryArgs]]
    """Where the repositories are; by default the stack's own account and region. A registry of another account also
    needs a repository policy there: across accounts both sides must allow access."""
    caches: NotRequired[list[str]]
    """Prefixes of pull-through caches, such as `docker-hub`. Their images can be pulled; what is not cached yet is
    fetched, which creates repositories below the prefix only."""


class JobIssuerArgs(TypedDict):
    """The GitLab instance whose OIDC tokens jobs use to assume roles."""

    url: NotRequired[str]
    """The `iss` of its tokens; `https://gitlab.com` by default. AWS fetches its keys from there over the internet."""
    audience: NotRequired[str]
    """The OIDC `aud` that jobs request in `id_tokens` (not one of this stack's audiences); the URL by default."""
    existing_provider: NotRequired[bool]
    """True uses the account's existing OIDC provider for this GitLab, since there can be only one. Its client ids must
    include the `aud`."""
    thumbprints: NotRequired[list[str]]
    """SHA-1 thumbprints, 40 hexadecimal digits, of the private CA that signed its certificate. Leave it out for public
    CAs, which AWS already knows."""
    trusts_forks: NotRequired[bool]
    """Default false: on a self-managed GitLab, roles need version 18.2.2 or later. True acknowledges an older one,
    where anyone who may open a merge request from a fork gets the roles of a trusted branch by giving the fork's branch
    the same name."""


class JobRoleArgs(TypedDict):
    """A role that jobs of one GitLab project assume with their OIDC token."""

    project: str
    """The project's full path, such as `acme/app`."""
    push: NotRequired[list[str]]
    """Repositories, or patterns, to push to and pull from."""
    pull: NotRequired[list[str]]
    """Repositories, or patterns, to pull from inside the job. No role can pull a job's own `image:`: the runner does
    that before the job starts."""
    registries: NotRequired[list[RegistryArgs]]
    """Where the repositories to pull are, as for an audience. Pushes go to the stack's own registry only."""
    caches: NotRequired[list[str]]
    """As for an audience."""
    branches: NotRequired[list[str]]
    """Branch names; on gitlab.com also patterns such as `release/*`. By default, on gitlab.com, every protected branch
    and tag. On a self-managed GitLab AWS cannot recognise a protected branch, so exact names are required, and you must
    protect them yourself."""
    tags: NotRequired[list[str]]
    """Tag names, as `branches`."""
    project_id: NotRequired[pulumi.Input[str]]
    """The project's number, required on gitlab.com: a path can be taken over by others after a rename."""
    namespace_id: NotRequired[pulumi.Input[str]]
    """The number of the project's group, required on gitlab.com."""
    unprotected_refs: NotRequired[bool]
    """True admits jobs on any ref, including merge requests; only for a role that does not push."""


class SecretRoleArgs(TypedDict):
    """A role by which the jobs of one GitLab project read the secret with their login."""

    project: str
    """The project's full path, such as `acme/app`."""
    audience: str
    """The audience, whose secret is `<prefix>/audience/<audience>`."""
    kms_key: NotRequired[str]
    """The ARN of the secret's KMS key; by default the account's AWS managed key for secrets, which needs no grant."""
    branches: NotRequired[list[str]]
    """As for a role of jobs."""
    tags: NotRequired[list[str]]
    """As for a role of jobs."""
    project_id: NotRequired[pulumi.Input[str]]
    """As for a role of jobs."""
    namespace_id: NotRequired[pulumi.Input[str]]
    """As for a role of jobs."""
    unprotected_refs: NotRequired[bool]
    """True admits jobs on any ref, including merge requests."""


class RunnerIdentityArgs(TypedDict):
    """The instance role of a runner that pulls with the credential helper."""

    pull: list[str]
    """Repositories, or patterns, that jobs on this runner can use as their image."""
    registries: NotRequired[list[RegistryArgs]]
    """As for an audience."""
    caches: NotRequired[list[str]]
    """As for an audience."""
    parameter_key: NotRequired[str]
    """The ARN of the KMS key of the runner's parameter; by default the account's AWS managed key for parameters, which
    needs no grant."""


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
    jobs: NotRequired[dict[str, JobRoleArgs]]
    """Roles of jobs by consumer."""
    secrets: NotRequired[dict[str, SecretRoleArgs]]
    """Roles of jobs that read their login, by consumer."""
    issuer: NotRequired[JobIssuerArgs]
    """The GitLab instance of the jobs; by default gitlab.com, with an OIDC provider made by this stack."""
    trusts_jobs: NotRequired[bool]
    """True creates the OIDC provider even if `jobs` and `secrets` are empty, for a role made elsewhere, such as the
    rotator's with backend `gitlab`."""
    runners: NotRequired[dict[str, RunnerIdentityArgs]]
    """Instance roles by runner, each with an instance profile of the same name."""
    role_path: NotRequired[str]
    """The IAM path of the roles, `/<prefix>/` by default; no other stack may use it, since the rotator may assume every
    role under its `pull/`."""
    permissions_boundary: NotRequired[pulumi.Input[str]]
    """The ARN of the permissions boundary of every role."""
    max_session_duration: NotRequired[pulumi.Input[int]]
    """Seconds, 3600 (default) to 43200: the longest session of a role. AWS still limits a role that is assumed from
    another role to 3600."""
    rotator_role_arn: NotRequired[str]
    """The role that may assume the pull roles; by default the execution role of this stack's rotator."""
    tags: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """AWS tags of every role."""
