"""Follows a job log line by line, and recognizes each event by how the runner writes it.

Source of the lines: gitlab-runner 19.4, `common/build.go`, `executors/docker` and `executors/kubernetes`.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

from .follower import Follower
from .lines import Line
from .story import Story

_Handler = Callable[[Follower, re.Match[str], Line], bool]
_PULL_FAILS: Final = (
    r"(?:failed to pull image|pulling image \\*\"|back-off pulling image|image pull failed|pull and unpack image)"
    r"(?:(?: \\*\"[^\"]{1,400}\"?)? for container \"?(?P<container>[\w-]+))?"
)
_RULES: Final[tuple[tuple[str, str, _Handler], ...]] = (
    (
        "job failed",
        r"^\W{0,5}(?:(?:ERROR|WARNING): )?Job failed(?: \(system failure\))?(?:: (?P<error>.*))?",
        Follower.ended,
    ),
    ("build failed", r"^ERROR: Build failed(?: \(system failure\))?(?:: (?P<error>.*))?", Follower.ended),
    ("preparation failed", r"^\W{0,5}ERROR: Preparation failed: (?P<error>.*)", Follower.ended),
    ("job succeeded", r"^\W{0,5}Job succeeded", Follower.succeeded),
    ("section_start:", r"section_start:\d+:(?P<stage>\w+)", Follower.stage),
    ("stage of the job script", r'Executing "(?P<stage>\w+)" stage of the job script', Follower.stage),
    (
        "getting source from",
        r"^Getting source from Git repository",
        Follower.sources,
    ),
    ("restoring cache", r"^Restoring cache\W*$", Follower.sources),
    ("downloading artifacts", r"^Downloading artifacts\W*$", Follower.sources),
    ("running on ", r"^Running on \S+ via ", Follower.sources),
    ("running after_script", r"^Running after_script", Follower.afterwards),
    (
        "for failed job",
        r"^(?:Saving cache|Uploading artifacts) for failed job",
        Follower.afterwards,
    ),
    ("cleaning up project", r"^Cleaning up project directory", Follower.afterwards),
    ("for successful job", r"^(?:Saving cache|Uploading artifacts) for successful job", Follower.saved),
    ("running with gitlab-runner", r"^Running with gitlab-runner (?P<version>\d{1,3}\.\d{1,3})", Follower.runner),
    ("resolving secret ", r"^Resolving secret \"(?P<key>[^\"]{1,255})\"\.\.\.", Follower.secret),
    ("no resolver that can", r"^\W{0,5}(?:WARNING: )?Not resolved: no resolver that can", Follower.secret_unresolved),
    ("preparing the ", r'^Preparing the "(?P<executor>[\w+ -]{1,40})" executor', Follower.preparing),
    (
        "executor with image",
        r"^Using (?P<executor>\w+) executor with image (?P<image>\S+)",
        Follower.executor_image,
    ),
    ("using helper image", r"^Using helper image:\s+(?P<image>\S+)", Follower.helper_image),
    ("starting service", r"^Starting service \S+", Follower.service),
    ("waiting for services", r"^Waiting for services to be up", Follower.waiting_for_services),
    (
        "effective pull policy",
        r"Using effective pull policy of \[(?P<policy>[^\]]*)\] for container (?P<name>\S+)",
        Follower.effective_policy,
    ),
    ("authenticating with", r"^Authenticating with credentials from (?P<source>.{1,200})", Follower.login),
    ("failed to resolve credentials", r"Failed to resolve credentials from", Follower.login_dropped),
    ("pulling docker image", r"^Pulling docker image (?P<image>\S+)", Follower.pulling),
    ("using docker image", r"^Using docker image \S+ (?:ID=\S+ )?for (?P<image>\S+)", Follower.pulled),
    ("successfully pulled image", r'Successfully pulled image \\*"(?P<image>[^"\\]+)', Follower.pulled),
    ("already present on machine", r'image \\*"(?P<image>[^"\\]+)\\*" already present on machine', Follower.pulled),
    ("locally found image", r"Using locally found image version", Follower.locally_found),
    ("pull", _PULL_FAILS, Follower.pull_failed),
    ("$ ", r"^(?:\d{1,6}\s+)?\$ (?P<command>.*)", Follower.command),
)
_EVENTS: Final = tuple((mark, re.compile(pattern, re.IGNORECASE), handle) for mark, pattern, handle in _RULES)


MARKS: Final = (
    *sorted({mark for mark, _, _ in _RULES if mark != "pull"}),
    "failed to pull",
    "pulling image",
    "image pull failed",
    "pull and unpack",
)
"""Each of the runner's lines holds one of these, in lower case."""


def follow(lines: Iterable[Line]) -> Story:
    """The story of a log's lines."""
    follower = Follower()
    for line in lines:
        low = line.text.lower()
        for mark, pattern, handle in _EVENTS:
            if mark in low and (match := pattern.search(line.text)) and handle(follower, match, line):
                break
        else:
            follower.other(line)
    return follower.story
