"""`aws:lambda` resources. The function's zip is the program's own archive."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any, Final

import pulumi

from .clients import Clients, camel, given, pascal, retag
from .kind import Created, Kind, Values, again, keys

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold: equal content gives equal bytes


class InvocationError(Exception):
    """A function's run failed. The message is the function's."""


def _create_function(clients: Clients, inputs: Values) -> Created:
    answer = clients.aws("lambda", inputs.get("region")).create_function(
        **_configuration(inputs),
        **given(
            Architectures=inputs.get("architectures"), Code={"ZipFile": zipped(inputs["code"])}, Tags=inputs.get("tags")
        ),
    )
    _reserve(clients, inputs)
    return inputs["name"], {"arn": answer["FunctionArn"], "codeSha256": answer["CodeSha256"]}


def _read_function(clients: Clients, id_: str, _state: Values) -> Values:
    answer = clients.aws("lambda").get_function(FunctionName=id_)
    found = answer["Configuration"]
    variables = found.get("Environment", {}).get("Variables")
    return {
        "name": found["FunctionName"],
        "description": found.get("Description"),
        "role": found["Role"],
        "runtime": found.get("Runtime"),
        "architectures": found.get("Architectures"),
        "handler": found.get("Handler"),
        "timeout": found.get("Timeout"),
        "memorySize": found.get("MemorySize"),
        "environment": {"variables": variables} if variables else None,
        "loggingConfig": camel(found.get("LoggingConfig")),
        "reservedConcurrentExecutions": answer.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
        "tags": answer.get("Tags") or None,
        "arn": found["FunctionArn"],
        "codeSha256": found["CodeSha256"],
    }


def _update_function(clients: Clients, id_: str, state: Values, inputs: Values) -> None:
    api = clients.aws("lambda", inputs.get("region"))
    api.update_function_configuration(**_configuration(inputs))
    api.update_function_code(
        FunctionName=id_, ZipFile=zipped(inputs["code"]), **given(Architectures=inputs.get("architectures"))
    )
    _reserve(clients, inputs)
    retag(api, "resource", state, inputs, as_map=True, Resource=state["arn"])


def _delete_function(clients: Clients, id_: str, _state: Values) -> None:
    clients.aws("lambda").delete_function(FunctionName=id_)


def _reserve(clients: Clients, inputs: Values) -> None:
    api, reserved = clients.aws("lambda", inputs.get("region")), inputs.get("reservedConcurrentExecutions")
    if reserved is None:
        api.delete_function_concurrency(FunctionName=inputs["name"])
    else:
        api.put_function_concurrency(FunctionName=inputs["name"], ReservedConcurrentExecutions=reserved)


def _configuration(inputs: Values) -> Values:
    return given(
        FunctionName=inputs["name"],
        Description=inputs.get("description"),
        Role=inputs["role"],
        Runtime=inputs["runtime"],
        Handler=inputs["handler"],
        Timeout=inputs.get("timeout"),
        MemorySize=inputs.get("memorySize"),
        Environment={"Variables": inputs["environment"].get("variables", {})} if inputs.get("environment") else None,
        LoggingConfig=pascal(inputs.get("loggingConfig")),
        VpcConfig=pascal(inputs.get("vpcConfig")),
    )


def _put_event_invoke_config(clients: Clients, inputs: Values) -> Created:
    clients.aws("lambda").put_function_event_invoke_config(
        **given(
            FunctionName=inputs["functionName"],
            MaximumRetryAttempts=inputs.get("maximumRetryAttempts"),
            MaximumEventAgeInSeconds=inputs.get("maximumEventAgeInSeconds"),
            DestinationConfig=pascal(inputs.get("destinationConfig")),
        )
    )
    return inputs["functionName"], {}


def _read_event_invoke_config(clients: Clients, id_: str, _state: Values) -> Values:
    answer = clients.aws("lambda").get_function_event_invoke_config(FunctionName=id_)
    return {
        "functionName": id_,
        "maximumRetryAttempts": answer.get("MaximumRetryAttempts"),
        "maximumEventAgeInSeconds": answer.get("MaximumEventAgeInSeconds"),
        "destinationConfig": camel(answer.get("DestinationConfig")) or None,
    }


def _delete_event_invoke_config(clients: Clients, id_: str, _state: Values) -> None:
    clients.aws("lambda").delete_function_event_invoke_config(FunctionName=id_)


def _invoke(clients: Clients, inputs: Values) -> Created:
    answer = clients.aws("lambda").invoke(FunctionName=inputs["functionName"], Payload=inputs["input"].encode())
    payload = answer["Payload"].read().decode()
    if answer.get("FunctionError"):
        raise InvocationError(json.loads(payload).get("errorMessage", payload))
    return f"{inputs['functionName']}_invocation", {"result": payload}


def _read_invocation(_clients: Clients, _id: str, state: Values) -> Values:
    return state


def _forget_invocation(_clients: Clients, _id: str, _state: Values) -> None:
    """Does nothing: a run cannot be undone."""


def zipped(archive: pulumi.Archive) -> bytes:
    """An asset archive as zip bytes. The same content gives the same bytes."""
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


KINDS: Final = {
    "aws:lambda/function:Function": Kind(
        create=_create_function,
        read=_read_function,
        update=_update_function,
        delete=_delete_function,
        replaced_by=keys("name", "packageType", "region"),
        computed=keys("arn", "codeSha256", "invokeArn", "lastModified", "qualifiedArn", "tagsAll"),
    ),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": Kind(
        create=_put_event_invoke_config,
        read=_read_event_invoke_config,
        update=again(_put_event_invoke_config),
        delete=_delete_event_invoke_config,
        replaced_by=keys("functionName", "qualifier", "region"),
    ),
    "aws:lambda/invocation:Invocation": Kind(
        create=_invoke, read=_read_invocation, delete=_forget_invocation, computed=keys("result")
    ),
}
