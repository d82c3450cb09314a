"""What Pulumi's own analyzer reads of the components."""

import json
from typing import Any, Final

import pulumi
from pulumi.provider.experimental.component import ComponentProvider

import components

PREFIX: Final = "gitlab-ecr:index:"


def schema() -> dict[str, Any]:
    """Pulumi's package schema of every component."""
    exported = [getattr(components, name) for name in components.__all__]
    classes = [each for each in exported if isinstance(each, type) and issubclass(each, pulumi.ComponentResource)]
    return json.loads(ComponentProvider(classes, "gitlab-ecr").schema or "")


def name_of(reference: str) -> str:
    """The type that a `$ref` names; empty for one of Pulumi's own."""
    return reference.rpartition(PREFIX)[2] if PREFIX in reference else ""


def sentence(description: str | None) -> str:
    """A docstring as one paragraph."""
    return " ".join((description or "").split())
