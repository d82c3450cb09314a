"""Who gains or loses which pull or push right, by the declaration, or by the policies where it has no entry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from ..names import repository_patterns
from . import policy_words
from .grants import grants
from .policy_words import Right
from .reading import STACK, Preview, Step, is_unknown, mapping

ACCESS: Final = "gitlab-ecr:index:RegistryAccess"
POLICY_OF_A_ROLE: Final = {"aws:iam/rolePolicy:RolePolicy": "role", "aws:iam/userPolicy:UserPolicy": "user"}
"""Types of policies of a role or user, and the property that names that role or user."""

EVERYBODY: Final = "every project of the GitLab"
"""Who pulls with a variable of the instance."""
_INSTANCE: Final = "instance"
CONSUMERS: Final = frozenset({"project", "group", EVERYBODY})

Who = tuple[str, str]
"""One of `CONSUMERS`, `runner`, `role` or `user`, and the name."""
Rights = dict[Who, frozenset[Right]]


@dataclass
class Access:
    """Everyone's rights before and after.

    Attributes:
        old: the rights in the state.
        new: the rights that the program wants; nothing for those in `unsure`.
        old_ways: the access of each consumer and runner in the state, such as `rotated-variable`.
        new_ways: the same, in the program.
        registry: the registry host of the stack, if the declaration gives it.
        unsure: those whose rights only `up` will know.
        declared: whether there was a declaration, so that `new` covers everyone, not only changes.
    """

    old: Rights = field(default_factory=dict[Who, frozenset[Right]])
    new: Rights = field(default_factory=dict[Who, frozenset[Right]])
    old_ways: dict[Who, str] = field(default_factory=dict[Who, str])
    new_ways: dict[Who, str] = field(default_factory=dict[Who, str])
    registry: str = ""
    unsure: set[Who] = field(default_factory=set[Who])
    declared: bool = False

    @property
    def consumers(self) -> set[str]:
        """The full paths of the projects and groups."""
        return {name for kind, name in self.old.keys() | self.new.keys() if kind in CONSUMERS}

    def gained(self) -> Iterator[tuple[Who, Right]]:
        """Each right that is new."""
        return self._beyond(self.new, self.old)

    def lost(self) -> Iterator[tuple[Who, Right]]:
        """Each right that is removed."""
        return self._beyond(self.old, self.new)

    def _beyond(self, rights: Rights, other: Rights) -> Iterator[tuple[Who, Right]]:
        for who in sorted(rights.keys() - self.unsure):
            kept = other.get(who, frozenset())
            yield from ((who, right) for right in sorted(rights[who]) if not any(self._covers(k, right) for k in kept))

    def _covers(self, kept: Right, right: Right) -> bool:
        """Whether one right includes another: push includes pull, and a pattern includes narrower ones."""
        if kept[0] not in {right[0], "push"}:
            return False
        # A declaration lists what its patterns match today, so a single name there means only itself.
        single = self.declared and "*" not in right[1]
        return kept[1] == right[1] if single else repository_patterns.matches(kept[1], right[1])


def access(preview: Preview) -> Access:
    """Everyone's rights, as far as the preview shows them."""
    found = Access()
    before, after = _declarations(preview)
    if before is not None and after is not None:
        found.declared = True
        found.old, found.new = declared(before), declared(after)
        found.old_ways, found.new_ways = ways(before), ways(after)
        found.registry = str(after.get("registry", ""))
        found.unsure = {who for who in found.new if is_unknown([name for _, name in found.new[who]])}
    for step in preview.steps:
        if step.type in POLICY_OF_A_ROLE and not (found.declared and _explained(step, (before, after))):
            _add_policy(found, step, _names_by_arn(preview), str((after or before or {}).get("registry", "")))
    for rights, given in zip((found.old, found.new), grants(preview), strict=True):
        rights |= {who: frozenset(given[who]) for who in given}
    return found


def declared(declaration: Mapping[str, Any]) -> Rights:
    """The rights that a declaration grants, by name; a pattern includes repositories that do not exist yet."""
    repositories = [str(name) for name in _list(declaration.get("repositories"))]
    return {
        who: frozenset(
            (right, name)
            for right, pattern in _patterns(entry, declaration)
            for name in [pattern, *repository_patterns.matching([pattern], repositories)]
        )
        for who, entry in _entries(declaration)
    }


