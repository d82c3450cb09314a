"""The GitLab part of a declaration: the instance, and who pulls and pushes."""

from typing import NotRequired, TypedDict

import pulumi

from ..arguments.numbers import GitLabNumber
from ..names.access import Access
from ..names.registries import RegistryArgs
from ..names.registry_host import HostForm
from ..variables.targets import OwnerKind, VariableType


class GitLabArgs(TypedDict):
    """The GitLab instance."""

    url: NotRequired[str]
    """Default `https://gitlab.com`. `http://` is refused unless `allow_http` says otherwise."""
    allow_http: NotRequired[bool]
    """Default false. True sends tokens unencrypted: only for an instance on this machine."""
    ca_bundle: NotRequired[str]
    """PEM certificates of the private CA that signed the instance's certificate. Default: public CAs."""
    proxy: NotRequired[str]
    """The URL of the proxy between the rotator and GitLab, without a password. Default: `HTTPS_PROXY` from its
    environment, which Lambda does not set."""
    concurrency: NotRequired[int]
    """How many variables the rotator writes at once, 1 to 64. Default 16."""
    requests_per_second: NotRequired[int]
    """How many requests the rotator sends to GitLab each second, 1 to 1000. Default 30: gitlab.com allows 2,000 a
    minute. GitLab counts the requests of each user, so several stacks with tokens of one user share that limit."""
    id_token_audience: NotRequired[str]
    """The OIDC `aud` that jobs request in `id_tokens`; it has nothing to do with this stack's audiences. Default: the
    instance's URL."""
    existing_oidc_provider: NotRequired[bool]
    """Default false. True uses the account's existing OIDC provider for this GitLab, since there can be only one. Its
    client ids must include the `aud`."""
    thumbprints: NotRequired[list[str]]
    """SHA-1 thumbprints of the private CA that signed the instance's certificate, for jobs with roles. Leave it out for
    public CAs, which AWS already knows."""
    trusts_forks: NotRequired[bool]
    """Default false: roles for jobs need a self-managed GitLab of 18.2.2 or later. True acknowledges an older one,
    where anyone who may open a merge request from a fork gets the roles of a trusted branch by giving the fork's branch
    the same name."""


class AuthArgs(TypedDict):
    """A fixed login to one registry."""

    username: pulumi.Input[str]
    """Without a colon, which would end the name in this format."""
    password: pulumi.Input[str]
    """Always a secret in state. In the stack file, write it as a secret too, with `pulumi config set --secret
    --path`."""


