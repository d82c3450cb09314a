"""What a runner's machine would fetch, read as the runner reads it."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from components import RunnerAccess
from components.docker.auth import DOCKER_AUTH_CONFIG
from components.docker.credential_resolution import HOME, VARIABLE, Outcome, resolve
from components.docker.image_reference import parse
from components.names.registry_host import parse_registry_host
from components.runner.config_shown import shown
from settings import RegistryAccessArgs

from .program import Program
from .world import World

_CONFIG: Final = "/config.toml"
_DOCKER_CONFIG: Final = "/docker-config.json"
_SOURCES: Final = {
    VARIABLE: "the login in the runner's environment",
    HOME: "the credential helper in the runner's Docker configuration",
    "": "no credential",
}


@dataclass(frozen=True)
class RunnerImage:
    """An image that the declaration names for a runner: the declared source of its credential, and the real one."""

    runner: str
    image: str
    expected: str
    actual: str

    @property
    def mistake(self) -> str:
        """How the credential differs from the declaration, in words."""
        return f"runner {self.runner}: {self.image} is meant to be pulled with {self.expected}, gets {self.actual}"


@dataclass(frozen=True)
class RunnerFound:
    """A runner as its parameters hold it: config.toml without its secrets, and its images."""

    name: str
    config: str
    images: tuple[RunnerImage, ...]


def published(world: World, program: Program, declaration: RegistryAccessArgs) -> Iterator[RunnerFound]:
    """Every declared runner, from the parameters that the program published."""
    names = [parameter.inputs["name"] for parameter in program.of_type("aws:ssm/parameter:Parameter")]
    for runner, options in declaration.get("runners", {}).items():
        folder = next(name for name in names if name.endswith(f"/runner/{runner}{_CONFIG}")).removesuffix(_CONFIG)
        config = _parameter(world, f"{folder}{_CONFIG}")
        home = _parameter(world, f"{folder}{_DOCKER_CONFIG}") if f"{folder}{_DOCKER_CONFIG}" in names else None
        images = tuple(
            RunnerImage(runner, image, _intended(image, options), _found(image, config, home))
            for image in _images(tomllib.loads(config), options.get("images", []))
        )
        yield RunnerFound(runner, shown(config), images)


def kind_of(access: Mapping[str, Any]) -> RunnerAccess:
    """How a runner logs in to registries; by `credential-helper` by default."""
    return RunnerAccess(access.get("kind", RunnerAccess.CREDENTIAL_HELPER))


def _parameter(world: World, name: str) -> str:
    return world.aws("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]


def _images(config: dict[str, Any], declared: list[str]) -> list[str]:
    docker = config["runners"][0].get("docker", {})
    named = [docker.get("image"), *(service["name"] for service in docker.get("services", [])), *declared]
    return list(dict.fromkeys(image for image in named if image))


def _intended(image: str, options: Mapping[str, Any]) -> str:
    """Where the declaration says the credential comes from; what `environment` names precedes the helper."""
    host, access = parse(image).host, options.get("access", {})
    if _is_named_in_environment(host, options):
        return _SOURCES[VARIABLE]
    if kind_of(access) is RunnerAccess.STATIC:
        return _SOURCES[VARIABLE] if host in access.get("logins", {}) else _SOURCES[""]
    return _SOURCES[HOME] if parse_registry_host(host) else _SOURCES[""]


def _is_named_in_environment(host: str, options: Mapping[str, Any]) -> bool:
    """Whether a `DOCKER_AUTH_CONFIG` that the declaration itself writes into the environment is for a host."""
    variables = dict(entry.split("=", 1) for entry in options.get("environment", []) if "=" in entry)
    try:
        document: dict[str, Any] = json.loads(variables.get(DOCKER_AUTH_CONFIG, "{}"))
    except ValueError:
        return False
    asked_for_all = "credsStore" in document and parse_registry_host(host) is not None
    return asked_for_all or host in {*document.get("auths", {}), *document.get("credHelpers", {})}


def _found(image: str, config: str, home: str | None) -> str:
    environment: list[str] = tomllib.loads(config)["runners"][0].get("environment", [])
    variables = dict(entry.split("=", 1) for entry in environment)
    hosts = [parse(image).host]
    helpers = {"ecr-login": {host: ("AWS", "from-the-helper") for host in hosts if parse_registry_host(host)}}
    answer = resolve(image, variables.get(DOCKER_AUTH_CONFIG), home, helpers)
    return _SOURCES[answer.source if answer.outcome is Outcome.FOUND else ""]
