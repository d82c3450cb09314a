"""A component that passes its options on to its children: Pulumi's SDK passes on all but two of them."""

from typing import Any

import pulumi


class Component(pulumi.ComponentResource):
    """The base of every component here."""

    def __init__(self, type_: str, name: str, inputs: dict[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        super().__init__(type_, name, inputs, opts)
        self._before: Any = opts.depends_on if opts else None
        self._retained = opts.retain_on_delete if opts else None

    def child(self, *, retain_on_delete: bool | None = None, **options: Any) -> pulumi.ResourceOptions:
        """The options of a child: it depends on what the component depends on, and is retained if the component is."""
        retained = self._retained if retain_on_delete is None else retain_on_delete
        own = pulumi.ResourceOptions(parent=self, retain_on_delete=retained, **options)
        if self._before is None:
            return own
        return pulumi.ResourceOptions.merge(own, pulumi.ResourceOptions(depends_on=self._before))
