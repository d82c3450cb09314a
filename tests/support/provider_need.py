"""What the AWS provider needs for a resource: actions of a service, with the resource and the context."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Need:
    """Actions of one service on one resource; `{key}` is an input of the resource.

    Attributes:
        resource: what follows the account in the ARN; `*` where AWS allows no narrower one; a whole ARN.
        region: of the ARN; empty for services without one.
    """

    service: str
    actions: str
    resource: str = "*"
    region: str = "{region}"
    context: dict[str, str] = field(default_factory=dict)
