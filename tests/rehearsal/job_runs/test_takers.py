"""Which runners take part, and what is said of those that do not."""

from types import SimpleNamespace
from typing import Any

import pytest

from rehearsal.job_runs import takers
from rehearsal.job_runs.takers import JobRunner


def _world(answers: dict[str, tuple[int, Any]]) -> Any:
    """A world whose parameters are the config.toml of each runner, and whose GitLab answers so."""

    def parameter(**asked: Any) -> Any:
        executor = "kubernetes" if "cluster" in asked["Name"] else "docker"
        return {"Parameter": {"Value": f'[[runners]]\nid = 7\nexecutor = "{executor}"\n'}}

    return SimpleNamespace(
        aws=lambda _: SimpleNamespace(get_parameter=parameter),
        gitlab=SimpleNamespace(known_as="https://gitlab.example.com"),
        gitlab_api=lambda method, path, _: answers[f"{method} {path}"],
    )


def _program(*runners: str, kinds: tuple[str, ...] = ("config", "docker-config")) -> Any:
    made = [SimpleNamespace(name=f"x-runner-{each}-{kind}", id=f"/{each}/{kind}") for each in runners for kind in kinds]
    return SimpleNamespace(of_type=lambda _: made)


SHOWN = {"tag_list": ["docker"], "access_level": "not_protected", "groups": [], "projects": []}
ANSWERS: dict[str, tuple[int, Any]] = {
    "GET runners/7": (200, SHOWN),
    "POST user/runners": (201, {"id": 9, "token": "glrt-fake-0000"}),
}


def test_at_most_four_take_part_beside_the_plain_one_and_the_others_are_named() -> None:
    names = ["cluster", "r1", "r2", "r3", "r4", "r5"]
    found, left_out = takers.takers(_world(ANSWERS), _program(*names), {"runners": {name: {} for name in names}})
    assert [each.name for each in found] == ["runner r1", "runner r2", "runner r3", "runner r4", takers.PLAIN]
    assert left_out == [
        "jobs on runner cluster: its executor is kubernetes, and the engine here is Docker's API",
        "jobs on runner r5: 4 runners took part",
    ]


def test_a_runner_of_the_instance_takes_every_project_and_one_without_a_docker_configuration_has_none() -> None:
    (runner, _), _ = takers.takers(_world(ANSWERS), _program("r1", kinds=("config",)), {"runners": {"r1": {}}})
    assert runner.docker_config is None
    assert [runner.takes(project) for project in ("acme/web", "other/x")] == [True, True]


def test_a_runner_of_a_group_takes_the_projects_below_it() -> None:
    shown = {**SHOWN, "groups": [{"id": 20}]}
    world = _world(ANSWERS | {"GET runners/7": (200, shown), "GET groups/20": (200, {"full_path": "Acme/Web"})})
    (runner, _), _ = takers.takers(world, _program("r1"), {"runners": {"r1": {}}})
    assert isinstance(runner, JobRunner)
    assert [runner.takes(project) for project in ("acme/web/x", "acme/web", "acme/website")] == [True, True, False]


@pytest.mark.parametrize("request_", sorted(ANSWERS))
def test_a_gitlab_that_refuses_is_named_with_its_answer(request_: str) -> None:
    world = _world(ANSWERS | {request_: (403, {"message": "403 Forbidden"})})
    with pytest.raises(RuntimeError) as error:
        takers.takers(world, _program("r1"), {"runners": {"r1": {}}})
    assert str(error.value) == f"GitLab answered 403 to {request_}: {{'message': '403 Forbidden'}}"
