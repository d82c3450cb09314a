"""Looks at a living stack: what consumers pull, what the rotator keeps, and what must stay secret."""

from collections import Counter
from typing import Any

from components import Access
from components.contract.key_tags import CURRENT
from components.docker.auth import DOCKER_AUTH_CONFIG
from components.variables.keys import ACCESS_KEYS
from rehearsal.accesses import access_of
from rehearsal.clients import OwnClient
from rehearsal.consumers import Consumer, rotated
from rehearsal.patterns import names
from rehearsal.puller import pull
from rehearsal.pulls import Pull, Puller, pull_all
from rehearsal.registries import Image
from rehearsal.world import TAG, World
from settings import RegistryAccessArgs

from .engine import Engine
from .steps import expect

_NAMING = {"account", "region", "prefix", "role_path"}  # what names follow from, and the stack's output leaves out


class Seen:
    """Looks at the world of one stack.

    Attributes:
        kinds: `project` or `group`, by the path of each consumer with a rotated variable.
        with_keys: the same, for each consumer with access keys.
    """

    def __init__(self, world: World, engine: Engine, declaration: RegistryAccessArgs) -> None:
        self._world, self._engine = world, engine
        self._naming = {key: value for key, value in declaration.items() if key in _NAMING}
        self._repositories = sorted(declaration["repositories"])
        consumers = declaration.get("consumers", {})
        kinds = {
            path: (access_of(each), each.get("kind", "project")) for path, each in consumers.items() if each.get("pull")
        }
        self.kinds = {path: kind for path, (access, kind) in kinds.items() if access is Access.ROTATED_VARIABLE}
        self.with_keys = {path: kind for path, (access, kind) in kinds.items() if access is Access.ACCESS_KEYS}

    def pulls(self) -> list[Pull]:
        consumers = rotated(self._world, {**self._naming, **self._engine.outputs()["declaration"]})
        client = OwnClient(self._world.registry_http)
        images = [Image(self._world.location, self._world.registry_host, name, name) for name in self._repositories]
        return pull_all(
            [
                Puller(
                    each.path,
                    {image: any(names(pattern, image.repository) for pattern in each.pull) for image in images},
                    [(client, each.login())],
                )
                for each in consumers
            ]
        )

    def pulls_are_as_declared(self) -> int:
        pulls = self.pulls()
        wrong = [f"{p.consumer} pulling {p.repository}: {p.actual} ({p.reason})" for p in pulls if not p.as_declared]
        expect(not wrong, "; ".join(wrong))
        return sum(cell.actual == "allowed" for cell in pulls)

    def opens(self, auth: str | None, repository: str) -> bool:
        world = self._world
        return pull(world.registry_http, world.registry_host, repository, TAG, auth=auth).allowed

    def consumer(self, path: str) -> Consumer:
        return Consumer(self._world, path, self.kinds[path], (), (self._world.registry_host,))

    def variable(self, path: str) -> dict[str, Any]:
        return self._world.gitlab.variable(self.kinds[path], path, DOCKER_AUTH_CONFIG) or {}

    def published_key(self, path: str, key: str) -> str:
        record = self._world.gitlab.variable(self.with_keys[path], path, key)
        return record["value"] if record else ""

    def recorded_keys(self) -> set[str]:
        iam = self._world.aws("iam")
        tags = [iam.list_user_tags(UserName=user["UserName"])["Tags"] for user in iam.list_users()["Users"]]
        return {tag["Value"] for of_user in tags for tag in of_user if tag["Key"] == CURRENT}

    def secrets(self) -> dict[str, str]:
        """Every secret that a state must not show."""
        auths = {f"token of {path}": self.consumer(path).auth() or "" for path in self.kinds}
        keys = {f"{key} of {path}": self.published_key(path, key) for path in self.with_keys for key in ACCESS_KEYS}
        parameters = self._world.aws("ssm").describe_parameters()["Parameters"]
        configs = {
            found["Name"]: self._world.aws("ssm").get_parameter(Name=found["Name"], WithDecryption=True)
            for found in parameters
        }
        tokens = {
            f"runner token in {name}": line.split('"')[1]
            for name, answer in configs.items()
            for line in answer["Parameter"]["Value"].splitlines()
            if line.strip().startswith("token =")
        }
        return {
            **auths,
            **keys,
            **tokens,
            "GitLab token of the administrator": self._world.administrator_token,
            "GitLab token of the rotator": self._world.rotator_token,
        }

    def states_of_keys(self) -> Counter[str]:
        iam = self._world.aws("iam")
        keys = [iam.list_access_keys(UserName=user["UserName"]) for user in iam.list_users()["Users"]]
        return Counter(key["Status"] for of_user in keys for key in of_user["AccessKeyMetadata"])

    def pull_roles(self) -> set[str]:
        return {
            role["RoleName"] for role in self._world.aws("iam").list_roles()["Roles"] if role["Path"].endswith("/pull/")
        }
