"""One rotation of a GitLab token by Secrets Manager: it calls GitLab itself, and the secret with a role's rights."""

import json
import os
import secrets
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ministack.core import iam_evaluator
from ministack.services import iam, sts

_SERVICE: Final = "secretsmanager.amazonaws.com"
_OWNERS: Final = {"projectId": "projects", "groupId": "groups"}


def may_assume(role_arn: str, secret_arn: str, account: str) -> bool:
    """Whether the role's trust policy lets Secrets Manager assume it for this secret."""
    role = iam._roles.get(role_arn.rpartition("/")[2])  # noqa: SLF001 - IAM has no public seam
    if role is None or role["Arn"] != role_arn:
        return False
    document = role["AssumeRolePolicyDocument"]
    trust: dict[str, Any] = json.loads(document) if isinstance(document, str) else document
    context = iam_evaluator.EvalContext(
        principal_arn="",
        principal_type="",
        principal_account=account,
        action="sts:AssumeRole",
        resource_arn=role_arn,
        region="",
        service_context={"aws:sourcearn": secret_arn, "aws:sourceaccount": account},
    )
    return any(_lets(statement, context) for statement in trust["Statement"])


def _lets(statement: dict[str, Any], context: Any) -> bool:
    return (
        statement["Effect"] == "Allow"
        and statement["Action"] == "sts:AssumeRole"
        and iam_evaluator._service_principal_matches(statement["Principal"], _SERVICE)  # noqa: SLF001 - the evaluator has no public seam
        and iam_evaluator._conditions_met(statement.get("Condition", {}), context)  # noqa: SLF001 - as above
    )


class Rotation(threading.Thread):
    """Rotates the token. A failure reaches no caller; the emulator's log has the reason, as CloudTrail would.

    Args:
        secret: ministack's record of the secret.
        version: the pending version, empty so far.
        region: the region of the secret.
        days: how long the new token lives; None for GitLab's default.
        after: seconds to the next rotation.
    """

    def __init__(self, secret: dict[str, Any], version: str, region: str, *, days: int | None, after: int) -> None:
        super().__init__(daemon=True)
        self._secret, self._version, self._days, self._after = secret, version, days, after
        self._role_arn, self._region = str(secret["ExternalSecretRotationRoleArn"]), region

    def run(self) -> None:
        try:
            self._rotate()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a failed rotation
            why = f"{type(error).__name__}: {error}"
            print(f"RotationFailed {self._secret['Name']}: {why}", file=sys.stderr, flush=True)
        else:
            now = int(time.time())
            self._secret |= {"LastRotatedDate": now, "NextRotationDate": now + self._after}

    def _rotate(self) -> None:
        secrets_manager, name = self._client(), self._secret["Name"]
        secrets_manager.describe_secret(SecretId=name)
        current = secrets_manager.get_secret_value(SecretId=name)
        fields: dict[str, Any] = json.loads(current["SecretString"])
        new = self._new_token(fields)
        text = json.dumps({**fields, "token": new["token"], "tokenId": str(new["id"])})
        secrets_manager.put_secret_value(
            SecretId=name, ClientRequestToken=self._version, SecretString=text, VersionStages=["AWSPENDING"]
        )
        self._gitlab("GET", f"{fields['gitlabUrl']}/api/v4/personal_access_tokens/self", new["token"])
        secrets_manager.update_secret_version_stage(
            SecretId=name,
            VersionStage="AWSCURRENT",
            MoveToVersionId=self._version,
            RemoveFromVersionId=current["VersionId"],
        )

    def _new_token(self, fields: dict[str, Any]) -> dict[str, Any]:
        token, url = fields["token"], fields["gitlabUrl"]
        if not str(fields["tokenId"]).isdecimal() or not url.startswith("https://"):
            raise ValueError("tokenId or gitlabUrl is not in the prescribed form")
        owner = next((f"{path}/{fields[key]}/" for key, path in _OWNERS.items() if fields.get(key)), "")
        kind = "access_tokens" if owner else "personal_access_tokens"
        end = (datetime.now(UTC) + timedelta(days=self._days)).date().isoformat() if self._days else None
        return self._gitlab(
            "POST", f"{url}/api/v4/{owner}{kind}/self/rotate", token, {"expires_at": end} if end else {}
        )

    def _gitlab(self, method: str, url: str, token: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        import urllib3  # noqa: PLC0415 - the emulator itself needs none of it

        # The only way out of this machine's AWS; it trusts the CAs that the run has made public.
        with urllib3.ProxyManager(os.environ["HTTPS_PROXY"], ca_certs=os.environ["SSL_CERT_FILE"]) as http:
            headers = {"PRIVATE-TOKEN": token, "Content-Type": "application/json"}
            answer = http.request(
                method, url, headers=headers, body=json.dumps(body) if body is not None else None, retries=False
            )
        if answer.status != 200:  # noqa: PLR2004 - OK
            raise RuntimeError(f"GitLab answered {answer.status} to {method} {url}")
        return answer.json()

    def _client(self) -> Any:
        """A client with the role's rights, as its session."""
        import boto3  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - the emulator itself needs none of it

        account, role = self._role_arn.split(":")[4], self._role_arn.rpartition("/")[2]
        keys = {
            "aws_access_key_id": f"ASIA{secrets.token_hex(8).upper()}",
            "aws_secret_access_key": secrets.token_hex(20),
            "aws_session_token": secrets.token_hex(20),
        }
        sts.register_session(
            keys["aws_access_key_id"],
            {
                "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/secretsmanager",
                "UserId": f"{role}:secretsmanager",
                "SecretAccessKey": keys["aws_secret_access_key"],
                "SessionToken": keys["aws_session_token"],
            },
        )
        session: Any = boto3.Session(region_name=self._region, **keys)
        return session.client("secretsmanager", endpoint_url=f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}")
