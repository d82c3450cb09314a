"""`aws:lambda` resources; the function's zip is the program's own archive."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pulumi

from .clients import Clients, given, pascal

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold: equal content gives equal bytes


class InvocationError(Exception):
    """A function's run ended with an error, in its own words."""


def function(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    answer = clients.aws("lambda", inputs.get("region")).create_function(
        **given(
            FunctionName=inputs["name"],
            Description=inputs.get("description"),
            Role=inputs["role"],
            Runtime=inputs["runtime"],
            Architectures=inputs.get("architectures"),
            Handler=inputs["handler"],
            Code={"ZipFile": zipped(inputs["code"])},
            Timeout=inputs.get("timeout"),
            MemorySize=inputs.get("memorySize"),
            Environment=pascal(inputs.get("environment")),
            LoggingConfig=pascal(inputs.get("loggingConfig")),
            Tags=inputs.get("tags"),
        )
    )
    if (reserved := inputs.get("reservedConcurrentExecutions")) is not None:
        clients.aws("lambda", inputs.get("region")).put_function_concurrency(
            FunctionName=inputs["name"], ReservedConcurrentExecutions=reserved
        )
    return inputs["name"], {"arn": answer["FunctionArn"], "codeSha256": answer["CodeSha256"]}


def event_invoke_config(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    clients.aws("lambda").put_function_event_invoke_config(
        **given(
            FunctionName=inputs["functionName"],
            MaximumRetryAttempts=inputs.get("maximumRetryAttempts"),
            MaximumEventAgeInSeconds=inputs.get("maximumEventAgeInSeconds"),
            DestinationConfig=pascal(inputs.get("destinationConfig")),
        )
    )
    return inputs["functionName"], {}


def invocation(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    answer = clients.aws("lambda").invoke(FunctionName=inputs["functionName"], Payload=inputs["input"].encode())
    payload = answer["Payload"].read().decode()
    if answer.get("FunctionError"):
        raise InvocationError(json.loads(payload).get("errorMessage", payload))
    return f"{inputs['functionName']}_invocation", {"result": payload}


def zipped(archive: pulumi.Archive) -> bytes:
    """An asset archive as zip bytes, the same bytes for the same content."""
    if not isinstance(archive, pulumi.AssetArchive):
        raise InvocationError(f"code: got {type(archive).__name__}; the rehearsal zips an AssetArchive")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for path, asset in sorted(archive.assets.items()):
            info = zipfile.ZipInfo(path, _EPOCH)
            info.external_attr = 0o644 << 16
            file.writestr(info, _text(asset), zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _text(asset: Any) -> bytes:
    if isinstance(asset, pulumi.FileAsset):
        return Path(str(asset.path)).read_bytes()
    if isinstance(asset, pulumi.StringAsset):
        return str(asset.text).encode()
    raise InvocationError(f"code: the rehearsal zips files and texts, not {type(asset).__name__}")