class ConsumerArgs(TypedDict):
    """A GitLab project or group, or the whole instance, and what it may pull and push."""

    kind: NotRequired[OwnerKind]
    """`project` (default), `group` or `instance`. A group's variable reaches every project below it. The instance's,
    for administrators of a self-managed GitLab, reaches every project there is, of every user, forks and personal
    projects too: whoever can run a job can pull what it opens. Its consumer is called `instance`, and the rotator's
    GitLab token is then an administrator's. GitLab gives it no environment scope, cannot hide it, and allows 10,000
    characters in it."""
    id: NotRequired[GitLabNumber]
    """The numeric id, which finds a project or group even after a rename. In a program it may be the `id` of a
    resource: in the preview that creates it, the variable's owner, the rotator's code and a trust policy with the
    number are unknown then."""
    access: NotRequired[Access]
    """`rotated-variable` (default; works on any runner), or `credential-helper` or `credentials-store` (the variable
    names a helper installed on the runner's machine; no secret anywhere), or `static` (fixed passwords of other
    registries), or `job-secret` (a project's jobs fetch the login themselves, by GitLab's `secrets:` keyword and their
    `id_tokens`, before the pull; needs GitLab 18.3 Premium or Ultimate, and GitLab Runner 18.2 or later). A stack in
    which all consumers have `job-secret` has no GitLab token at all. Two kinds cannot pull a job's `image:`, which is
    pulled before the job starts: `job-role` (a role that the project's jobs assume with their `id_tokens`, to pull by
    themselves, such as with `docker run` or a build's `FROM`), and `access-keys` (for old scripts that log in by
    themselves)."""
    pull: NotRequired[list[str]]
    """Repositories, by name or by a pattern such as `ci/*`, where `*` stands for any characters. With
    `rotated-variable`, `job-secret`, `job-role` and `access-keys`; a helper pulls what its runner's role may pull. With
    `job-role` jobs find the role in `AWS_ROLE_ARN` and the registry host in `ECR_REGISTRY`, the first one's of
    `registries`. With `push`, the role of the project's jobs pulls them too, for a build that starts `FROM` one of
    them."""
    push: NotRequired[list[str]]
    """Repositories, or patterns, that the project's jobs may push, by a role that they assume with their `id_tokens`;
    never with a password in a variable. They find it in `AWS_ROLE_ARN`, the registry host in `ECR_REGISTRY`, and each
    repository's image reference in `ECR_REPOSITORY_<NAME>`, with the name in capitals and everything but letters and
    digits as `_`."""
    branches: NotRequired[list[str]]
    """With `push`, `job-role` or `job-secret`: the branches whose jobs may assume the role. On gitlab.com, by default
    every protected branch and tag; on other instances AWS cannot recognise a protected branch, so exact names are
    required, and you must protect them yourself."""
    tags: NotRequired[list[str]]
    """With `push`, `job-role` or `job-secret`: tag names, as `branches`."""
    unprotected_refs: NotRequired[bool]
    """With `job-role` or `job-secret`: true admits jobs on any ref, including merge requests. Anyone who may create a
    branch in the project can then pull what its jobs may. A role that pushes never trusts them. Default false."""
    namespace_id: NotRequired[GitLabNumber]
    """With `push`, `job-role` or `job-secret` on gitlab.com, together with `id`: the number of the project's group. A
    path can be taken over by others after a rename, a number cannot."""
    caches: NotRequired[list[str]]
    """With `rotated-variable`, `job-secret` and `job-role`: prefixes of pull-through caches, such as `docker-hub`, to
    pull from and to fill."""
    generation: NotRequired[int]
    """With `rotated-variable` and `job-secret`: 1 by default. Raise it to revoke every token of the consumer at once: a
    new role is created under another name, and the old one, whose rights the tokens carry, is deleted."""
    registries: NotRequired[list[RegistryArgs]]
    """Where the repositories are; by default the stack's own account and region. A registry of another account needs a
    repository policy there as well. Each one's token takes up to 3,600 of the 10,000 characters of a variable; a secret
    of `job-secret` holds 65,536."""
    host_forms: NotRequired[list[HostForm]]
    """How its `image:` lines write the registry host: `classic` (always there), `fips`, `dual-stack`. The runner
    compares hosts literally, so each form needs its own entry, and thus its own copy of the token."""
    kms_key: NotRequired[str]
    """With `job-secret`: the ARN of the KMS key that encrypts the secret; its key policy must let IAM decide in this
    account. Default: the account's AWS managed key for Secrets Manager."""
    auths: NotRequired[dict[str, AuthArgs]]
    """With `static`: the fixed logins, by registry host."""
    helper: NotRequired[str]
    """With `credential-helper` and `credentials-store`: the program's name without `docker-credential-`. Default
    `ecr-login`. It must be on the PATH of the runner's process."""
    environment_scopes: NotRequired[list[str]]
    """Default `["*"]`: one variable for all jobs. Others, such as `production` or `review/*`, each make a separate
    variable that only jobs of a matching environment see. On groups they need GitLab Premium."""
    variable_type: NotRequired[VariableType]
    """`file` (default) or `env_var`."""
    hidden: NotRequired[bool]
    """Default false. GitLab sets it at creation only, so changing it replaces the variable."""
    foreign_auths_secret: NotRequired[str]
    """With `rotated-variable`: the name of a Secrets Manager secret with a `DOCKER_AUTH_CONFIG` document for the other
    registries of a hidden variable, since no one can read its present value from GitLab."""
    protected: NotRequired[bool]
    """Default false, since merge-request pipelines must pull; true for `access-keys`."""
    adopt: NotRequired[bool]
    """Default false. True uses an existing `DOCKER_AUTH_CONFIG` and keeps its other registries."""
    long_lived_keys: NotRequired[bool]
    """With `access-keys`: must be true, to confirm a second time that you want access keys. They do not expire: anyone
    who has read them can pull until they are replaced."""
