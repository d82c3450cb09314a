"""Managed external secrets of Secrets Manager, which ministack 1.5.33 lacks: the GitLab access token, and no other.

What it refuses at once, and what fails later without the caller learning of it, is as documented: "Managed external
secrets" of the user guide, and `RotateSecret`, `CancelRotateSecret` and `DescribeSecret` of the API reference. Rotation
is asynchronous. One that fails leaves AWSPENDING behind, on a version that may be empty, and no later one begins.
"""

import inspect
import json
import time
from collections.abc import Callable
from typing import Any, Final

from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import secretsmanager

from .token_rotation import Rotation, may_assume

_DAY: Final = 86_400
_TYPES: Final = {"GitLabAccessToken"}
_METADATA: Final = {"adminSecretArn", "daysToExpiry"}
_LONGEST_DAYS: Final = 365
_OK: Final = 200
_Data = dict[str, Any]


class _RefusalError(Exception):
    """Secrets Manager's refusal, an InvalidRequestException."""


def know_external_secrets() -> None:
    """Add them to Secrets Manager in this process.

    Raises:
        RuntimeError: ministack has them by now: take this out.
    """
    service: Any = secretsmanager
    if "ExternalSecretRotation" in inspect.getsource(service):
        raise RuntimeError("ministack has managed external secrets now: take rehearsal/cloud/external_secrets.py out")
    create, describe, rotate = service._create_secret, service._describe_secret, service._rotate_secret  # noqa: SLF001 - the service has no public seam
    handle: Any = service.handle_request

    def create_typed(data: _Data) -> Any:
        if (type_ := data.get("Type")) is not None and type_ not in _TYPES:
            return error_response_json("InvalidParameterException", f"Unknown secret type {type_}.", 400)
        done = create(data)
        if type_ is not None and done[0] == _OK:
            _found(data["Name"])["Type"] = type_
        return done

    def describe_typed(data: _Data) -> Any:
        status, headers, body = describe(data)
        secret = _found(data.get("SecretId"))
        if status != _OK or "Type" not in secret:
            return status, headers, body
        shown = {key: secret[key] for key in _SHOWN if key in secret}
        return json_response({**json.loads(body), **shown})

    def rotate_typed(data: _Data) -> Any:
        secret = _found(data.get("SecretId"))
        if "Type" not in secret:
            return rotate(data)
        return _answer(lambda: _rotate(secret, data))

    async def answer(method: str, path: str, headers: Any, body: Any, query: Any) -> Any:
        if headers.get("x-amz-target", "").rpartition(".")[2] == "CancelRotateSecret":
            return _cancel(json.loads(body or b"{}"))
        return await handle(method, path, headers, body, query)

    replaced = {"_create_secret": create_typed, "_describe_secret": describe_typed, "_rotate_secret": rotate_typed}
    for name, call in replaced.items():
        setattr(service, name, call)
    service.handle_request = answer


_SHOWN: Final = (
    *("Type", "ExternalSecretRotationMetadata", "ExternalSecretRotationRoleArn", "LastRotatedDate"),
    "NextRotationDate",
)


def _rotate(secret: _Data, data: _Data) -> _Data:
    """Sets up the rotation, and begins one unless it may wait."""
    for key in ("ExternalSecretRotationMetadata", "ExternalSecretRotationRoleArn", "RotationRules"):
        if key in data:
            secret[key] = data[key]
    role_arn, days = secret.get("ExternalSecretRotationRoleArn"), _days(secret)
    if not role_arn:
        raise _RefusalError("No role is given by which the external secret is rotated.")
    if not may_assume(role_arn, secret["ARN"], get_account_id()):
        raise _RefusalError(f"Secrets Manager is unable to assume the role {role_arn}.")
    current_id, current = secretsmanager._find_stage_version(secret, "AWSCURRENT")  # noqa: SLF001 - the service has no public seam
    if current is None or not current.get("SecretString"):
        raise _RefusalError("A secret without a value cannot be rotated.")
    pending_id, _ = secretsmanager._find_stage_version(secret, "AWSPENDING")  # noqa: SLF001 - as above
    if pending_id is not None and pending_id != current_id:
        raise _RefusalError("A previous rotation isn't complete. That rotation will be reattempted.")
    rules: dict[str, Any] = secret.get("RotationRules") or {}
    after = int(rules.get("AutomaticallyAfterDays", 0)) * _DAY
    secret |= {"RotationEnabled": True, "NextRotationDate": int(time.time()) + after}
    version = data.get("ClientRequestToken") or secretsmanager.new_uuid()
    if data.get("RotateImmediately", True):
        secretsmanager._remove_stage_everywhere(secret, "AWSPENDING")  # noqa: SLF001 - as above
        secret["Versions"][version] = {
            "SecretString": None,
            "SecretBinary": None,
            "CreatedDate": int(time.time()),
            "Stages": ["AWSPENDING"],
        }
        Rotation(secret, version, get_region(), days=days, after=after).start()
    return {"ARN": secret["ARN"], "Name": secret["Name"], "VersionId": version}


def _days(secret: _Data) -> int | None:
    """How long a new token lives; None for GitLab's own default."""
    items: list[dict[str, str]] = secret.get("ExternalSecretRotationMetadata") or []
    given = {each["Key"]: each["Value"] for each in items}
    if unknown := sorted(given.keys() - _METADATA):
        raise _RefusalError(f"Unknown rotation metadata {unknown[0]}.")
    text = given.get("daysToExpiry")
    if text is not None and not (text.isdecimal() and 1 <= int(text) <= _LONGEST_DAYS):
        raise _RefusalError(f"daysToExpiry {text} is not 1 to {_LONGEST_DAYS}.")
    return None if text is None else int(text)


def _cancel(data: _Data) -> Any:
    secret = _found(data.get("SecretId"))
    if not secret:
        words = "Secrets Manager can't find the specified secret."
        return error_response_json("ResourceNotFoundException", words, 400)
    secret["RotationEnabled"] = False
    secret.pop("NextRotationDate", None)
    return json_response({"ARN": secret["ARN"], "Name": secret["Name"]})


def _answer(call: Callable[[], _Data]) -> Any:
    try:
        return json_response(call())
    except _RefusalError as refused:
        return error_response_json("InvalidRequestException", str(refused), 400)


def _found(secret_id: Any) -> _Data:
    _, secret = secretsmanager._resolve(secret_id)  # noqa: SLF001 - the service has no public seam
    return secret or {}
