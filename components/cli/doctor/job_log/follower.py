"""What each event of a job means for its story. No rule relies on another, because any line may be missing."""

import re
from typing import Final

from ....docker.auth import DOCKER_AUTH_CONFIG
from .images import image_in
from .lines import Line
from .story import IN_THE_JOB, Command, End, Pull, Step, Story, keep

_STAGES: Final = {
    "prepare_executor": Step.PREPARATION,
    "resolve_secrets": Step.PREPARATION,
    "prepare_script": Step.SOURCES,
    "get_sources": Step.SOURCES,
    "restore_cache": Step.SOURCES,
    "download_artifacts": Step.SOURCES,
    "step_": Step.SCRIPT,
    "build_script": Step.SCRIPT,
    "after_script": Step.AFTERWARDS,
    "archive_cache": Step.AFTERWARDS,
    "upload_artifacts": Step.AFTERWARDS,
    "cleanup": Step.AFTERWARDS,
}
_HELPERS: Final = ("helper", "init-permissions", "init-build-uid-gid-collector", "init-logs")
_EXIT: Final = re.compile(r"\bexit(?:ed with)?:? (?:code|status)\b", re.IGNORECASE)
_OF_A_PULL: Final = re.compile(
    r"error response from daemon: (?:get|head|pull|manifest|no match|toomany)|pull", re.IGNORECASE
)
_WRITTEN_BY_THE_RUNNER: Final = re.compile(r"^\W{0,3}(?:WARNING|ERROR): ")


