"""How one type of resource lives: what the adapter's modules say of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .clients import Clients

Values = dict[str, Any]
"""A resource's properties, camelCase as Pulumi spells them."""

Created = tuple[str, Values]
"""A resource's id, and the outputs that its inputs do not hold already."""


class AdapterError(Exception):
    """A resource or an invoke failed; one line: its type, its name, the reason."""


class GoneError(AdapterError):
    """The resource does not exist any more; for those APIs that answer with an empty list instead of an error."""


@dataclass(frozen=True)
class Kind:
    """One type. Functions raise what the API raised; what is gone answers with an error that says so.

    Attributes:
        create: from the inputs.
        read: from the id and the last known state (empty in an import): what can be read of it today.
        delete: from the id and the state.
        update: from the id, the state and the new inputs; None when nothing can change in place.
        replaced_by: the properties that cannot change in place, as the real provider has it; all without `update`.
        computed: outputs that no one knows before the resource exists.
        delete_first: a replacement deletes first even when the name differs, as the real provider has it.
        unproven: what the emulator does not do with the resource, which it only keeps; the rehearsal says so.
        auto_named: the real provider makes up a name where none is given; with an explicit one it deletes first.
        kept: what the API decides where the program says nothing: a property taken out of the program stays as it is.
        defaults: what the real provider puts where the program says nothing.
        plan: outputs that the real provider foresees from the inputs, asking the API already in a preview.
        gone_is_an_error: the real provider fails when it deletes what is gone.
    """

    create: Callable[[Clients, Values], Created]
    read: Callable[[Clients, str, Values], Values]
    delete: Callable[[Clients, str, Values], None]
    update: Callable[[Clients, str, Values, Values], None] | None = None
    replaced_by: frozenset[str] = frozenset()
    computed: frozenset[str] = frozenset()
    delete_first: bool = False
    unproven: str = ""
    auto_named: bool = True
    kept: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict[str, Any])
    plan: Callable[[Clients, Values], Values] | None = None
    gone_is_an_error: bool = False

    def replaces(self, property_: str) -> bool:
        """Whether a change of the property makes a new resource."""
        return self.update is None or property_ in self.replaced_by


def again(create: Callable[[Clients, Values], Created]) -> Callable[[Clients, str, Values, Values], None]:
    """The update of what an API only puts: putting it again changes it."""

    def update(clients: Clients, _id: str, _state: Values, inputs: Values) -> None:
        create(clients, inputs)

    return update


def keys(*names: str) -> frozenset[str]:
    """The names of properties, as a set."""
    return frozenset(names)
