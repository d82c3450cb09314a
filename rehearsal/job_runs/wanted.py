"""Chooses the jobs to run: for each consumer, one with an image that it may pull, and one with an image it may not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from components import Access
from components.cli.doctor.causes.cause import Cause
from components.docker.auth import DOCKER_AUTH_CONFIG
from rehearsal import id_tokens
from rehearsal.accesses import access_of
from rehearsal.consumers import Consumer, names_of
from rehearsal.namespaces import FOREIGN_AUTHS, INSTANCE
from rehearsal.patterns import names
from rehearsal.registries import Image, hosts_of, tried
from rehearsal.world import World

from .takers import JobRunner

CONSUMERS: Final = 6
"""The number of consumers whose jobs run. The pull matrix has all consumers."""
RAN, FAILED = "ran", "failed"
_BELOW: Final = "made-up-service"
_ELSEWHERE: Final = "made-up-group"
_STRANGER: Final = f"{_ELSEWHERE}/no-consumer"
_OTHER_VARIABLE: Final = "another-login"
_DENIED: Final = frozenset({Cause.IAM_POLICY.value, Cause.REPOSITORY_POLICY.value})
_WITHOUT_LOGIN: Final = frozenset({Cause.VARIABLE_ABSENT.value})


@dataclass(frozen=True)
class WantedJob:
    """One job, and its expected result.

    Attributes:
        who: its consumer's name in the matrix.
        image: the repository, in which every job has its own image.
        causes: for a job that fails, the causes that `doctor` may name.
        made_up: what its project is, if the stack file does not name it.
        ref: the ref on which it runs, as `branch` or `tag` and its name.
        keywords: `id_tokens`, `secrets` and `variables`, as in `.gitlab-ci.yml`.
    """

    who: str
    project: str
    image: Image
    taker: JobRunner
    expected: str
    causes: frozenset[str] = frozenset()
    environment: str | None = None
    made_up: str = ""
    ref: tuple[str, str] = ("branch", "main")
    keywords: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])


def wanted(
    world: World, declaration: Mapping[str, Any], consumers: Sequence[Consumer], takers: Sequence[JobRunner]
) -> list[WantedJob]:
    """All jobs. A group's jobs run in a made-up project below it."""
    jobs = [job for consumer in consumers[:CONSUMERS] for job in _of_consumer(world, declaration, consumer, takers)]
    jobs += _by_secrets(world, declaration, takers)
    if not any(consumer.kind == INSTANCE for consumer in consumers):  # whose variable every project has
        jobs += _without_login(world, takers)
    return [*jobs, *_by_the_runner(world, takers)]


def _of_consumer(
    world: World, declaration: Mapping[str, Any], consumer: Consumer, takers: Sequence[JobRunner]
) -> Iterator[WantedJob]:
    project, made_up = consumer.path, ""
    if consumer.kind != "project":
        below = _ELSEWHERE if consumer.kind == INSTANCE else consumer.path
        project, made_up = f"{below}/{_BELOW}", f"a project of {consumer.name}"
        _create(world, project)
    environment = None if consumer.scope == "*" else consumer.scope.replace("*", "1")
    taker = _taker(takers, project)
    if declaration["consumers"][consumer.path].get("protected") or taker.protected:
        world.gitlab.protect_branch(project, "main")
    images = tried(world.registries, consumer.pull, consumer.hosts)
    for image, expected, causes in _one_of_each(images, consumer.hosts):
        yield WantedJob(consumer.label, project, image, taker, expected, causes, environment, made_up)


def _by_secrets(world: World, declaration: Mapping[str, Any], takers: Sequence[JobRunner]) -> Iterator[WantedJob]:
    """Jobs that fetch their login themselves: by `secrets:`, before the runner pulls."""
    made = names_of(declaration)
    for path, consumer in sorted(declaration.get("consumers", {}).items()):
        if access_of(consumer) is not Access.JOB_SECRET:
            continue
        role, taker = made.secret_role_arn(path), _taker(takers, path)
        secret = {"secret_id": made.audience_secret(path), "region": world.region, "role_arn": role}
        keywords: dict[str, dict[str, Any]] = {
            "id_tokens": {"AWS_ID_TOKEN": id_tokens.aud_of(declaration)},
            # Before 19.0 the runner knows no role of a single secret, and takes that of the job.
            "variables": {"AWS_ROLE_ARN": role, "AWS_REGION": world.region},
            "secrets": {DOCKER_AUTH_CONFIG: {"aws_secrets_manager": secret, "token": "$AWS_ID_TOKEN", "file": True}},
        }
        ref = id_tokens.protected_ref(world, path, consumer)
        hosts = hosts_of(consumer, world.location)
        for image, expected, causes in _one_of_each(tried(world.registries, consumer["pull"], hosts), hosts):
            yield WantedJob(
                f"{path} by {Access.JOB_SECRET}", path, image, taker, expected, causes, ref=ref, keywords=keywords
            )


def _one_of_each(images: Mapping[Image, bool], hosts: Sequence[str]) -> Iterator[tuple[Image, str, frozenset[str]]]:
    """An image that may be pulled and one that may not.

    Both are on hosts that the login is for; for other hosts, the runner's own login would be used.
    """
    for allowed, expected, causes in ((True, RAN, frozenset[str]()), (False, FAILED, _DENIED)):
        of_kind = [image for image, declared in images.items() if declared is allowed and image.host in hosts]
        if of_kind:
            yield of_kind[0], expected, causes


def _without_login(world: World, takers: Sequence[JobRunner]) -> Iterator[WantedJob]:
    """A job of a project that is not a consumer, on a runner without a login."""
    _create(world, _STRANGER)
    own = world.registries[0]
    if own.repositories:
        image = Image(own.location, own.hosts[0], own.repositories[0], own.repositories[0])
        made_up = "a project that is no consumer"
        yield WantedJob(
            f"{_STRANGER}, no consumer", _STRANGER, image, takers[-1], FAILED, _WITHOUT_LOGIN, made_up=made_up
        )


def _by_the_runner(world: World, takers: Sequence[JobRunner]) -> Iterator[WantedJob]:
    """A job whose variable is for another registry, on a runner whose machine has its own access."""
    own = world.registries[0]
    for taker in takers:
        pulled = [name for name in own.repositories if any(names(pattern, name) for pattern in taker.own_pull)]
        if not pulled or world.gitlab.kind_of(taker.below) == "project":
            continue
        project = f"{taker.below or _ELSEWHERE}/{_OTHER_VARIABLE}"
        _create(world, project)
        world.gitlab.set_variable("project", project, DOCKER_AUTH_CONFIG, FOREIGN_AUTHS)
        image = Image(own.location, own.hosts[0], pulled[0], pulled[0])
        made_up = "a project whose DOCKER_AUTH_CONFIG is for another registry"
        yield WantedJob(f"{project}, by the access of {taker.name}", project, image, taker, RAN, made_up=made_up)


def _taker(takers: Sequence[JobRunner], project: str) -> JobRunner:
    return next(each for each in takers if each.takes(project))


def _create(world: World, project: str) -> None:
    if world.gitlab.kind_of(project) is None:
        world.gitlab.create_project(project)