class Follower:
    """Takes a log's events and lines in order, and builds the `story` from them."""

    def __init__(self) -> None:
        self.story = Story()
        self._step: Step | None = None
        self._pull: Pull | None = None
        self._helper = ""
        self._service_next = False
        self._source = ""
        self._secret = ""
        self._warnings: list[Line] = []

    def other(self, line: Line) -> None:
        """A line that is no event of the runner belongs to the current step."""
        if self._step is Step.SCRIPT:
            self._to_the_command(line)
        elif self._step is Step.AFTERWARDS:
            return
        elif self._pull is not None:
            keep(self._pull.lines, line)
        else:
            keep(self.story.loose, line)

    def stage(self, match: re.Match[str], _: Line) -> bool:
        """The runner names the stage that begins."""
        name = match["stage"]
        self._go_to(next((step for prefix, step in _STAGES.items() if name.startswith(prefix)), self._step))
        return True

    def runner(self, match: re.Match[str], _: Line) -> bool:
        """`Running with gitlab-runner 18.1.0 (0731d300)`."""
        self.story.runner = match["version"]
        return True

    def secret(self, match: re.Match[str], _: Line) -> bool:
        """`Resolving secret "X"...`."""
        self._secret = match["key"]
        return True

    def secret_unresolved(self, _: re.Match[str], line: Line) -> bool:
        """`Not resolved: ...`: the runner goes on without the secret."""
        if self._secret in {"", DOCKER_AUTH_CONFIG}:
            self.story.unresolved.append(line)
        return True

    def preparing(self, match: re.Match[str], _: Line) -> bool:
        """`Preparing the "docker" executor`."""
        self.story.executor = _executor(match["executor"])
        self._go_to(Step.PREPARATION)
        return True

    def executor_image(self, match: re.Match[str], _: Line) -> bool:
        """`Using Docker executor with image X ...`."""
        self.story.executor = self.story.executor or _executor(match["executor"])
        self.story.job_image = match["image"]
        if match["image"] in self.story.pulls:
            self.story.pulls[match["image"]].step = Step.JOB_IMAGE
        return True

    def helper_image(self, match: re.Match[str], _: Line) -> bool:
        """`Using helper image:  X`."""
        self._helper = match["image"]
        return True

    def service(self, _: re.Match[str], __: Line) -> bool:
        """`Starting service X...`: the next pull is a service's."""
        self._service_next = True
        return True

    def waiting_for_services(self, _: re.Match[str], __: Line) -> bool:
        """The services run."""
        self._service_next = False
        for pull in self.story.pulls.values():
            pull.pulled = pull.pulled or (pull.step is Step.SERVICE and not pull.failing)
        return True

    def effective_policy(self, match: re.Match[str], _: Line) -> bool:
        """`Using effective pull policy of [always] for container X`: with Docker, X is an image."""
        self._source, self._warnings, self._pull = "", [], None
        if self.story.executor != "kubernetes" and not match["policy"][:1].isupper():
            self._begin(match["name"])
        return True

    def login(self, match: re.Match[str], _: Line) -> bool:
        """`Authenticating with credentials from X`."""
        self._source = match["source"].rstrip()
        if self._pull is not None:
            self._pull.source = self._source
        return True

    def login_dropped(self, _: re.Match[str], line: Line) -> bool:
        """`Failed to resolve credentials from X`."""
        self._warnings.append(line)
        if self._pull is not None:
            keep(self._pull.lines, line)
        else:
            keep(self.story.dropped, line)
        return True

    def pulling(self, match: re.Match[str], _: Line) -> bool:
        """`Pulling docker image X ...`."""
        self._begin(match["image"])
        return True

    def pulled(self, match: re.Match[str], _: Line) -> bool:
        """`Using docker image sha256:... for X`, `Successfully pulled image "X"`."""
        pull = self.story.pulls.setdefault(match["image"], Pull(match["image"], self._step_of(match["image"])))
        pull.pulled, pull.failing = True, False
        pull.lines.clear()
        self._pull, self._source, self._warnings, self._service_next = None, "", [], False
        return True

    def locally_found(self, _: re.Match[str], __: Line) -> bool:
        """`Using locally found image version`."""
        if self._pull is not None:
            self._pull.pulled, self._pull.failing = True, False
            self._pull.lines.clear()
        return True

    def pull_failed(self, match: re.Match[str], line: Line) -> bool:
        """The runner or its cluster says that a pull failed."""
        if self._step in IN_THE_JOB and not _WRITTEN_BY_THE_RUNNER.match(line.text):
            return False  # the script printed it, so it is no event of the runner
        self._failing(match, line)
        return True

    def ended(self, match: re.Match[str], line: Line) -> bool:
        """`Job failed: X`, or a preparation that failed and may be tried again."""
        error = (match["error"] or "").strip()
        step = self._step or (Step.SCRIPT if self.story.commands else Step.PREPARATION)
        if _EXIT.search(error) and not error.lower().startswith("failed to pull image"):
            step = self._step_of_exit()
        elif image_in(error) or _OF_A_PULL.search(error):
            step = self._failing(match, line).step
        self.story.end = End(line, error, step)
        return True

    def succeeded(self, _: re.Match[str], __: Line) -> bool:
        """`Job succeeded`."""
        self.story.succeeded = True
        return True

    def sources(self, _: re.Match[str], __: Line) -> bool:
        """The containers run, and the runner fetches the sources."""
        self._go_to(Step.SOURCES)
        return True

    def afterwards(self, _: re.Match[str], __: Line) -> bool:
        """The script is over."""
        self._go_to(Step.AFTERWARDS)
        return True

    def saved(self, _: re.Match[str], __: Line) -> bool:
        """Something that the runner does only after a successful script."""
        self.story.script_succeeded = True
        self._go_to(Step.AFTERWARDS)
        return True

    def command(self, match: re.Match[str], _: Line) -> bool:
        """`$ make test`: the shell shows each command before it runs."""
        if self._step is Step.AFTERWARDS:
            return True
        self._go_to(Step.SCRIPT)
        self.story.commands.append(Command(match["command"].strip()))
        return True

    def _go_to(self, step: Step | None) -> None:
        self._step = step
        if step in IN_THE_JOB:
            self.story.prepared = True
            self._pull = None
            for pull in self.story.pulls.values():
                pull.pulled = pull.pulled or not pull.failing
        elif step is Step.PREPARATION:
            self._pull, self._source, self._warnings = None, "", []

    def _begin(self, image: str) -> None:
        pull = self.story.pulls.setdefault(image, Pull(image, self._step_of(image)))
        pull.source = self._source or pull.source
        for warning in self._warnings:
            if warning not in pull.lines:
                keep(pull.lines, warning)
        self._pull = pull
        if self._step in IN_THE_JOB:
            self._step = Step.PREPARATION

    def _failing(self, match: re.Match[str], line: Line) -> Pull:
        image = image_in(line.text)
        known = image and next((pull for name, pull in self.story.pulls.items() if _same(name, image)), None)
        if known:
            pull = known
        elif image or self._pull is None:
            pull = self.story.pulls.setdefault(image, Pull(image, self._step_of(image), self._source))
        else:
            pull = self._pull
        if container := match.groupdict().get("container"):
            pull.step = _step_of_container(container)
        for warning in self._warnings:
            if warning not in pull.lines:
                keep(pull.lines, warning)
        keep(pull.lines, line)
        pull.failing, pull.pulled = True, False
        self._pull = pull
        return pull

    def _to_the_command(self, line: Line) -> None:
        if not self.story.commands:
            self.story.commands.append(Command())
        keep(self.story.commands[-1].lines, line)

    def _step_of(self, image: str) -> Step:
        if image and (image == self._helper or "gitlab-runner-helper" in image):
            return Step.HELPER
        if self._service_next and image != self.story.job_image:
            return Step.SERVICE
        return Step.JOB_IMAGE

    def _step_of_exit(self) -> Step:
        if self.story.script_succeeded:
            return Step.AFTERWARDS
        if self._step is Step.SOURCES and not self.story.commands:
            return Step.SOURCES
        return Step.SCRIPT


def _executor(name: str) -> str:
    low = name.lower()
    return "docker" if low.startswith("docker") else low


def _step_of_container(name: str) -> Step:
    if name.startswith(_HELPERS):
        return Step.HELPER
    return Step.SERVICE if name.startswith("svc") else Step.JOB_IMAGE


def _same(name: str, image: str) -> bool:
    """Whether both mean one image: an error may omit its tag, or use its digest or Docker Hub's long form."""
    one, other = _short(name), _short(image)
    if one == other:
        return True
    tagged = one[1] and other[1] and not one[1].startswith("sha256:") and not other[1].startswith("sha256:")
    return one[0] == other[0] and (not tagged or {one[1], other[1]} == {"latest"})


def _short(image: str) -> tuple[str, str]:
    """The image's repository, and its tag or digest."""
    name = image.removeprefix("docker.io/").removeprefix("library/")
    name, _, digest = name.partition("@")
    directory, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    return f"{directory}{slash}{last}", digest or tag
