"""Everybody who pulls: consumers, users of access keys, runners; each with every client of the machine."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from components.iam.gitlab_trust import GITLAB_COM
from components.names.registry_host import dns_suffix

from . import clients, sessions
from .clients import Client, OwnClient, Skopeo
from .cloud.docker_registry import PROGRAM
from .consumers import Consumer, access_of
from .key_holders import KeyHolder
from .program import Program
from .pulls import Puller
from .world import World

WITHOUT_MACHINE: Final = (
    "a runner's instance profile: its role trusted the account for this run, by a statement RehearsalOnly"
)
WITHOUT_CLAIMS: Final = (
    "pulls by jobs of gitlab.com: the emulator's STS does not read project_id, namespace_id and ref_protected"
)


@dataclass(frozen=True)
class Programs:
    """The container clients and the registry that this machine has."""

    skopeo: bool
    helper: bool
    registry: bool

    @staticmethod
    def find() -> "Programs":
        """What is installed.

        Raises:
            ClientError: one is missing, and this is CI.
        """
        return Programs(clients.present("skopeo"), clients.present(clients.HELPER), clients.present(PROGRAM))

    def missing(self) -> list[str]:
        """A line for each of them that took no part."""
        found = {
            "pulls by skopeo": self.skopeo,
            f"pulls by {clients.HELPER}": self.skopeo and self.helper,
            f"images kept by {PROGRAM}": self.registry,
        }
        return [f"{what}, which is not installed" for what, there in found.items() if not there]


def pullers(  # noqa: PLR0917 - each is another part of the rehearsal
    world: World,
    declaration: Mapping[str, Any],
    program: Program,
    consumers: Sequence[Consumer],
    holders: Sequence[KeyHolder],
    programs: Programs,
    scratch: Path,
) -> list[Puller]:
    """Who pulls, each with what it has."""
    everyday: list[Client] = [OwnClient(world.registry_http)]
    if programs.skopeo:
        everyday.append(Skopeo(world.cloud, _folder(scratch, "skopeo")))
    return [
        *(Puller(each.path, each.pull, [(client, each.variable()) for client in everyday]) for each in consumers),
        *_users(world, holders, everyday),
        *_jobs(world, declaration, everyday),
        *_runners(world, declaration, program, programs, scratch),
    ]


def notes(declaration: Mapping[str, Any]) -> list[str]:
    """What the pulls of this declaration do not prove."""
    runners = any(each.get("access", {}).get("pull") for each in declaration.get("runners", {}).values())
    jobs = any(access_of(each) == "job-role" for each in declaration.get("consumers", {}).values())
    without_jobs = [WITHOUT_CLAIMS] * (jobs and _issuer(declaration) == GITLAB_COM)
    return [WITHOUT_MACHINE] * runners + without_jobs


def _users(world: World, holders: Sequence[KeyHolder], everyday: Sequence[Client]) -> Iterator[Puller]:
    for holder in holders:
        document = sessions.docker_config(world, holder.keys())
        yield Puller(f"{holder.path} by access keys", holder.pull, [(client, document) for client in everyday])


def _jobs(world: World, declaration: Mapping[str, Any], everyday: Sequence[Client]) -> Iterator[Puller]:
    url = _issuer(declaration)
    for path, consumer in sorted(declaration.get("consumers", {}).items()):
        if access_of(consumer) != "job-role" or url == GITLAB_COM:
            continue
        variable = world.gitlab.variable("project", path, "AWS_ROLE_ARN")
        kind = "branch" if consumer.get("branches") else "tag"
        ref = (consumer.get("branches") or consumer["tags"])[0]
        audience = declaration["gitlab"].get("id_token_audience", url)
        token = world.gitlab.issue_id_token(path, aud=audience, ref=ref, ref_type=kind)
        keys = sessions.of_job(world, variable["value"] if variable else "", token)
        document = sessions.docker_config(world, keys)
        yield Puller(f"{path} by its jobs' role", consumer["pull"], [(client, document) for client in everyday])


def _issuer(declaration: Mapping[str, Any]) -> str:
    return str(declaration.get("gitlab", {}).get("url", GITLAB_COM)).rstrip("/")


def _runners(
    world: World, declaration: Mapping[str, Any], program: Program, programs: Programs, scratch: Path
) -> Iterator[Puller]:
    world.cloud.name_api(f"api.ecr.{world.region}.{dns_suffix(world.region)}")
    for name, runner in sorted(declaration.get("runners", {}).items()):
        if not (patterns := runner.get("access", {}).get("pull")):
            continue
        keys = sessions.of_runner(world, _id(program, "aws:iam/instanceProfile:InstanceProfile", f"-runner-{name}"))
        logins: list[tuple[Client, str | None]] = [
            (OwnClient(world.registry_http), sessions.docker_config(world, keys))
        ]
        if programs.skopeo and programs.helper:
            # The very document that the runner's machine fetches.
            parameter = _id(program, "aws:ssm/parameter:Parameter", f"-runner-{name}-docker-config")
            document = world.aws("ssm").get_parameter(Name=parameter)["Parameter"]["Value"]
            more = {**sessions.environment(keys, world.region), "AWS_ECR_DISABLE_CACHE": "1"}
            with_helper = f"{clients.version()} with {clients.HELPER}"
            logins.append((Skopeo(world.cloud, _folder(scratch, f"runner-{name}"), more, with_helper), document))
        yield Puller(f"runner {name}", patterns, logins)


def _id(program: Program, type_: str, end: str) -> str:
    return next(resource.id for resource in program.of_type(type_) if resource.name.endswith(end))


def _folder(scratch: Path, name: str) -> Path:
    folder = scratch / name
    folder.mkdir()
    return folder