def ways(declaration: Mapping[str, Any]) -> dict[Who, str]:
    """The access of each consumer and runner that the declaration lists."""
    return {who: str(entry["access"]) for who, entry in _entries(declaration) if "access" in entry}


def _entries(declaration: Mapping[str, Any]) -> Iterator[tuple[Who, Mapping[str, Any]]]:
    for name, consumer in mapping(declaration.get("consumers")).items():
        kind = str(mapping(consumer).get("kind", "project"))
        yield (EVERYBODY if kind == _INSTANCE else kind, name), mapping(consumer)
    for name, runner in mapping(declaration.get("runners")).items():
        yield ("runner", name), mapping(runner)


def _patterns(entry: Mapping[str, Any], declaration: Mapping[str, Any]) -> Iterator[Right]:
    """The patterns as declared; those in another registry are prefixed with its host."""
    own = declaration.get("registry")
    hosts = _list(entry.get("registries")) or [own]
    for pattern in _list(entry.get("pull")):
        yield from (("pull", str(pattern) if host == own else f"{host}/{pattern}") for host in hosts)
    yield from (("push", str(pattern)) for pattern in _list(entry.get("push")))


def whose(step: Step) -> Who:
    """The role or user that a policy belongs to; the policy's own name when only `up` knows it."""
    kind = POLICY_OF_A_ROLE[step.type]
    owner = (step.new or step.old).get(kind)
    if is_unknown(owner):
        owner = step.old.get(kind)
    return kind, str(owner or step.name)


def _declarations(preview: Preview) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """The declaration in the state and in the program: the inputs of the `RegistryAccess` component.

    An unchanged component is not in the preview; the stack's output then holds the declaration.
    """
    changed = [step for step in preview.of_type(ACCESS) if "declaration" in {**step.old, **step.new}]
    if changed:
        before = [step.old.get("declaration", {}) for step in changed]
        after = [step.new.get("declaration", {}) for step in changed]
        return _merged(before), _merged(after)
    for step in preview.of_type(STACK):
        before = step.old_outputs.get("declaration")
        if isinstance(before, Mapping):
            unchanged = cast("Mapping[str, Any]", before)
            return unchanged, unchanged
    return None, None


def _merged(declarations: list[Any]) -> Mapping[str, Any] | None:
    if not all(isinstance(declaration, Mapping) for declaration in declarations):
        return None
    merged: dict[str, Any] = {"repositories": []}
    for declaration in declarations:
        merged |= {key: declaration[key] for key in ("registry",) if key in declaration}
        merged["repositories"] += _list(declaration.get("repositories"))
        for key in ("consumers", "runners"):
            merged[key] = {**merged.get(key, {}), **mapping(declaration.get(key))}
    return merged


def _explained(step: Step, declarations: tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]) -> bool:
    """Whether the policy belongs to a declared consumer or runner and grants no more than its declaration."""
    for inputs, declaration in zip((step.old, step.new), declarations, strict=True):
        statements = policy_words.statements(inputs.get("policy"))
        if statements is None or declaration is None:
            return False
        wanted = _named_like(step, declaration)
        if wanted is None and statements:
            return False
        own = str(declaration.get("registry", ""))
        if not policy_words.image_rights(statements, {}, own) <= (wanted or set()):
            return False
    return True


def _named_like(step: Step, declaration: Mapping[str, Any]) -> set[Right] | None:
    """The declared rights of the consumer or runner that the policy is named after."""
    for (kind, name), entry in _entries(declaration):
        roles = ("runner",) if kind == "runner" else ("pull", "push", "job", "secret", "user")
        if step.name.endswith(tuple(f"-{role}-{name}" for role in roles)):
            return set(_patterns(entry, declaration))
    return None


def _add_policy(found: Access, step: Step, names_by_arn: Mapping[str, str], own: str) -> None:
    who = whose(step)
    for rights, inputs in ((found.old, step.old), (found.new, step.new)):
        policy = inputs.get("policy")
        statements = policy_words.statements(policy)
        if is_unknown(policy) or statements is None:
            found.unsure.add(who)
        else:
            given = policy_words.image_rights(statements, names_by_arn, own)
            rights[who] = rights.get(who, frozenset()) | given


def _names_by_arn(preview: Preview) -> dict[str, str]:
    return {
        str(step.old_outputs["arn"]): str(step.old["name"])
        for step in preview.of_type("aws:ecr/repository:Repository")
        if "arn" in step.old_outputs and "name" in step.old
    }


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
