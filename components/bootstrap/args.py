"""Arguments of Bootstrap."""

from typing import NotRequired, TypedDict


class BootstrapArgs(TypedDict):
    """The GitLab project whose jobs preview and deploy stacks, and the AWS account for them."""

    account: str
    """The 12 digits of the AWS account."""
    region: str
    """The region of the state and of the stacks."""
    prefix: NotRequired[str]
    """The beginning of every name. Default `gitlab-ecr`; otherwise one word without a dash, so that no bootstrap can
    reach the resources of another. A stack's prefix has to begin with this prefix and a dash."""
    project: str
    """The full path of the GitLab project with the stack files."""
    project_id: NotRequired[str]
    """The project's id, in quotes. Required for gitlab.com; refused for other instances, where AWS ignores it."""
    namespace_id: NotRequired[str]
    """The id of the project's group, in quotes. Required and refused as `project_id` is."""
    branch: NotRequired[str]
    """The protected branch that deploys. Default `main`."""
    gitlab_url: NotRequired[str]
    """Default `https://gitlab.com`."""
    audience: NotRequired[str]
    """The `aud` of the jobs' OIDC tokens. Default: `gitlab_url`, which is `$CI_SERVER_URL` in a job."""
    trusts_forks: NotRequired[bool]
    """Accepts a self-managed GitLab older than 18.2.2. There, whoever may open a merge request from a fork of the
    project can get its preview role and, with a branch named like the one that deploys, the deploy role. Default
    false."""
    previews: NotRequired[list[str]]
    """The stacks that merge requests may preview. Whoever may push a branch to the project can write a job that reads
    all secrets in these stacks' states: runners' tokens, fixed passwords and, after a `pulumi refresh`, the variables'
    values. Default: none. Then previews fail, because Pulumi cannot read a state whose secrets it cannot decrypt."""
    repositories: NotRequired[list[str]]
    """Patterns such as `ci/*` for the ECR repositories that deployments may create, change and delete, and that the
    stacks' roles may push to. A pull-through cache needs its prefix here, too. Default: all repositories of the
    account."""
    thumbprints: NotRequired[list[str]]
    """The SHA-1 thumbprints of a self-managed GitLab's private CA. Default: none, since AWS trusts public CAs."""
    tags: NotRequired[dict[str, str]]
    """AWS tags for everything that can have them: key, bucket, OIDC provider, policies and roles. Default: none."""
