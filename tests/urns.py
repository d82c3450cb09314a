"""The URNs of the local stack, with what each resource was called before. `python tests/urns.py` records new ones."""

import json
import sys
from pathlib import Path
from typing import Any, Final

_TESTS: Final = Path(__file__).parent
RECORDED: Final = _TESTS / "data" / "urns.json"


def urns(resources: list[Any]) -> dict[str, set[str]]:
    """Every URN that the engine would take for a resource, by its present one: the `Registered` ones and their aliases.

    The engine's rules: an alias of a parent is one of its children, and replaces the parent's name at the start of
    theirs. Only what a rename or a move needs is understood here: `name`, `type_`, `parent` and whole URNs.
    """
    by_name = {resource.name: resource for resource in resources if resource.type.startswith("gitlab-ecr:index:")}
    return {_of(r.type, r.name, _urn(r, by_name)): _all(r, by_name) for r in resources}


def _urn(resource: Any, by_name: dict[str, Any]) -> str:
    """The parent's present URN; empty below the stack."""
    parent = by_name.get(resource.parent)
    return "" if parent is None else _of(parent.type, parent.name, _urn(parent, by_name))


def _all(resource: Any, by_name: dict[str, Any]) -> set[str]:
    parent = by_name.get(resource.parent)
    specs = [(resource.type, resource.name, None), *(_spec(alias, resource) for alias in resource.aliases)]
    found = {alias.urn for alias in resource.aliases if alias.urn}
    for type_, name, old_parent in specs:
        if old_parent is not None:
            found.add(_of(type_, name, old_parent))
            continue
        for above in _all(parent, by_name) if parent is not None else {""}:
            inherited = name
            if parent is not None and name.startswith(parent.name):
                inherited = above.rpartition("::")[2] + name.removeprefix(parent.name)
            found.add(_of(type_, inherited, above))
    return found


def _spec(alias: Any, resource: Any) -> tuple[str, str, str | None]:
    spec = alias.spec
    old_parent = "" if spec.noParent else spec.parentUrn or None
    return spec.type or resource.type, spec.name or resource.name, old_parent


def _of(type_: str, name: str, parent: str) -> str:
    above = parent.split("::")[2] + "$" if parent else ""
    return "::".join(["urn:pulumi:local", "gitlab-ecr", above + type_, name])
