"""The URNs by which the engine knows each resource: its own, and those of its aliases."""

from typing import Any

from validation.recorder import Registered


def urns(resources: list[Registered]) -> dict[str, set[str]]:
    """By the URN of each resource, every URN that the engine would accept for it.

    The engine's rules: an alias of a parent is one of its children, and replaces the parent's name at the start of
    theirs. What a rename or a move needs is understood: an alias with `name`, `type_` or `parent`, or a whole URN.
    """
    by_name = {resource.name: resource for resource in resources if resource.type.startswith("gitlab-ecr:index:")}
    return {_of(r.type, r.name, _above(r, by_name)): _all(r, by_name) for r in resources}


def _above(resource: Registered, by_name: dict[str, Registered]) -> str:
    """The parent's present URN; empty below the stack."""
    parent = by_name.get(resource.parent)
    return "" if parent is None else _of(parent.type, parent.name, _above(parent, by_name))


def _all(resource: Registered, by_name: dict[str, Registered]) -> set[str]:
    parent = by_name.get(resource.parent)
    specs = [(resource.type, resource.name, None), *(_spec(alias, resource, by_name) for alias in resource.aliases)]
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


def _spec(alias: Any, resource: Registered, by_name: dict[str, Registered]) -> tuple[str, str, str | None]:
    spec = alias.spec
    old_parent = "" if spec.noParent else spec.parentUrn or None
    # Pulumi's test monitor shortens the types in a URN to the last two.
    if old_parent and (known := by_name.get(old_parent.rpartition("::")[2])):
        old_parent = _of(known.type, known.name, _above(known, by_name))
    return spec.type or resource.type, spec.name or resource.name, old_parent


def _of(type_: str, name: str, parent: str) -> str:
    above = parent.split("::")[2] + "$" if parent else ""
    return "::".join(["urn:pulumi:test", "gitlab-ecr", above + type_, name])
