"""Values as Pulumi's SDK has them, without its wrappers."""

from typing import Any

from pulumi.runtime import rpc

from .json_values import is_list, is_mapping


def plain(value: Any) -> Any:
    """The value with every secret wrapper taken off, at every depth."""
    value = rpc.unwrap_rpc_secret(value) if rpc.is_rpc_secret(value) else value
    if is_mapping(value):
        return {key: plain(item) for key, item in value.items()}
    if is_list(value):
        return [plain(item) for item in value]
    return value
