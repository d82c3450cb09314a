"""Whether a self-managed GitLab is recent enough to give roles to jobs; its version is known in CI only."""

from collections.abc import Mapping

from ..names.gitlab_release import CONSEQUENCE, GITLAB_COM, SAFE_TEXT, tells_forks_apart


def fork_warning(gitlab_url: str, environment: Mapping[str, str], *, trusts_forks: bool) -> str | None:
    """The warning that a preview shows about roles for jobs of this GitLab; None when there is none.

    Args:
        gitlab_url: the instance whose jobs assume roles.
        environment: the environment of a CI job, which names its GitLab instance and that instance's version.
        trusts_forks: whether the arguments acknowledge an older version.

    Raises:
        ValueError: the instance is known to be older, and this is not acknowledged.
    """
    if gitlab_url == GITLAB_COM:
        return None
    own = environment.get("CI_SERVER_URL", "").rstrip("/") == gitlab_url.rstrip("/")
    version = environment.get("CI_SERVER_VERSION", "") if own else ""
    if version and tells_forks_apart(version):
        return None
    if trusts_forks:
        return f"trusts_forks: if {gitlab_url} is older than GitLab {SAFE_TEXT}, {CONSEQUENCE}"
    if version:
        raise ValueError(
            f"url: {gitlab_url} is GitLab {version}, and before {SAFE_TEXT} {CONSEQUENCE}; update it, or acknowledge "
            "that with `trusts_forks`: true"
        )
    return (
        f"url: {gitlab_url} has to be GitLab {SAFE_TEXT} or later: before it, {CONSEQUENCE}; `gitlab-ecr check` reads "
        "its version"
    )
