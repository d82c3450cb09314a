"""How commands call AWS: with the environment's credentials, and one error for everything that goes wrong."""

import os
from collections.abc import Callable
from typing import Any, cast

import boto3  # pyright: ignore[reportMissingTypeStubs] - it ships none
from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs] - it ships none
from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from ..rotation.aws import aws_error
from .errors import CliError


def aws_client(service: str, region: str | None = None, read_timeout: int = 60) -> Any:
    """A boto3 client with the environment's credentials. It does not retry: some calls must not run twice."""
    config = Config(connect_timeout=5, read_timeout=read_timeout, retries={"total_max_attempts": 1})
    try:
        return (
            cast("Any", boto3)
            .Session(region_name=region or os.environ.get("AWS_REGION"))
            .client(service, config=config)
        )
    except BotoCoreError as error:
        raise CliError(f"AWS: {error} Set the region and the credentials in the environment") from None


def aws_call(what: str, call: Callable[..., Any], **arguments: Any) -> Any:
    """Calls AWS and returns its answer.

    Raises:
        CliError: AWS refused, or was not reached.
    """
    try:
        return call(**arguments)
    except (ClientError, BotoCoreError) as error:
        raise CliError(f"{what}: {aws_error(error)}") from None
