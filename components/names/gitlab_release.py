"""Releases of a self-managed GitLab: from which on a role can tell a trusted branch from that of a fork.

Before it, the pipeline of a fork's merge request that runs in the parent project gets a token whose `sub` is that of
the parent's branch of the same name: whoever names a branch of a fork `main` has the roles of `main`. On gitlab.com the
claim `ref_protected` holds it off; of any other instance AWS does not read that claim.
Source: gitlab-org/gitlab, issues 561735 and 563038, mended in 18.2.2.
"""

import re
from typing import Final

GITLAB_COM: Final = "https://gitlab.com"
SAFE: Final = (18, 2, 2)
SAFE_TEXT: Final = ".".join(map(str, SAFE))
CONSEQUENCE: Final = (
    "a merge request from a fork whose branch is called like a trusted one, main for example, gets the roles that AWS "
    "gives to jobs of that branch"
)
_RELEASE: Final = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4})(?:\..*)?)?(?:[-+].*)?", re.ASCII | re.DOTALL)


def release(version: str) -> tuple[int, int, int] | None:
    """The numbers of a version as GitLab writes it, such as `18.2.2-ee`; None for anything else."""
    match = _RELEASE.fullmatch(version.strip())
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def tells_forks_apart(version: str) -> bool:
    """Whether jobs of a fork get a `sub` of their own in this version."""
    found = release(version)
    return found is not None and found >= SAFE
