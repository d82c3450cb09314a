"""Arguments of Bootstrap."""

from typing import NotRequired, TypedDict


class BootstrapArgs(TypedDict):
    """The project whose jobs preview and deploy."""

    account: str
    """The twelve digits of the AWS account."""
    region: str
    """The region of the state and of the stacks."""
    prefix: NotRequired[str]
    """Starts every name. Default `gitlab-ecr`, or else one word without a dash, so that no bootstrap reaches into
    another; a stack's own prefix has to be this one, a dash, and more."""
    project: str
    """The full path of the GitLab project with the stack files."""
    project_id: NotRequired[str]
    """Its number, quoted. Required for gitlab.com, refused for any other: AWS would not read it."""
    namespace_id: NotRequired[str]
    """The number of its group, quoted; as `project_id`."""
    branch: NotRequired[str]
    """The protected branch that deploys. Default `main`."""
    gitlab_url: NotRequired[str]
    """Default `https://gitlab.com`."""
    audience: NotRequired[str]
    """The `aud` of the jobs' tokens. Default: `gitlab_url`, which is `$CI_SERVER_URL` in a job."""
    trusts_forks: NotRequired[bool]
    """Default false: a self-managed GitLab has to be 18.2.2 or later. True acknowledges an older one, in which whoever
    may open a merge request from a fork of the project gets its preview role and, by calling the fork's branch like the
    one that deploys, the deploy role."""
    previews: NotRequired[list[str]]
    """The stacks that merge requests preview. Whoever may push a branch of the project can write a job that reads all
    secrets in their states: runners' tokens, fixed passwords, and after a `pulumi refresh` what the variables held.
    Default: none; a preview fails then, because Pulumi reads no state whose secrets it cannot decrypt."""
    repositories: NotRequired[list[str]]
    """Patterns, such as `ci/*`, of the ECR repositories that deployments may make, change and delete, and that roles of
    stacks may push to. A pull-through cache needs its prefix here too. Default: every one of the account."""
    thumbprints: NotRequired[list[str]]
    """SHA-1 of the private CA of a self-managed GitLab. Default: AWS trusts public CAs."""
