"""Estimates how long a variable's value will be before the first token exists.

A token is 2,500 to 3,600 characters of base64, depending on the session that requests it, and a document repeats it for
each registry host. GitLab allows 10,000 characters in a variable of the instance. For projects and groups its
documentation names no limit from 17.0 on; a preview cannot know the instance's version, so it warns.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ..docker.auth import dumps
from .plan import VALUE_LIMIT, OwnerKind, Plan, Target, TokenTarget

NO_LIMIT: Final = (17, 0, 0)
"""From this release on GitLab's documentation names no limit for variables of projects and groups."""
NO_LIMIT_TEXT: Final = "17.0"
SHORTEST_TOKEN: Final = 2_500
LONGEST_TOKEN: Final = 3_600


@dataclass(frozen=True)
class SizeFinding:
    """A target whose document may not fit, or certainly does not.

    Attributes:
        certain: True if it is too long for every GitLab, even with the shortest tokens.
        path: the path of the target's owner.
        message: the lengths, and what to do.
    """

    certain: bool
    path: str
    message: str


def size_findings(plan: Plan) -> list[SizeFinding]:
    """The targets whose document can become longer than GitLab allows, in the plan's order.

    Entries of others in an adopted variable add to it; their length is unknown before the first rotation.
    """
    return [finding for target in plan.targets if (finding := _finding(plan, target)) is not None]


@lru_cache  # nearly every consumer has the same hosts
def document_length(hosts: tuple[str, ...], token_length: int) -> int:
    """The length of a document with a token of this length for each registry host."""
    return len(dumps({"auths": {host: {"auth": "x" * token_length} for host in hosts}}))


def _finding(plan: Plan, target: TokenTarget) -> SizeFinding | None:
    registries = plan.audiences[target.audience].registries
    hosts = tuple(host for registry in registries for host in registry.hosts)
    shortest, longest = (document_length(hosts, length) for length in (SHORTEST_TOKEN, LONGEST_TOKEN))
    if longest <= VALUE_LIMIT:
        return None
    certain = shortest > VALUE_LIMIT
    length = f"{shortest:,} to {longest:,} characters for {len(hosts)} registry hosts"
    advice = _advice(target, len(hosts), len(registries))
    if target.owner_kind is OwnerKind.INSTANCE:
        limit = f"GitLab allows {VALUE_LIMIT:,} in a variable of the instance"
    else:
        limit = f"GitLab before {NO_LIMIT_TEXT} allows {VALUE_LIMIT:,}, and `gitlab-ecr check` says which yours is"
    what = f"its value {'will' if certain else 'may'} be {length}; {limit}: {advice}"
    return SizeFinding(certain and target.owner_kind is OwnerKind.INSTANCE, target.path, what)


def _advice(target: Target, hosts: int, registries: int) -> str:
    ways: list[str] = []
    if hosts > registries:
        ways.append("leave out the `host_forms` that no image is written with")
    if registries > 1:
        ways.append("name fewer registries")
    whose = "your runners" if target.owner_kind is OwnerKind.INSTANCE else f"the runners of {target.path}"
    ways.append(f"let {whose} use `access`: credential-helper, which needs no token in a variable")
    return ", or ".join(ways)
