"""The project's CI configuration, as far as it says which jobs fetch a login by `secrets:`."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from ...docker.auth import DOCKER_AUTH_CONFIG
from ..gitlab_api import GitLabApi, ReadError, quoted

_KEY: Final = re.compile(r"(?P<quote>[\"']?)(?P<name>[^\s\"'#-][^\"'\n]{0,254}?)(?P=quote):(?:\s|$)")
_JOB: Final = re.compile(r"^  (?:script|run):", re.MULTILINE)


@dataclass(frozen=True)
class CiFile:
    """The merged configuration.

    Attributes:
        jobs: the text of each job, by its name.
    """

    jobs: dict[str, str]

    def fetching(self, secret: str) -> list[str]:
        """The jobs that read this secret as their login."""
        wanted = (f"{DOCKER_AUTH_CONFIG}:", "aws_secrets_manager", secret)
        return [name for name, text in self.jobs.items() if all(word in text for word in wanted)]

    def without(self, secret: str, image: str) -> list[str]:
        """The jobs that name this image and do not read the secret."""
        fetching = self.fetching(secret)
        pulls = re.compile(rf"^\s+(?:- )?(?:(?:image|name): )?[\"']?{re.escape(image)}(?=[:@\"'\s]|$)", re.MULTILINE)
        return [name for name, text in self.jobs.items() if pulls.search(text) and name not in fetching]


def ci_file_of(project: str, ref: str, gitlab: GitLabApi) -> CiFile | str:
    """The CI configuration of a ref, with everything that it includes and extends; or why GitLab does not show it."""
    try:
        merged = gitlab.get(f"projects/{quoted(project)}/ci/lint?content_ref={quote(ref, safe='')}").get("merged_yaml")
    except ReadError as error:
        return error.for_user().message
    if not isinstance(merged, str) or not merged:
        return f"GitLab cannot merge the CI configuration of {project} at {ref}"
    return parsed(merged)


def parsed(merged: str) -> CiFile:
    """Splits GitLab's merged YAML, whose keys of the first level begin at the first column, into its jobs."""
    parts: dict[str, list[str]] = {}
    current: list[str] = []
    for line in merged.splitlines():
        if match := _KEY.match(line):
            current = parts.setdefault(match["name"], [])
        current.append(line)
    texts = {name: "\n".join(lines) for name, lines in parts.items() if not name.startswith(".")}
    return CiFile({name: text for name, text in texts.items() if _JOB.search(text)})
