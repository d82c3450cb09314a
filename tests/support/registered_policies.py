"""Every policy document that a program registered, wherever it is."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from policy_linter import lint

from validation.recorder import Registered


def policies(resources: Sequence[Registered]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each policy with where it is: `<type> <name>.<input>`."""
    for resource in resources:
        for key, value in resource.inputs.items():
            if isinstance(value, str) and value.startswith("{") and '"Statement"' in value:
                yield f"{resource.type} {resource.name}.{key}", json.loads(value)


def findings(resources: Sequence[Registered]) -> list[str]:
    """The linter's findings in all of them."""
    return [f"{place}: {finding}" for place, policy in policies(resources) for finding in lint(policy)]
