"""Other accounts with which the stack shares repositories: a role there pulls what the repositories' policies allow."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from components.iam.actions import PULL_ACTIONS
from components.names.registries import repository_arn
from components.names.registry_host import partition_of

from . import sessions
from .clients import Client
from .pulls import Puller
from .registries import images
from .world import World

NOT_REHEARSED: Final = "repositories shared with organizations and users: here, only accounts and roles pull"
_ROLE: Final = "made-up"
_ANY: Final = "*"


@dataclass(frozen=True)
class Grantee:
    """A role in another account, which allows it to pull everything."""

    account: str
    path: str
    name: str

    @property
    def label(self) -> str:
        """Its name in the matrix."""
        return f"account {self.account}, {'any role' if self.name == _ROLE else f'role {self.name}'}"


def grantees(world: World, declaration: Mapping[str, Any], clients: Sequence[Client]) -> Iterator[Puller]:
    """Everybody that a repository's policy admits, except organizations and users."""
    granted = {name: list(_grants(options)) for name, options in declaration["repositories"].items()}
    found = dict.fromkeys(each for grants in granted.values() for each in _grantees(grants))
    for grantee in found:
        expected = {
            image: any(_reaches(each, grantee) for each in _grantees(granted[image.repository]))
            for image in images(world.registries[0], world.location)
            if image.host == world.registry_host
        }
        document = sessions.docker_config(world, _session(world, grantee), [world.registry_host])
        yield Puller(grantee.label, expected, [(client, document) for client in clients])


def notes(declaration: Mapping[str, Any]) -> list[str]:
    """What is not rehearsed about shared repositories."""
    grants = [each for options in declaration["repositories"].values() for each in _grants(options)]
    users = any(":user/" in arn for each in grants for arn in each.get("principals", []))
    return [NOT_REHEARSED] * (users or any(each.get("organizations") for each in grants))


def _grants(options: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A repository's grants to others. Whoever may push or administer images may also pull them."""
    return (options[key] for key in ("pull", "push", "admin") if key in options)


def _grantees(grants: Iterable[Mapping[str, Any]]) -> Iterator[Grantee]:
    for each in grants:
        for account in each.get("accounts", []):
            yield Grantee(account, "/", _ROLE)
        for arn in each.get("principals", []):
            account, _, resource = str(arn).split(":", 4)[4].partition(":")
            if resource.startswith("role/"):
                path, _, name = resource.removeprefix("role").rpartition("/")
                yield Grantee(account, f"{path}/", name)


def _reaches(granted: Grantee, grantee: Grantee) -> bool:
    """Whether a grant is for this role, by its name or for its whole account."""
    return granted == grantee or (granted.account == grantee.account and granted.name == _ROLE)


def _session(world: World, grantee: Grantee) -> sessions.Keys:
    root, region = world.cloud.root_of(grantee.account), world.region
    trusted = {"AWS": f"arn:{partition_of(region)}:iam::{grantee.account}:root"}
    everything = repository_arn(world.account, region, _ANY)
    with world.cloud.client_of("iam", root) as iam:
        arn = iam.create_role(
            RoleName=grantee.name,
            Path=grantee.path,
            AssumeRolePolicyDocument=_policy({"Principal": trusted, "Action": "sts:AssumeRole"}),
        )["Role"]["Arn"]
        pulls = [
            {"Action": "ecr:GetAuthorizationToken", "Resource": _ANY},
            {"Action": list(PULL_ACTIONS), "Resource": everything},
        ]
        iam.put_role_policy(RoleName=grantee.name, PolicyName="pull", PolicyDocument=_policy(*pulls))
    return sessions.assumed(world, arn, root)


def _policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]})
