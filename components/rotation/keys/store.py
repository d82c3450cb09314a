"""An IAM user's access keys and tags, and a check which user a key belongs to."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Protocol, cast

from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs] - it ships none
from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from ..aws import AwsError, aws_error
from ..boto_sessions import new_session
from ..secret import Secret

_ONCE: Final = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 1})
_REPEATED: Final = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "max_attempts": 4})


@dataclass(frozen=True)
class AccessKey:
    """A key as IAM lists it.

    Attributes:
        id: half of a credential, so it is protected like one.
        active: whether the key is neither deactivated nor expired.
        created: when it was created.
    """

    id: Secret
    active: bool
    created: datetime


@dataclass(frozen=True)
class NewKey:
    """A key that was just made. Its secret can be read only now."""

    id: Secret
    secret: Secret
    created: datetime


class KeyStore(Protocol):
    """The calls for one user's keys. Each raises `AwsError`, whose message holds neither an id nor a secret."""

    def keys(self, user: str) -> list[AccessKey]:
        """Every key of the user, at most two."""
        ...

    def create(self, user: str) -> NewKey:
        """Makes a key; never retried, since a retry could make a second one."""
        ...

    def deactivate(self, user: str, key_id: Secret) -> None:
        """Deactivates a key. It can be reactivated."""
        ...

    def delete(self, user: str, key_id: Secret) -> None:
        """Deletes a key; no error if it is already gone."""
        ...

    def used(self, key_id: Secret) -> bool:
        """Whether the key was ever used to sign, as far as IAM knows yet."""
        ...

    def tags(self, user: str) -> dict[str, str]:
        """The user's tags."""
        ...

    def tag(self, user: str, tags: Mapping[str, str]) -> None:
        """Sets these tags, in one call."""
        ...

    def caller(self, key_id: Secret, secret: Secret) -> str:
        """The ARN of the identity that the key signs as."""
        ...


class BotoKeyStore:
    """IAM and STS by boto3, with the credentials of the environment."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._lock = threading.Lock()  # boto3 documents clients as thread-safe, but not their creation
        self._clients: dict[Config, Any] = {}

    def keys(self, user: str) -> list[AccessKey]:
        found = self._iam("list_access_keys", UserName=user)["AccessKeyMetadata"]
        return [AccessKey(Secret(key["AccessKeyId"]), key["Status"] == "Active", key["CreateDate"]) for key in found]

    def create(self, user: str) -> NewKey:
        made = self._iam("create_access_key", _ONCE, UserName=user)["AccessKey"]
        return NewKey(Secret(made["AccessKeyId"]), Secret(made["SecretAccessKey"]), made["CreateDate"])

    def deactivate(self, user: str, key_id: Secret) -> None:
        self._iam("update_access_key", UserName=user, AccessKeyId=key_id.reveal(), Status="Inactive")

    def delete(self, user: str, key_id: Secret) -> None:
        try:
            self._iam("delete_access_key", UserName=user, AccessKeyId=key_id.reveal())
        except AwsError as error:
            if error.code != "NoSuchEntity":
                raise

    def used(self, key_id: Secret) -> bool:
        answer = self._iam("get_access_key_last_used", AccessKeyId=key_id.reveal())
        return "LastUsedDate" in answer.get("AccessKeyLastUsed", {})

    def tags(self, user: str) -> dict[str, str]:
        # 50 tags at most, which one answer holds. Source: IAM quotas.
        return {tag["Key"]: tag["Value"] for tag in self._iam("list_user_tags", UserName=user)["Tags"]}

    def tag(self, user: str, tags: Mapping[str, str]) -> None:
        self._iam("tag_user", UserName=user, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])

    def caller(self, key_id: Secret, secret: Secret) -> str:
        try:
            with self._lock:
                sts = self._session.client(
                    "sts",
                    config=_ONCE,
                    aws_access_key_id=key_id.reveal(),
                    aws_secret_access_key=secret.reveal(),
                )
            return str(sts.get_caller_identity()["Arn"])
        except (ClientError, BotoCoreError) as error:
            raise aws_error(error, key_id, secret) from None

    @cached_property
    def _session(self) -> Any:
        """Not made by the many rotations without access keys; always asked for with the lock."""
        return new_session(self._region)

    def _iam(self, operation: str, config: Config = _REPEATED, **arguments: Any) -> dict[str, Any]:
        try:
            return cast("dict[str, Any]", getattr(self._client(config), operation)(**arguments))
        except (ClientError, BotoCoreError) as error:
            raise aws_error(error) from None

    def _client(self, config: Config) -> Any:
        with self._lock:
            if config not in self._clients:
                self._clients[config] = self._session.client("iam", config=config)
            return self._clients[config]
