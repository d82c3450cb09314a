"""The components as Pulumi's own analyzer reads them."""

import json
from collections.abc import Mapping
from typing import Any, Final

from plugin.languages import for_languages
from plugin.provider import Provider

PREFIX: Final = "gitlab-ecr:index:"


def schema() -> dict[str, Any]:
    """Pulumi's package schema of every component, with the names of the Python classes."""
    return Provider().analyzed


def dumps(schema: Mapping[str, Any]) -> str:
    """The schema as plugin/schema.json holds it, for generators of other languages."""
    return json.dumps(for_languages(schema), indent=2) + "\n"


def name_of(reference: str) -> str:
    """The type that a `$ref` names; empty for Pulumi's own types."""
    return reference.rpartition(PREFIX)[2] if PREFIX in reference else ""


def is_number(value: Mapping[str, Any]) -> bool:
    """Whether it is one of GitLab's ids, which may also be text or an output; Pulumi's schema has no type for that."""
    return value.get("$ref", "").endswith("#/Any") and not value.get("plain")


def sentence(description: str | None) -> str:
    """A docstring as one paragraph."""
    return " ".join((description or "").split())
