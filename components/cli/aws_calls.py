"""AWS as the commands ask it: with the credentials of the environment, and one way to say what went wrong."""

import os
from collections.abc import Callable
from typing import Any, cast

import boto3  # pyright: ignore[reportMissingTypeStubs] - it ships none
from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs] - it ships none
from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from ..rotation.aws import aws_error
from .errors import CliError


def aws_client(service: str, region: str | None = None, read_timeout: int = 60) -> Any:
    """A boto3 client with the credentials of the environment; what cannot be repeated is not."""
    config = Config(connect_timeout=5, read_timeout=read_timeout, retries={"total_max_attempts": 1})
    try:
        return (
            cast("Any", boto3)
            .Session(region_name=region or os.environ.get("AWS_REGION"))
            .client(service, config=config)
        )
    except BotoCoreError as error:
        raise CliError(f"AWS: {error} Write region and credentials into the environment") from None


def aws_call(what: str, call: Callable[..., Any], **arguments: Any) -> Any:
    """The answer of a call.

    Raises:
        CliError: AWS refused, or was not reached.
    """
    try:
        return call(**arguments)
    except (ClientError, BotoCoreError) as error:
        raise CliError(f"{what}: {aws_error(error)}") from None
