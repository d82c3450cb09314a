"""IAM users, their keys and tags, and STS, in memory."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from components.contract.key_tags import ALL
from components.rotation.aws import AwsError
from components.rotation.keys.store import AccessKey, NewKey
from components.rotation.secret import Secret
from components.variables.keys import ACCESS_KEYS, KEY_PLACEHOLDER
from components.variables.targets import Flags, KeyUser, OwnerKind, VariableType

ID, SECRET = ACCESS_KEYS
USER = "fake-user-scripts"
FLAGS = Flags(variable_type=VariableType.ENV_VAR, masked=True, protected=True, raw=True, hidden=False)


class _Clock(Protocol):
    moment: datetime


def key_user(path: str = "acme/scripts", **changes: Any) -> KeyUser:
    return replace(
        KeyUser(
            user=USER,
            arn=f"arn:aws:iam::123456789012:user/fake/{USER}",
            owner_kind=OwnerKind.PROJECT,
            owner=path,
            path=path,
            environment_scope="*",
            flags=FLAGS,
            max_age_minutes=30 * 24 * 60,
            grace_minutes=24 * 60,
        ),
        **changes,
    )


@dataclass
class FakeKey:
    secret: str
    created: datetime
    active: bool = True
    used: bool = False
    by_hand: bool = False


@dataclass
class Iam:
    """The account. Faults get the name of a call and may raise."""

    keys: dict[str, dict[str, FakeKey]] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    fault: Callable[[str], None] = lambda _: None
    unknown_for: timedelta = timedelta(0)
    """How long STS does not know a new key."""

    def make(self, user: str, moment: datetime, *, by_hand: bool = False) -> str:
        keys = self.keys.setdefault(user, {})
        if len(keys) >= 2:
            raise AwsError("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
        number = hashlib.sha256(f"key {len(self.made)}".encode()).digest()
        key_id = "AKIA" + base64.b32encode(number).decode()[:16]
        keys[key_id] = FakeKey(base64.b64encode(number[::-1]).decode()[:40], moment, by_hand=by_hand)
        self.made.append(key_id)
        self.secrets.append(keys[key_id].secret)
        return key_id

    def works(self, user: str, key_id: str, secret: str) -> bool:
        key = self.keys.get(user, {}).get(key_id)
        return key is not None and key.active and key.secret == secret


class ScriptedKeyStore:
    """The store as the rotator sees it; each call is counted, and can be the last."""

    def __init__(self, iam: Iam, call: Callable[[str, Callable[[], Any]], Any], clock: _Clock) -> None:
        self._iam = iam
        self._call = call
        self._clock = clock

    def keys(self, user: str) -> list[AccessKey]:
        return self._do("list keys", lambda: [
            AccessKey(Secret(key_id), key.active, key.created) for key_id, key in self._of(user).items()
        ])  # fmt: skip

    def create(self, user: str) -> NewKey:
        def create() -> NewKey:
            key_id = self._iam.make(user, self._clock.moment.replace(microsecond=0))
            made = self._of(user)[key_id]
            return NewKey(Secret(key_id), Secret(made.secret), made.created)

        return self._do("create key", create)

    def deactivate(self, user: str, key_id: Secret) -> None:
        def deactivate() -> None:
            if key_id.reveal() not in self._of(user):
                raise AwsError("NoSuchEntity", "The Access Key cannot be found.")
            assert not self._of(user)[key_id.reveal()].by_hand, "an unknown active key was deactivated"
            self._of(user)[key_id.reveal()].active = False

        self._do("deactivate key", deactivate)

    def delete(self, user: str, key_id: Secret) -> None:
        self._do("delete key", lambda: self._delete(user, key_id.reveal()))

    def used(self, key_id: Secret) -> bool:
        found = [key for keys in self._iam.keys.values() for name, key in keys.items() if name == key_id.reveal()]
        return self._do("last used", lambda: found[0].used)

    def tags(self, user: str) -> dict[str, str]:
        return self._do("list tags", lambda: dict(self._iam.tags.get(user, {})))

    def tag(self, user: str, tags: Mapping[str, str]) -> None:
        assert set(tags) <= set(ALL)
        assert all(len(value) <= 256 for value in tags.values())
        self._do("tag", lambda: self._iam.tags.setdefault(user, {}).update(tags))

    def caller(self, key_id: Secret, secret: Secret) -> str:
        return self._do("caller", lambda: self._caller(key_id.reveal(), secret.reveal()))

    def _caller(self, key_id: str, secret: str) -> str:
        for user, keys in self._iam.keys.items():
            key = keys.get(key_id)
            if key is None or not key.active or self._clock.moment < key.created + self._iam.unknown_for:
                continue
            if key.secret != secret:
                raise AwsError("SignatureDoesNotMatch", "The request signature we calculated does not match")
            key.used = True
            return f"arn:aws:iam::123456789012:user/fake/{user}"
        raise AwsError("InvalidClientTokenId", "The security token included in the request is invalid.")

    def _delete(self, user: str, key_id: str) -> None:
        key = self._of(user).get(key_id)
        assert key is None or not (key.by_hand and key.active), "an unknown active key was deleted"
        self._of(user).pop(key_id, None)

    def _of(self, user: str) -> dict[str, FakeKey]:
        return self._iam.keys.setdefault(user, {})

    def _do(self, name: str, effect: Callable[[], Any]) -> Any:
        def faulty() -> Any:
            self._iam.fault(name)
            return effect()

        return self._call(f"iam {name}", faulty)


def seed_keys(world: Any, path: str = "acme/scripts", **changes: Any) -> None:
    """The placeholders that Pulumi makes."""
    for key in ACCESS_KEYS:
        world.seed(path, KEY_PLACEHOLDER, key, **{"variable_type": "env_var", "protected": True, **changes})


def pair(world: Any, path: str = "acme/scripts") -> tuple[str, str]:
    """The id and the secret that jobs find."""
    return world.variables[path, ID, "*"]["value"], world.variables[path, SECRET, "*"]["value"]


def works(world: Any, path: str = "acme/scripts", user: str = USER) -> bool:
    """Whether a job could sign in with them."""
    return world.iam.works(user, *pair(world, path))
