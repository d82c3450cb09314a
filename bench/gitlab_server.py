"""GitLab's emulator in a separate process, so that it does not slow down what is measured."""

import multiprocessing
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection

from components.docker.auth import DOCKER_AUTH_CONFIG, PLACEHOLDER
from rehearsal.gitlab.emulator import GitLab


class GitLabServer(AbstractContextManager["GitLabServer"]):
    """A GitLab instance with `projects` projects, numbered from 1. Each has a variable.

    Attributes:
        url: the instance's URL.
        token: a token that may write every variable.
    """

    def __init__(self, projects: int, latency: float) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        # Not forked, because the bench already has threads.
        start = multiprocessing.get_context("spawn")
        self._process = start.Process(target=_serve, args=(theirs, projects, latency), daemon=True)
        self._process.start()
        theirs.close()  # otherwise this process would not notice its end
        self.url, self.token = self._pipe.recv()

    def requests(self) -> int:
        """How many requests it has answered."""
        self._pipe.send("requests")
        return self._pipe.recv()

    def __exit__(self, *_: object) -> None:
        self._pipe.send("stop")
        self._process.join()


def _serve(pipe: Connection, projects: int, latency: float) -> None:
    with GitLab.start(latency=latency) as gitlab:
        for number in range(1, projects + 1):
            gitlab.create_project(f"bench/project-{number}", number)
            gitlab.set_variable(
                "project", f"bench/project-{number}", DOCKER_AUTH_CONFIG, PLACEHOLDER, masked=True, raw=True
            )
        pipe.send((gitlab.url, gitlab.create_token("bench", ["api"], user="root")))
        while pipe.recv() == "requests":
            pipe.send(len(gitlab.events))
