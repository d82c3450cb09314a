"""The runners for the jobs: the stack's runners that use containers, and an instance runner for all other jobs."""

import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from components import RunnerAccess
from components.runner.config import render
from rehearsal import runners, sessions
from rehearsal.clients import HELPER
from rehearsal.program import Program
from rehearsal.world import World

from .runner_config import EXECUTORS

PLAIN: Final = "a plain runner"
_TAG: Final = "rehearsal"
_MOST: Final = 4
_PARAMETER: Final = "aws:ssm/parameter:Parameter"
_PROFILE: Final = "aws:iam/instanceProfile:InstanceProfile"


@dataclass(frozen=True)
class JobRunner:
    """A runner that is registered in GitLab.

    Attributes:
        config: its config.toml, as the stack rendered it.
        docker_config: the Docker configuration in its machine's home; None for none.
        environment: its machine's credentials.
        below: the group or project whose jobs it runs, in lower case; empty for all.
        protected: whether it only runs jobs on protected refs.
        own_pull: the repositories that it can pull with its own access.
    """

    name: str
    config: str
    docker_config: str | None
    environment: Mapping[str, str]
    tags: tuple[str, ...]
    below: str
    protected: bool
    own_pull: tuple[str, ...] = ()

    def takes(self, project: str) -> bool:
        """Whether it runs a project's jobs."""
        path = project.lower()
        return not self.below or path == self.below or path.startswith(f"{self.below}/")


def takers(world: World, program: Program, declaration: Mapping[str, Any]) -> tuple[list[JobRunner], list[str]]:
    """At most four of the stack's runners, then the plain one; and a line for each runner that is left out."""
    found: list[JobRunner] = []
    left_out: list[str] = []
    for name, options in sorted(declaration.get("runners", {}).items()):
        config = _parameter(world, program, name, "config")
        assert config is not None  # noqa: S101 - every runner has one
        executor = tomllib.loads(config)["runners"][0]["executor"]
        if executor not in EXECUTORS:
            left_out.append(f"jobs on runner {name}: its executor is {executor}, and the engine here is Docker's API")
        elif len(found) == _MOST:
            left_out.append(f"jobs on runner {name}: {_MOST} runners took part")
        else:
            found.append(_of_stack(world, program, name, options, config))
    return [*found, _plain(world)], left_out


def _of_stack(world: World, program: Program, name: str, options: Mapping[str, Any], config: str) -> JobRunner:
    shown = _answered(world, "GET", f"runners/{tomllib.loads(config)['runners'][0]['id']}", {})
    access = options.get("access", {})
    environment: Mapping[str, str] = {}
    if access.get("pull"):
        role = next(each.id for each in program.of_type(_PROFILE) if each.name.endswith(f"-runner-{name}"))
        environment = {
            **sessions.environment(sessions.of_runner(world, role), world.region),
            "AWS_ECR_DISABLE_CACHE": "1",
        }
    by_helper = runners.kind_of(access) is RunnerAccess.CREDENTIAL_HELPER and shutil.which(HELPER)
    return JobRunner(
        name=f"runner {name}",
        config=config,
        docker_config=_parameter(world, program, name, "docker-config"),
        environment=environment,
        tags=tuple(shown["tag_list"]),
        below=_place(world, shown),
        protected=shown["access_level"] == "ref_protected",
        own_pull=tuple(access.get("pull", [])) if by_helper else (),
    )


def _plain(world: World) -> JobRunner:
    """The runner for jobs that no runner of the stack runs. It has no login itself."""
    body = {"runner_type": "instance_type", "description": PLAIN, "tag_list": [_TAG], "run_untagged": False}
    made = _answered(world, "POST", "user/runners", body)
    runner = {
        "name": PLAIN,
        "url": world.gitlab.known_as,
        "id": made["id"],
        "token": made["token"],
        "executor": "docker",
        "docker": {"image": "none", "pull_policy": ["always"]},
    }
    return JobRunner(PLAIN, render({"concurrent": 1, "runners": [runner]}), None, {}, (_TAG,), "", protected=False)


def _parameter(world: World, program: Program, runner: str, kind: str) -> str | None:
    """What the runner's machine fetches; None if the stack does not publish it."""
    for each in program.of_type(_PARAMETER):
        if each.name.endswith(f"-runner-{runner}-{kind}"):
            return world.aws("ssm").get_parameter(Name=each.id, WithDecryption=True)["Parameter"]["Value"]
    return None


def _answered(world: World, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    status, answer = world.gitlab_api(method, path, body)
    if status >= 400:  # noqa: PLR2004 - errors begin there
        raise RuntimeError(f"GitLab answered {status} to {method} {path}: {answer}")
    return answer


def _place(world: World, shown: Mapping[str, Any]) -> str:
    for kind in ("groups", "projects"):
        for owner in _each(shown, kind):
            found = _answered(world, "GET", f"{kind}/{owner['id']}", {})
            return str(found.get("full_path") or found["path_with_namespace"]).lower()
    return ""


def _each(shown: Mapping[str, Any], kind: str) -> Iterator[Mapping[str, Any]]:
    yield from shown.get(kind) or []
