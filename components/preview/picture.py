"""A diagram of who may pull and push what, in mermaid, which GitLab renders."""

from collections.abc import Iterable, Iterator
from typing import Final

from ..names import access as accesses
from ..names import repository_patterns
from .markdown import mermaid_label
from .policy_words import Right
from .rights import Access, Rights, Who

LIMIT: Final = 2_000
"""GitLab renders a longer block only after a click. Source: its render_sandboxed_mermaid.js."""
_USUAL: Final = {"runner": accesses.RunnerAccess.CREDENTIAL_HELPER}
_MOST_EDGES: Final = 60  # more arrows would cross until no one can follow them


def picture(access: Access) -> str | None:
    """The mermaid text: thick lines are new, dotted ones removed. None when it would be too large or empty."""
    for concise in (False, True):
        edges = list(_edges(access, concise=concise))
        text = _drawn(edges, access)
        if edges and len(text) <= LIMIT and len(edges) <= _MOST_EDGES:
            return text
    return None


_Edge = tuple[Who, Right, str]


def _edges(access: Access, *, concise: bool) -> Iterator[_Edge]:
    old, new = (_shown(rights, concise=concise) for rights in (access.old, access.new))
    for who in sorted(old.keys() | new.keys()):
        if who in access.unsure:
            continue
        before, after = old.get(who, frozenset()), new.get(who, frozenset())
        yield from ((who, right, "-->") for right in sorted(before & after))
        yield from ((who, right, "==>") for right in sorted(after - before))
        yield from ((who, right, "-.->") for right in sorted(before - after))


def _shown(rights: Rights, *, concise: bool) -> Rights:
    """When `concise`, a pattern replaces the repositories it matches; otherwise they replace it."""
    return {
        who: frozenset(right for right in given if _drawable(right, given, concise=concise))
        for who, given in rights.items()
    }


def _drawable(right: Right, given: Iterable[Right], *, concise: bool) -> bool:
    kind, name = right
    if concise:
        return not any(kind == other and _matches(pattern, name) for other, pattern in given)
    return not any(kind == other and _matches(name, single) for other, single in given)


def _matches(pattern: str, name: str) -> bool:
    return name != pattern and "*" in pattern and repository_patterns.matches(pattern, name)


def _called(who: Who, access: Access) -> str:
    """The name, with the kind of access if it is not the usual one."""
    way = access.new_ways.get(who, access.old_ways.get(who, ""))
    usual = _USUAL.get(who[0], accesses.Access.ROTATED_VARIABLE)
    return " ".join(who) + (f" by {way}" if way not in {"", usual} else "")


def _drawn(edges: list[_Edge], access: Access) -> str:
    people = {who: f"w{index}" for index, who in enumerate(dict.fromkeys(who for who, _, _ in edges))}
    images = {name: f"r{index}" for index, name in enumerate(dict.fromkeys(right[1] for _, right, _ in edges))}
    lines = ["flowchart LR"]
    lines += [f"{id_}[{mermaid_label(_called(who, access))}]" for who, id_ in people.items()]
    lines += [f"{id_}[({mermaid_label(name)})]" for name, id_ in images.items()]
    lines += [f"{people[who]} {line}|{right}| {images[name]}" for who, (right, name), line in edges]
    return "\n".join(lines)
