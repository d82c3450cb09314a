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
    """1 by default. Raise it to void every token of the audience at once: it is part of the role's name, so the
    role is made anew, and the old one, whose rights the tokens carry, is deleted."""
    registries: NotRequired[list[RegistryArgs]]
    """Where the repositories are; by default the stack's own account and region. A registry of another account
    needs a repository policy there as well: across accounts both sides have to allow."""
    caches: NotRequired[list[str]]
    """Prefixes of pull-through caches, such as `docker-hub`. Their images can be pulled, and what is not cached yet
    is fetched, which makes repositories below the prefix and nowhere else."""


class JobIssuerArgs(TypedDict):
    """The GitLab whose tokens jobs assume roles with."""

    url: NotRequired[str]
    """The `iss` of its tokens; `https://gitlab.com` by default. AWS fetches its keys from there, from the internet."""
    audience: NotRequired[str]
    """The `aud` that jobs ask for in `id_tokens`; the URL by default."""
    existing_provider: NotRequired[bool]
    """True uses the OIDC provider that the account has for this GitLab: there can be only one. It has to list the
    audience among its client ids."""
    thumbprints: NotRequired[list[str]]
    """SHA-1 thumbprints, 40 hexadecimal digits, of the private CA that signed its certificate; to be left out for
    public CAs, which AWS knows by itself."""
    trusts_forks: NotRequired[bool]
    """Default false: roles need a self-managed GitLab of 18.2.2 or later. True acknowledges an older one, in which
    whoever may open a merge request from a fork gets the roles of a trusted branch, by calling the fork's like it."""


class JobRoleArgs(TypedDict):
    """A role that the jobs of one GitLab project assume with their OIDC token."""

    project: str
    """The project's full path, such as `acme/app`."""
    push: NotRequired[list[str]]
    """Repositories, or patterns, to push to and pull from."""
    pull: NotRequired[list[str]]
    """Repositories, or patterns, to pull from inside the job. No role helps to pull a job's own `image:`: the runner
    does that before the job starts."""
    registries: NotRequired[list[RegistryArgs]]
    """Where the repositories to pull are, as for an audience. Pushed are those of the stack's own registry."""
    caches: NotRequired[list[str]]
    """As for an audience."""
    branches: NotRequired[list[str]]
    """Branch names; on gitlab.com also patterns such as `release/*`. By default, on gitlab.com, every protected
    branch and tag. Of a self-managed GitLab AWS cannot tell a protected branch, so exact names are required, and
    protecting them is up to you."""
    tags: NotRequired[list[str]]
    """Tag names, as `branches`."""
    project_id: NotRequired[str]
    """The project's number, required on gitlab.com: a path can be taken over by others after a rename."""
    namespace_id: NotRequired[str]
    """The number of the project's group, required on gitlab.com."""
    unprotected_refs: NotRequired[bool]
    """True lets in jobs on any ref, merge requests among them; only for a role that does not push."""


class RunnerIdentityArgs(TypedDict):
    """The instance role of a runner that pulls with the credential helper."""

    pull: list[str]
    """Repositories, or patterns, that jobs on this runner can use as their image."""
    registries: NotRequired[list[RegistryArgs]]
    """As for an audience."""
    caches: NotRequired[list[str]]
    """As for an audience."""
    parameter_key: NotRequired[str]
    """The ARN of the KMS key of the runner's parameter; by default the account's own key for parameters, which
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
    issuer: NotRequired[JobIssuerArgs]
    """The GitLab of the jobs; gitlab.com, with a provider of this stack, by default."""
    trusts_jobs: NotRequired[bool]
    """True makes the OIDC provider also when `jobs` has none, for a role made elsewhere, such as the rotator's with
    backend `gitlab`."""
    runners: NotRequired[dict[str, RunnerIdentityArgs]]
    """Instance roles by runner, each with an instance profile of the same name."""
    role_path: NotRequired[str]
    """The IAM path of the roles, `/<prefix>/` by default; it must be this stack's alone, since the rotator may
    assume whatever lies under its `pull/`."""
    permissions_boundary: NotRequired[pulumi.Input[str]]
    """The ARN of a policy that bounds every role."""
    max_session_duration: NotRequired[pulumi.Input[int]]
    """Seconds, 3600 (default) to 43200: the longest session of a role. AWS holds a role that is assumed from
    another role to 3600 all the same."""
    rotator_role_arn: NotRequired[str]
    """The role that may assume the pull roles; by default the execution role of this stack's rotator."""
    tags: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """AWS tags of every role."""
