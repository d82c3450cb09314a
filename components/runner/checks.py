"""Finds the mistakes in a runner, and what may surprise."""

import re
from typing import Final

from ..docker import auth as docker_auth
from ..docker.credential_resolution import VARIABLE
from ..names.access import RunnerAccess
from ..names.locations import Mistakes
from ..names.naming import Names
from ..names.registry_host import parse_registry_host
from . import access as runner_access
from .args import RunnerArgs, RunnerOptions
from .config import runner_section
from .documents import check_isolation, documents
from .machine_args import MachineArgs
from .registration import registration
from .warnings import token_entries

_OWN: Final = {"runner": ""}
_LEAST: Final = {
    "concurrent": 1,
    "limit": 0,
    "check_interval": 0,
    "output_limit": 0,
    "request_concurrency": 0,
    "shutdown_timeout": 0,
}
_AMI: Final = "ami-0123456789abcdef0"
_IMAGE: Final = re.compile(r"ami-[0-9a-f]{8,17}|resolve:ssm:\S+")
_SIZE: Final = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+")
_PUBLIC: Final = "public.ecr.aws"


def find(args: RunnerArgs) -> Mistakes:
    """The mistakes in a runner's arguments."""
    found = Mistakes()
    with found.at():
        Names(args["account"], args["region"], args["prefix"])
    if not found.found:
        found.take(find_in_options(args), "options")
    return found


def find_in_options(args: RunnerArgs) -> Mistakes:
    """The mistakes in a runner's options, with names that are known to be valid."""
    found, options = Mistakes(), args["options"]
    with found.at(renamed=_OWN):
        registration(args)
    with found.at(renamed=_OWN):
        check_isolation(args, runner_section(args))
    with found.at("access"):
        _check_access(args)
    _numbers(options, found)
    with found.at("machine"):
        _check_machine(options.get("machine", {"image_id": _AMI}))
    _own_document(options, found)
    for path, key, kind in token_entries(options):
        found.warn(
            *path,
            text=f"the value of {key} looks like {kind}, and every job on the runner can read it; take it out, and set "
            "it as a masked CI/CD variable of the projects that need it",
        )
    if found.found:
        return found
    with found.at(renamed=_OWN):
        for warning in documents(args).warnings:
            key, _, text = warning.removeprefix("runner.").partition(": ")
            found.warn(*key.split("."), text=text)
    return found


def _check_access(args: RunnerArgs) -> None:
    options, mistakes = args["options"], Mistakes()
    access, pull = options.get("access", {}), options.get("access", {}).get("pull", [])
    names = Names(args["account"], args["region"], args["prefix"])
    for position, host in enumerate(access.get("registry_hosts", [])):
        if text := _no_registry(host):
            mistakes.add("registry_hosts", position, text=text)
    mistakes.refuse()
    found = Mistakes()
    with found.at(renamed=_OWN):
        runner_access.home_config(access, names.registry_host)
    mistakes.found += [each.below((), {"access": ""}) for each in found.found]
    mistakes.refuse()
    if pull and runner_access.declared_kind(access) is RunnerAccess.STATIC:
        mistakes.add("pull", text="means nothing with static access; leave it out")
    if access.get("caches") and not pull:
        mistakes.add("caches", text="means nothing without `pull`; write what the runner pulls too")
    mistakes.refuse()


def _numbers(options: RunnerOptions, found: Mistakes) -> None:
    for key, least in _LEAST.items():
        if options.get(key, least) < least:
            found.add(key, text=f"got {options.get(key)}; write {least} or more")


def _check_machine(machine: MachineArgs) -> None:
    """Refuses what EC2 would refuse in a launch template.

    Raises:
        MistakesError: each names its key.
    """
    mistakes, image, size = Mistakes(), machine["image_id"], machine.get("instance_type")
    if isinstance(image, str) and not _IMAGE.fullmatch(image):
        text = f"got {image!r}; write the id of an AMI of the region, such as {_AMI}, or the SSM parameter that has it"
        mistakes.add("image_id", text=f"{text}, such as resolve:ssm:/aws/service/debian/release/12/latest/amd64")
    if isinstance(size, str) and not _SIZE.fullmatch(size):
        mistakes.add("instance_type", text=f"got {size!r}; write a family and a size, such as t3.medium")
    groups = machine.get("security_group_ids", [])
    for position, group in enumerate(groups if isinstance(groups, list) else []):
        if not group.startswith("sg-"):
            text = f"got {group!r}; write an id that AWS shows, such as sg-0123456789abcdef0"
            mistakes.add("security_group_ids", position, text=text)
    mistakes.refuse()


def _own_document(options: RunnerOptions, found: Mistakes) -> None:
    """Whether a DOCKER_AUTH_CONFIG of the runner's environment can be read, and what it wins over."""
    entries = options.get("environment", [])
    document = runner_access.own_document(entries)
    if document is None:
        return
    at = max(index for index, entry in enumerate(entries) if entry.startswith(f"{VARIABLE}="))
    with found.at("environment", at, renamed={VARIABLE: ""}):
        docker_auth.parse(document)
    kind = options.get("access", {}).get("kind", RunnerAccess.CREDENTIAL_HELPER.value)
    found.warn(
        *("environment", at),
        text=f"every job sees this {VARIABLE}, and where it names a registry it wins over the `access` {kind} of the "
        "runner; a CI/CD variable of the project replaces it whole. Take it out, and write its registries in `access`",
    )


def _no_registry(host: str) -> str:
    if host == _PUBLIC:
        return (
            f"got {host!r}; ECR Public serves everybody without a login, and its helper would ask AWS for one that "
            "instance roles of a runner may not have: leave it out"
        )
    if parse_registry_host(host) is None:
        return (
            f"got {host!r}, which is no registry host of ECR; write one such as "
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com. Logins of other registries stand in `logins`, with "
            "`kind`: static"
        )
    return ""
