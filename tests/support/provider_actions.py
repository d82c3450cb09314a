"""Each action that the AWS provider asks of AWS for a resource, with its ARN and context."""

from collections.abc import Iterator, Mapping
from typing import Any

from provider_needs import NEEDS

from validation.recorder import Registered


def needs(
    resource: Registered, account: str, region: str, owners: Mapping[str, Registered]
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each action with the ARN and the context that it is asked with.

    Args:
        owners: roles and users by their names: an inline policy is its owner's.
    """
    owner = owners.get(str(resource.inputs.get("role") or resource.inputs.get("user")))
    of_owner = {f"owner_{key}": value for key, value in owner.inputs.items()} if owner else {}
    bound = {"permissionsBoundary": of_owner.get("owner_permissionsBoundary", "none")}
    known: dict[str, Any] = {"region": region, **bound, **of_owner, **resource.inputs}
    for need in NEEDS[resource.type]:
        named = need.resource.format(**known)
        where = need.region.format(**known)
        arn = named if named.startswith("arn:") or named == "*" else f"arn:aws:{need.service}:{where}:{account}:{named}"
        for action in need.actions.split():
            yield f"{need.service}:{action}", arn, {key: value.format(**known) for key, value in need.context.items()}
