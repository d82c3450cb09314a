"""Reads the rotator's code, and the plan in it, from AWS: only from the account of the environment's credentials."""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..names.naming import CODE_KEY
from ..rotation.http import UnreachableError
from .aws_calls import aws_call, aws_client
from .errors import CliError
from .gitlab_api import http_client, is_of_this_machine

_IN_ZIP: Final = "/plan.json"
_BUCKET: Final = re.compile(r"-([0-9]{12})$")
_FUNCTION: Final = re.compile(
    r"(?:(?:arn:[a-z-]+:lambda:(?P<region>[a-z0-9-]+):)?(?P<account>[0-9]{12}):function:)?(?P<name>[A-Za-z0-9_-]{1,64})"
    r"(?::[A-Za-z0-9$_-]+)?"
)
_MOST_CODE: Final = 64 << 20
_OK: Final = 200


@dataclass(frozen=True)
class Function:
    """A Lambda function of the account whose credentials the environment holds.

    Attributes:
        name: the function's name or ARN, as it was typed.
        region: its region; None for the environment's.
    """

    name: str
    region: str | None


def own_function(typed: str, region: str | None) -> Function:
    """The function with a name, or with a full or partial ARN.

    Raises:
        CliError: it belongs to another account, whose answers must not be believed.
    """
    where = f"--function {typed}"
    match = _FUNCTION.fullmatch(typed)
    if match is None:
        raise CliError(f"{where}: is not the name of a function; write the stack's output rotator")
    if match["account"]:
        _check_account(match["account"], where)
    return Function(typed, match["region"] or region)


def plan_of_function(typed: str, region: str | None) -> str:
    """The plan's text from a function's code.

    Raises:
        CliError: it could not be read, or belongs to another account. A plan decides where tokens are sent.
    """
    where, function = f"--function {typed}", own_function(typed, region)
    client = aws_client("lambda", function.region)
    url = str(aws_call(where, client.get_function, FunctionName=function.name)["Code"]["Location"])
    try:
        response = http_client(allow_http=is_of_this_machine(url)).request("GET", url, {})
    except UnreachableError as error:
        raise CliError(f"{where}: its code cannot be downloaded: {error}") from None
    if response.status != _OK:
        raise CliError(f"{where}: its code cannot be downloaded: AWS answered {response.status}, not 200")
    return _plan_in(where, response.body)


def plan_of_bucket(bucket: str) -> str:
    """The plan's text from the code in a bucket.

    Raises:
        CliError: it could not be read, or belongs to another account.
    """
    return _plan_in(f"--bucket {bucket}", _object(bucket)["Body"].read(_MOST_CODE + 1))


def notes_of_bucket(bucket: str) -> dict[str, str]:
    """The metadata that the stack wrote to the code in a bucket.

    Raises:
        CliError: it could not be read, or belongs to another account.
    """
    return dict(_object(bucket)["Metadata"])


def _object(bucket: str) -> Mapping[str, Any]:
    where = f"--bucket {bucket}"
    owner = _BUCKET.search(bucket)
    if owner is None:
        raise CliError(f"{where}: does not end with an account's 12 digits; write the stack's output rotator")
    _check_account(owner[1], where)
    return aws_call(
        f"{where}, owned by the account {owner[1]}",
        aws_client("s3").get_object,
        Bucket=bucket,
        Key=CODE_KEY,
        ExpectedBucketOwner=owner[1],
    )


def _check_account(account: str, where: str) -> None:
    own = str(aws_call(where, aws_client("sts").get_caller_identity)["Account"])
    if account != own:
        raise CliError(
            f"{where}: belongs to the account {account}, but the AWS credentials belong to {own}; "
            f"check the name, or use credentials of {account}"
        )


def _plan_in(where: str, code: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            (name,) = (name for name in archive.namelist() if name.endswith(_IN_ZIP))  # of two, which is run?
            with archive.open(name) as file:  # the length that the zip states is not trusted
                text = file.read(_MOST_CODE + 1)
        if len(text) > _MOST_CODE:
            raise CliError(f"{where}: its plan is longer than {_MOST_CODE} bytes, so this is not a rotator's")
        return text.decode()
    # RuntimeError: a compression or an encryption that zipfile does not read.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError):
        raise CliError(f"{where}: is not a rotator of gitlab-ecr: its zip does not hold one plan.json") from None
