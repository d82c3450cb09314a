"""From which GitLab release on a role can tell a trusted branch from a fork's branch of the same name.

Before 18.2.2, the pipeline of a fork's merge request that runs in the parent project gets a token with the `sub` of the
parent's branch of the same name: anyone who names a fork's branch `main` gets the roles of `main`. On gitlab.com the
claim `ref_protected` prevents this; AWS does not read that claim for other instances.
Source: gitlab-org/gitlab, issues 561735 and 563038, fixed in 18.2.2.
"""

import re
from typing import Final

GITLAB_COM: Final = "https://gitlab.com"
SAFE: Final = (18, 2, 2)
SAFE_TEXT: Final = ".".join(map(str, SAFE))
CONSEQUENCE: Final = (
    "a merge request from a fork whose branch has the same name as a trusted one, such as main, gets that branch's "
    "roles in AWS"
)
_RELEASE: Final = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4})(?:\..*)?)?(?:[-+].*)?", re.ASCII | re.DOTALL)


def release(version: str) -> tuple[int, int, int] | None:
    """Parses a version as GitLab writes it, such as `18.2.2-ee`; None for anything else."""
    match = _RELEASE.fullmatch(version.strip())
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def tells_forks_apart(version: str) -> bool:
    """Whether this version gives jobs of a fork their own `sub`."""
    found = release(version)
    return found is not None and found >= SAFE
