"""Whether a self-managed GitLab may give roles to jobs, as far as a program can know: in CI its version is known."""

from collections.abc import Mapping

from ..names.gitlab_release import CONSEQUENCE, GITLAB_COM, SAFE_TEXT, tells_forks_apart


def fork_warning(gitlab_url: str, environment: Mapping[str, str], *, trusts_forks: bool) -> str | None:
    """What the preview says of roles for the jobs of this GitLab; None when there is nothing to say.

    Args:
        gitlab_url: the instance whose jobs assume roles.
        environment: a CI job's, which names its own instance and the version of that.
        trusts_forks: whether the arguments acknowledge an older one.

    Raises:
        ValueError: the instance is known to be older, and nothing acknowledges it.
    """
    if gitlab_url == GITLAB_COM:
        return None
    own = environment.get("CI_SERVER_URL", "").rstrip("/") == gitlab_url.rstrip("/")
    version = environment.get("CI_SERVER_VERSION", "") if own else ""
    if version and tells_forks_apart(version):
        return None
    if trusts_forks:
        return f"trusts_forks: should {gitlab_url} be older than GitLab {SAFE_TEXT}, {CONSEQUENCE}"
    if version:
        raise ValueError(
            f"url: {gitlab_url} is GitLab {version}, and before {SAFE_TEXT} {CONSEQUENCE}; update it, or acknowledge "
            "that with trusts_forks: true"
        )
    return (
        f"url: {gitlab_url} has to be GitLab {SAFE_TEXT} or later: before it, {CONSEQUENCE}; `gitlab-ecr check` reads "
        "its version"
    )
