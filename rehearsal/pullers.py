"""Everyone who pulls: consumers, users of access keys, runners; each with every client of the machine."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from components import Access, RunnerAccess
from components.names.registry_host import dns_suffix

from . import clients, grantees, id_tokens, job_secrets, sessions
from .accesses import access_of
from .clients import Client, OwnClient, Refused, Skopeo
from .cloud.docker_registry import PROGRAM
from .consumers import Consumer
from .key_holders import KeyHolder
from .program import Program
from .pulls import Puller
from .registries import hosts_of, tried
from .runners import kind_of
from .world import World

WITHOUT_MACHINE: Final = (
    "a runner's instance profile: its role trusted the account for this run, by a statement RehearsalOnly"
)
WITHOUT_STORE: Final = "pulls by a runner's credentials store: skopeo supports helpers for single registries only"


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
    """Everyone who pulls, each with their logins."""
    everyday: list[Client] = [OwnClient(world.registry_http)]
    if programs.skopeo:
        everyday.append(Skopeo(world.cloud, _folder(scratch, "skopeo")))
    return [
        *(
            Puller(
                each.label,
                tried(world.registries, each.pull, each.hosts),
                [(client, each.variable()) for client in everyday],
            )
            for each in consumers
            if not each.secret
        ),
        *_readers(world, declaration, consumers, everyday),
        *_users(world, declaration, holders, everyday),
        *_jobs(world, declaration, everyday),
        *_runners(world, declaration, program, programs, scratch),
        *grantees.grantees(world, declaration, everyday),
    ]


def notes(declaration: Mapping[str, Any]) -> list[str]:
    """What the pulls of this declaration do not prove."""
    runners = any(each.get("access", {}).get("pull") for each in declaration.get("runners", {}).values())
    kinds = [kind_of(each.get("access", {})) for each in declaration.get("runners", {}).values()]
    stores = RunnerAccess.CREDENTIALS_STORE in kinds
    return [WITHOUT_MACHINE] * runners + [WITHOUT_STORE] * stores + grantees.notes(declaration)


def _users(
    world: World, declaration: Mapping[str, Any], holders: Sequence[KeyHolder], everyday: Sequence[Client]
) -> Iterator[Puller]:
    for holder in holders:
        hosts = hosts_of(declaration["consumers"][holder.path], world.location)
        document = sessions.docker_config(world, holder.keys(), hosts)
        images = tried(world.registries, holder.pull, hosts)
        yield Puller(f"{holder.path} by access keys", images, [(client, document) for client in everyday])


def _readers(
    world: World, declaration: Mapping[str, Any], consumers: Sequence[Consumer], everyday: Sequence[Client]
) -> Iterator[Puller]:
    for consumer in consumers:
        if not consumer.secret:
            continue
        logins: list[tuple[Client, str | None]]
        try:
            document = job_secrets.fetched(world, declaration, consumer)
        except ClientError as error:
            logins = [(Refused(str(error)), None)]
        else:
            logins = [(client, document) for client in everyday]
        images = tried(world.registries, consumer.pull, consumer.hosts)
        yield Puller(f"{consumer.path} by its jobs' secret", images, logins)


def _jobs(world: World, declaration: Mapping[str, Any], everyday: Sequence[Client]) -> Iterator[Puller]:
    for path, consumer in sorted(declaration.get("consumers", {}).items()):
        if access_of(consumer) is not Access.JOB_ROLE:
            continue
        variable = world.gitlab.variable("project", path, "AWS_ROLE_ARN")
        kind, ref = id_tokens.protected_ref(world, path, consumer)
        token = world.gitlab.issue_id_token(path, aud=id_tokens.aud_of(declaration), ref=ref, ref_type=kind)
        hosts = hosts_of(consumer, world.location)
        logins: list[tuple[Client, str | None]]
        try:
            keys = sessions.of_job(world, variable["value"] if variable else "", token)
        except ClientError as error:
            logins = [(Refused(str(error)), None)]
        else:
            document = sessions.docker_config(world, keys, hosts)
            logins = [(client, document) for client in everyday]
        yield Puller(f"{path} by its jobs' role", tried(world.registries, consumer["pull"], hosts), logins)


def _runners(
    world: World, declaration: Mapping[str, Any], program: Program, programs: Programs, scratch: Path
) -> Iterator[Puller]:
    for region in dict.fromkeys(registry.location.region for registry in world.registries):
        world.cloud.name_api(f"api.ecr.{region}.{dns_suffix(region)}")
    for name, runner in sorted(declaration.get("runners", {}).items()):
        access = runner.get("access", {})
        if not (patterns := access.get("pull")):
            continue
        hosts = access.get("registry_hosts") or hosts_of(access, world.location)
        keys = sessions.of_runner(world, _id(program, "aws:iam/instanceProfile:InstanceProfile", f"-runner-{name}"))
        logins: list[tuple[Client, str | None]] = [
            (OwnClient(world.registry_http), sessions.docker_config(world, keys, hosts))
        ]
        store = kind_of(access) is RunnerAccess.CREDENTIALS_STORE  # of which skopeo reads nothing
        if programs.skopeo and programs.helper and not store:
            # The very document that the runner's machine fetches.
            parameter = _id(program, "aws:ssm/parameter:Parameter", f"-runner-{name}-docker-config")
            document = world.aws("ssm").get_parameter(Name=parameter)["Parameter"]["Value"]
            more = {**sessions.environment(keys, world.region), "AWS_ECR_DISABLE_CACHE": "1"}
            with_helper = f"{clients.version()} with {clients.HELPER}"
            logins.append((Skopeo(world.cloud, _folder(scratch, f"runner-{name}"), more, with_helper), document))
        yield Puller(f"runner {name}", tried(world.registries, patterns, hosts), logins)


def _id(program: Program, type_: str, end: str) -> str:
    return next(resource.id for resource in program.of_type(type_) if resource.name.endswith(end))


def _folder(scratch: Path, name: str) -> Path:
    folder = scratch / name
    folder.mkdir()
    return folder
