"""The clients that the adapter's functions call: AWS through boto3, GitLab through HTTP."""

from collections.abc import Mapping
from typing import Any, Protocol

from components.names.registry_host import partition_of

from ..json_values import is_list, is_mapping


class Clients(Protocol):
    """Access to AWS and GitLab with an administrator's rights."""

    region: str

    @property
    def account(self) -> str:
        """Twelve digits."""
        ...

    def aws(self, service: str, region: str | None = None) -> Any:
        """A boto3 client; the stack's region unless another is named."""
        ...

    def gitlab_api(self, method: str, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Status and JSON of a request to GitLab's API, for example `POST projects/7/variables`."""
        ...


def arn(clients: Clients, service: str, resource: str, *, region: str | None = None, account: str | None = None) -> str:
    """An ARN that an API does not return. It has the stack's own region and account unless others are given."""
    where = clients.region if region is None else region
    whose = clients.account if account is None else account
    return f"arn:{partition_of(clients.region)}:{service}:{where}:{whose}:{resource}"


def pascal(value: Any) -> Any:
    """Turns camelCase keys into PascalCase, at every depth: Pulumi uses camelCase, most AWS APIs PascalCase."""
    if is_mapping(value):
        return {key[:1].upper() + key[1:]: pascal(item) for key, item in value.items()}
    if is_list(value):
        return [pascal(item) for item in value]
    return value


def given(**arguments: Any) -> dict[str, Any]:
    """The arguments that are not None. The API decides what the declaration leaves out."""
    return {key: value for key, value in arguments.items() if value is not None}


def tag_list(tags: Mapping[str, str] | None, *, lower: bool = False) -> list[dict[str, str]] | None:
    """Tags as AWS's list of pairs, None when there are none."""
    if not tags:
        return None
    key, value = ("key", "value") if lower else ("Key", "Value")
    return [{key: name, value: text} for name, text in tags.items()]


def camel(value: Any) -> Any:
    """Turns PascalCase keys into camelCase, at every depth; the reverse of `pascal`."""
    if is_mapping(value):
        return {key[:1].lower() + key[1:]: camel(item) for key, item in value.items()}
    if is_list(value):
        return [camel(item) for item in value]
    return value


def tag_map(pairs: list[dict[str, str]] | None) -> dict[str, str] | None:
    """AWS's list of pairs as tags, None when there are none."""
    return {
        pair.get("Key", pair.get("key", "")): pair.get("Value", pair.get("value", "")) for pair in pairs or []
    } or None


def tags_changed(state: Mapping[str, Any], inputs: Mapping[str, Any]) -> tuple[list[str], dict[str, str]]:
    """The tags that an update removes, and those that it sets."""
    before: dict[str, str] = state.get("tags") or {}
    after: dict[str, str] = inputs.get("tags") or {}
    return sorted(before.keys() - after.keys()), {key: text for key, text in after.items() if before.get(key) != text}


def retag(
    api: Any, noun: str, state: Mapping[str, Any], inputs: Mapping[str, Any], *, as_map: bool = False, **which: str
) -> None:
    """Changes tags by `untag_<noun>` and `tag_<noun>`, where they differ.

    Args:
        api: a boto3 client.
        noun: what the calls are named after.
        state: the resource's present properties.
        inputs: the wanted properties.
        as_map: whether the service uses a map of tags, rather than a list of pairs.
        which: the argument that names the resource; its case is that of the service's other arguments.
    """
    removed, kept = tags_changed(state, inputs)
    lower = all(argument[0].islower() for argument in which)
    if removed:
        getattr(api, f"untag_{noun}")(**which, **{"tagKeys" if lower else "TagKeys": removed})
    if kept:
        tags = kept if as_map else tag_list(kept)
        getattr(api, f"tag_{noun}")(**which, **{"tags" if lower else "Tags": tags})
