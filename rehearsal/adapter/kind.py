"""The description of a resource type: its functions and properties, which the adapter's modules define."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .clients import Clients

Values = dict[str, Any]
"""A resource's properties, in Pulumi's camelCase."""

Created = tuple[str, Values]
"""A resource's id, and those outputs that are not among its inputs."""


class AdapterError(Exception):
    """A resource or an invoke failed. The message is one line with its type, its name and the reason."""


class GoneError(AdapterError):
    """The resource no longer exists, although the API answered with an empty list instead of an error."""


@dataclass(frozen=True)
class Kind:
    """One resource type. Its functions raise the API's errors; if the resource is gone, the error says so.

    Attributes:
        create: creates the resource from its inputs.
        read: reads the present state, from the id and the last known state (empty in an import).
        delete: deletes the resource, from its id and state.
        update: changes it in place, from its id, its state and the new inputs; None when nothing can change in place.
        replaced_by: the properties that the real provider cannot change in place; without `update`, all of them.
        computed: outputs that are unknown before the resource exists.
        delete_first: whether the real provider deletes before it creates the replacement, even under another name.
        unproven: what the emulator does not do with the resource, which it only stores; the rehearsal says so.
        auto_named: whether the real provider invents a name if none is given; with a given name it deletes first.
        kept: properties that the API decides if the program does not set them: they stay when they are removed.
        defaults: the real provider's values for properties that the program does not set.
        plan: predicts outputs from the inputs by calling the API, as the real provider does even in a preview.
        gone_is_an_error: whether the real provider fails when it deletes a resource that is gone.
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
        """Whether a change of the property replaces the resource."""
        return self.update is None or property_ in self.replaced_by


def again(create: Callable[[Clients, Values], Created]) -> Callable[[Clients, str, Values, Values], None]:
    """The update for an API that only has a put: it puts the new inputs."""

    def update(clients: Clients, _id: str, _state: Values, inputs: Values) -> None:
        create(clients, inputs)

    return update


def keys(*names: str) -> frozenset[str]:
    """The names of properties, as a set."""
    return frozenset(names)
