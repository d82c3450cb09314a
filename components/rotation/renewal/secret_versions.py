"""The versions of a secret in Secrets Manager."""

from typing import Any, Final, cast

from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from ..aws import AwsError, aws_error
from ..secret import Secret
from .renew import Version

_NONE: Final = "ResourceNotFoundException"
_TAKEN: Final = "ResourceExistsException"


class SecretVersions:
    """The versions of one secret. `client` is boto3's client for Secrets Manager."""

    def __init__(self, client: Any, secret_id: str) -> None:
        self._client = client
        self._secret_id = secret_id

    def version(self, stage: str) -> Version | None:
        try:
            answer = self._call("get_secret_value", VersionStage=stage)
        except AwsError as error:
            if error.code == _NONE:
                return None
            raise
        return Version(answer["VersionId"], Secret(answer.get("SecretString", "")))

    def put_pending(self, version_id: str, text: Secret) -> bool:
        try:
            self._call(
                "put_secret_value",
                ClientRequestToken=version_id,
                SecretString=text.reveal(),
                VersionStages=["AWSPENDING"],
            )
        except AwsError as error:
            if error.code == _TAKEN:
                return False
            raise
        return True

    def promote(self, version_id: str, in_place_of: str) -> None:
        self._call(
            "update_secret_version_stage",
            VersionStage="AWSCURRENT",
            MoveToVersionId=version_id,
            RemoveFromVersionId=in_place_of,
        )

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        try:
            return cast("dict[str, Any]", getattr(self._client, operation)(SecretId=self._secret_id, **arguments))
        except (ClientError, BotoCoreError) as error:
            raise aws_error(error) from None
