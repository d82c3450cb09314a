"""The rotator's calls to AWS, through boto3 with one session per run."""

import threading
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Protocol, cast

from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs] - it ships none
from botocore.exceptions import (  # pyright: ignore[reportMissingTypeStubs] - it ships none
    BotoCoreError,
    ClientError,
    HTTPClientError,
    ParamValidationError,
)

from .boto_sessions import new_session
from .lent_credentials import ThreadsOwn, session_with
from .secret import Secret, safe_words

_NAME: Final = "gitlab-ecr-rotator"
"""What CloudTrail shows as the caller's session and user agent."""
_CONFIG: Final = Config(
    connect_timeout=5,
    read_timeout=10,
    retries={"mode": "standard", "max_attempts": 4},
    user_agent=_NAME,  # botocore would put its own together anew for each call, a fifth of the call's time
)
_VERSION_IS_THERE: Final = (
    "ResourceExistsException"  # with another text; with the same one AWS answers as if it were new
)
_SESSION_SECONDS: Final = 900  # the least STS grants; one call is made with it


class AwsError(Exception):
    """An AWS call failed. `code` is AWS's error code, such as `AccessDenied`; the message holds no secret."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code

    @property
    def no_value(self) -> bool:
        """Whether a secret has no value yet: without any version, AWS answers as if the secret did not exist."""
        return self.code in ("NoText", "ResourceNotFoundException")


@dataclass(frozen=True)
class Authorization:
    """What `GetAuthorizationToken` answered.

    Attributes:
        token: `base64("AWS:" + password)`, exactly the `auth` value of a registry.
        expires_at: when the token expires, according to ECR; None when ECR did not say.
    """

    token: Secret
    expires_at: datetime | None


class Aws(Protocol):
    """The calls of a rotation."""

    def authorization(self, role_arn: str, region: str) -> Authorization | None:
        """An ECR token requested with the role; None when ECR's answer holds none."""
        ...

    def secret(self, secret_id: str, stage: str = "AWSCURRENT") -> Secret:
        """The value of a Secrets Manager secret, the current one by default."""
        ...

    def put_secret(self, secret_id: str, text: Secret, version: str) -> bool:
        """Makes a text the current version of a secret; False when this version is there already, whatever it holds."""
        ...

    def parameter(self, name: str) -> str | None:
        """The text of an SSM parameter; None when there is no such parameter."""
        ...

    def put_parameter(self, name: str, text: str) -> None:
        """Writes an SSM parameter, creating it if needed."""
        ...


class BotoAws:
    """AWS by boto3, with the credentials of the environment."""

    def __init__(self, region: str) -> None:
        self._session: Any = new_session(region)
        self._lock = threading.Lock()  # boto3 documents clients as thread-safe, but not their creation
        self._clients: dict[str, Any] = {}
        self._of_this_thread = ThreadsOwn()
        self._ecr_clients: dict[str, Any] = {}

    def authorization(self, role_arn: str, region: str) -> Authorization | None:
        try:
            credentials = self.client("sts").assume_role(
                RoleArn=role_arn, RoleSessionName=_NAME, DurationSeconds=_SESSION_SECONDS
            )["Credentials"]
            with self._of_this_thread.lent(credentials):
                entries = self._ecr(region).get_authorization_token().get("authorizationData", [])
        except (ClientError, BotoCoreError) as error:
            raise aws_error(error) from None
        if not entries or not entries[0].get("authorizationToken"):
            return None
        return Authorization(Secret(entries[0]["authorizationToken"]), entries[0].get("expiresAt"))

    def secret(self, secret_id: str, stage: str = "AWSCURRENT") -> Secret:
        try:
            client = self.client("secretsmanager")
            text = client.get_secret_value(SecretId=secret_id, VersionStage=stage).get("SecretString")
        except (ClientError, BotoCoreError) as error:
            raise aws_error(error) from None
        if not text:
            raise AwsError("NoText", "it holds no text")
        return Secret(text)

    def put_secret(self, secret_id: str, text: Secret, version: str) -> bool:
        try:
            self.client("secretsmanager").put_secret_value(
                SecretId=secret_id, SecretString=text.reveal(), ClientRequestToken=version
            )
        except (ClientError, BotoCoreError) as error:
            if (failure := aws_error(error, text)).code == _VERSION_IS_THERE:
                return False
            raise failure from None
        return True

    def parameter(self, name: str) -> str | None:
        try:
            return str(self.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
        except (ClientError, BotoCoreError) as error:
            if (failure := aws_error(error)).code == "ParameterNotFound":
                return None
            raise failure from None

    def put_parameter(self, name: str, text: str) -> None:
        try:
            self.client("ssm").put_parameter(Name=name, Value=text, Type="String", Overwrite=True)
        except (ClientError, BotoCoreError) as error:
            raise aws_error(error) from None

    @cached_property
    def _ecr_session(self) -> Any:
        return new_session(inner=session_with(self._of_this_thread))

    def _ecr(self, region: str) -> Any:
        """One client per region: creating one takes longer than the call."""
        with self._lock:
            if region not in self._ecr_clients:
                self._ecr_clients[region] = self._ecr_session.client("ecr", region_name=region, config=_CONFIG)
            return self._ecr_clients[region]

    def client(self, service: str) -> Any:
        """The boto3 client of a service, with the rotator's own time limits."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(service, config=_CONFIG)
            return self._clients[service]


def aws_error(error: ClientError | BotoCoreError, *sent: Secret) -> AwsError:
    """AWS's code and message for a failed call; the message must not contain `sent`."""
    if isinstance(error, ClientError):
        answer = cast("dict[str, Any]", cast("Any", error).response).get("Error", {})
        return AwsError(
            safe_words(str(answer.get("Code", "Unknown"))), safe_words(str(answer.get("Message", "")), sent)
        )
    # These two exceptions quote arguments and headers, which hold secrets.
    silent = isinstance(error, ParamValidationError) or type(error) is HTTPClientError
    return AwsError(type(error).__name__, "the request could not be made" if silent else safe_words(str(error), sent))
