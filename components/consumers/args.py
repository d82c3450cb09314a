"""Arguments on the GitLab side of a declaration: the instance, and who pulls and pushes."""

from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi

from ..names.registries import RegistryArgs
from ..names.registry_host import HostForm
from ..variables.targets import OwnerKind, VariableType


class Access(StrEnum):
    """How a consumer's jobs come to their credentials."""

    ROTATED_VARIABLE = "rotated-variable"
    CREDENTIAL_HELPER = "credential-helper"
    CREDENTIALS_STORE = "credentials-store"
    STATIC = "static"
    JOB_ROLE = "job-role"
    ACCESS_KEYS = "access-keys"


class GitLabArgs(TypedDict):
    """The GitLab instance."""

    url: NotRequired[str]
    """Default `https://gitlab.com`. `http://` is refused unless `allow_http` says otherwise."""
    allow_http: NotRequired[bool]
    """Default false. True sends tokens in clear: for an instance on this machine only."""
    ca_bundle: NotRequired[str]
    """PEM certificates of the private CA that signed the instance's certificate. Default: public CAs."""
    proxy: NotRequired[str]
    """The URL of the proxy between the rotator and GitLab, without a password. Default: `HTTPS_PROXY` of its
    environment, which Lambda does not set."""
    concurrency: NotRequired[int]
    """How many variables the rotator writes at once, 1 to 64. Default 16."""
    requests_per_second: NotRequired[int]
    """How many requests the rotator sends to GitLab, 1 to 1000. Default 30: gitlab.com allows 2,000 a minute."""
    id_token_audience: NotRequired[str]
    """The `aud` that pushing jobs ask for in `id_tokens`. Default: the instance's URL."""
    existing_oidc_provider: NotRequired[bool]
    """Default false. True uses the account's existing OIDC provider for this GitLab, since there can be only one. Its
    client ids must include the `aud`."""
    thumbprints: NotRequired[list[str]]
    """SHA-1 thumbprints of the private CA that signed the instance's certificate, for pushing jobs; to be left out for
    public CAs, which AWS knows by itself."""
    trusts_forks: NotRequired[bool]
    """Default false: roles for jobs need a self-managed GitLab of 18.2.2 or later. True acknowledges an older one, in
    which whoever may open a merge request from a fork gets the roles of a trusted branch, by calling the fork's like
    it."""


class AuthArgs(TypedDict):
    """A fixed login to one registry."""

    username: pulumi.Input[str]
    """Without a colon, which ends the name in this format."""
    password: pulumi.Input[str]
    """A secret in state, whatever it was in the stack file. There, write it as a secret, with `pulumi config set
    --secret --path`."""


class ConsumerArgs(TypedDict):
    """A GitLab project or group, and what it may pull and push."""

    kind: NotRequired[OwnerKind]
    """`project` (default) or `group`; a group's variable reaches every project below it."""
    id: NotRequired[int]
    """The numeric id. With it, a renamed project or group is still found."""
    access: NotRequired[Access]
    """`rotated-variable` (default; works on any runner), or `credential-helper` or `credentials-store` (the variable
    names a helper that the runner's machine has; no secret anywhere), or `static` (fixed passwords of other
    registries). Not ways to pull a job's `image:`, which is pulled before the job starts: `job-role` (a role that the
    project's jobs assume with their `id_tokens`, for what they pull themselves, such as `docker run` or a build's
    `FROM`), and `access-keys` (for old scripts that log in by themselves)."""
    pull: NotRequired[list[str]]
    """Repositories, by name or by a pattern such as `ci/*`, where `*` stands for any characters. With
    `rotated-variable`, `job-role` and `access-keys`; a helper pulls what its runner's role may pull. With `job-role`
    jobs find the role in `AWS_ROLE_ARN` and the registry host in `ECR_REGISTRY`, the first one's of `registries`. With
    `push`, the role of the project's jobs pulls them too, for a build that starts `FROM` one of them."""
    push: NotRequired[list[str]]
    """Repositories, or patterns, that the project's jobs may push, by a role that they assume with their `id_tokens`;
    never by a password in a variable. They find it in `AWS_ROLE_ARN`, the registry host in `ECR_REGISTRY`, and each
    repository's image reference in `ECR_REPOSITORY_` and its name in capitals, all but letters and digits as `_`."""
    branches: NotRequired[list[str]]
    """With `push` or `job-role`: the branches whose jobs may. On gitlab.com by default every protected branch and tag;
    on other instances AWS cannot tell a protected branch, so exact names are required, and protecting them is up to
    you."""
    tags: NotRequired[list[str]]
    """With `push` or `job-role`: tag names, as `branches`."""
    unprotected_refs: NotRequired[bool]
    """With `job-role` on gitlab.com, without `push`: true lets in jobs on any ref, those of merge requests among them.
    Whoever may make a branch of the project then pulls what the role may. Default false."""
    namespace_id: NotRequired[int]
    """With `push` or `job-role` on gitlab.com, together with `id`: the number of the project's group. A path can be
    taken over by others after a rename, a number cannot."""
    caches: NotRequired[list[str]]
    """With `rotated-variable` and `job-role`: prefixes of pull-through caches, such as `docker-hub`, to pull from and
    to fill."""
    generation: NotRequired[int]
    """With `rotated-variable`: 1 by default. Raise it to void every token of the consumer at once: its role is made
    anew under another name, and the old one, whose rights the tokens carry, is deleted."""
    registries: NotRequired[list[RegistryArgs]]
    """Where the repositories are; by default the stack's own account and region. A registry of another account needs a
    repository policy there as well. Each one's token takes up to 3,600 of the 10,000 characters of a variable."""
    host_forms: NotRequired[list[HostForm]]
    """How its `image:` lines write the registry host: `classic` (always there), `fips`, `dual-stack`. The runner
    compares hosts literally, so each form takes an entry, and a token, of its own."""
    auths: NotRequired[dict[str, AuthArgs]]
    """With `static`: the fixed logins, by registry host."""
    helper: NotRequired[str]
    """With `credential-helper` and `credentials-store`: the program's name without `docker-credential-`. Default
    `ecr-login`. It has to be where the runner's own process finds it."""
    environment_scopes: NotRequired[list[str]]
    """Default `["*"]`: one variable for all jobs. Others, such as `production` or `review/*`, make one variable each,
    which only jobs of a matching environment see. On groups they need GitLab Premium."""
    variable_type: NotRequired[VariableType]
    """`file` (default) or `env_var`."""
    hidden: NotRequired[bool]
    """Default false. GitLab sets it at creation only, so a change of it replaces the variable."""
    foreign_auths_secret: NotRequired[str]
    """With `rotated-variable`: the name of a Secrets Manager secret with a `DOCKER_AUTH_CONFIG` document: what a hidden
    variable holds for other registries, as GitLab shows nobody what is in it now."""
    protected: NotRequired[bool]
    """Default false, since merge-request pipelines must pull; true for `access-keys`."""
    adopt: NotRequired[bool]
    """Default false. True takes over a `DOCKER_AUTH_CONFIG` that exists already, and keeps its other registries."""
    long_lived_keys: NotRequired[bool]
    """With `access-keys`: must be true, to confirm a second time that you want access keys. They do not expire: anyone
    who has read them can pull until they are replaced."""
