"""A consumer with access keys: what its jobs find, and how the keys change over time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from components import Access
from components.variables.keys import ACCESS_KEYS

from . import sessions
from .accesses import access_of
from .program import Program
from .sessions import Keys
from .world import World

UNCHANGED = "a change of access keys: none got as old as its accessKeyAge while time was moved"
_FLAGS: Final = ("protected", "masked")


class KeyHolderError(Exception):
    """The keys are not as they should be; the message says whose and why."""


@dataclass
class KeyHolder:
    """A project or group with an IAM user's access key in two variables.

    Attributes:
        user: its IAM user's name.
        scope: the environment scope of the two variables.
        seen: the ids of the published keys, oldest first.
    """

    world: World
    path: str
    kind: str
    pull: list[str]
    user: str
    scope: str = "*"
    seen: list[str] = field(default_factory=list[str])

    def keys(self) -> Keys:
        """The credentials that a job's AWS client takes from its environment."""
        values: list[str] = []
        for key in ACCESS_KEYS:
            record = self.world.gitlab.variable(self.kind, self.path, key, self.scope)
            missing = ["absent"] if record is None else [f"not {each}" for each in _FLAGS if not record[each]]
            if record is None or missing:
                raise KeyHolderError(f"{self.path}: {key} is {' and '.join(missing)}")
            values.append(record["value"])
        return {"aws_access_key_id": values[0], "aws_secret_access_key": values[1]}

    def look(self) -> None:
        """Signs with the published pair, and counts the user's keys.

        Raises:
            KeyHolderError: the pair is not the user's, or the user has more than two keys.
        """
        keys = self.keys()
        arn = sessions.caller(self.world, keys)
        if not arn.endswith(f"/{self.user}"):
            raise KeyHolderError(f"{self.path}: the published pair signs as {arn or 'nobody'}, not as {self.user}")
        if keys["aws_access_key_id"] not in self.seen:
            self.seen.append(keys["aws_access_key_id"])
        if len(self.status()) > 2:  # noqa: PLR2004 - IAM quotas, access keys of a user
            raise KeyHolderError(f"{self.user} has {len(self.status())} keys; AWS gives a user two")

    def status(self) -> dict[str, str]:
        """The status of each of the user's keys."""
        listed = self.world.aws("iam").list_access_keys(UserName=self.user)["AccessKeyMetadata"]
        return {key["AccessKeyId"]: key["Status"] for key in listed}

    def retired(self) -> None:
        """Returns when no key but the published one and the one before is still active.

        Raises:
            KeyHolderError: an old key still works.
        """
        active = {key for key, status in self.status().items() if status == "Active"}
        if old := [key for key in self.seen[:-2] if key in active]:
            raise KeyHolderError(f"{self.path}: a key that is past its grace still works: ...{old[0][-4:]}")


def holders(world: World, declaration: Mapping[str, Any], program: Program) -> list[KeyHolder]:
    """The consumers with access keys."""
    return list(_holders(world, declaration, program))


def notes(found: Sequence[KeyHolder]) -> list[str]:
    """What the rehearsal could not observe about the keys."""
    return [UNCHANGED] * (bool(found) and all(len(holder.seen) < 2 for holder in found))  # noqa: PLR2004 - one change


def _holders(world: World, declaration: Mapping[str, Any], program: Program) -> Iterator[KeyHolder]:
    users = program.of_type("aws:iam/user:User")
    for path, consumer in sorted(declaration.get("consumers", {}).items()):
        if access_of(consumer) is Access.ACCESS_KEYS:
            user = next(resource.id for resource in users if resource.name.endswith(f"-user-{path}"))
            (scope,) = consumer.get("environment_scopes", ["*"])
            yield KeyHolder(world, path, consumer.get("kind", "project"), consumer["pull"], user, scope)
