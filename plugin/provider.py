"""The plugin's provider: it serves the components' schema, and makes components for programs in other languages."""

import inspect
import json
import tomllib
from pathlib import Path
from typing import Any, Final

import pulumi
from pulumi.errors import InputPropertiesError
from pulumi.provider import ConstructResult, main
from pulumi.provider.experimental.analyzer import ComponentDefinition
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

import components
from components.arguments.camel_case import in_camel_case
from components.names.locations import mistakes_of
from components.names.spelling import message, spelled_as

from .inputs import arguments
from .languages import for_languages

NAME: Final = "gitlab-ecr"
CLASSES: Final[list[type[pulumi.ComponentResource]]] = [
    components.Bootstrap,
    components.CiVariables,
    components.Identities,
    components.PullUser,
    components.RegistryAccess,
    components.Repositories,
    components.Rotator,
    components.Runner,
]
"""Listed here, because Pulumi cannot find them through the package's lazy names."""
_ARGUMENTS: Final = {each.__name__: inspect.get_annotations(each.__init__)["args"] for each in CLASSES}
_PROJECT: Final = Path(__file__).parents[1] / "pyproject.toml"


class Provider(ComponentProvider):
    """Pulumi's own provider for Python components, adapted to the numbers and the spelling of other languages."""

    def __init__(self) -> None:
        super().__init__(CLASSES, NAME, version=tomllib.loads(_PROJECT.read_text())["project"]["version"])
        self.analyzed: dict[str, Any] = json.loads(self.schema or "")
        """The schema with the names of the Python classes."""
        self.schema = json.dumps(for_languages(self.analyzed))

    def construct(
        self, name: str, resource_type: str, inputs: Any, options: pulumi.ResourceOptions | None = None
    ) -> ConstructResult:
        """Makes a component.

        Raises:
            InputPropertiesError: an argument is wrong. Each mistake has its key, spelled as the program spells it.
        """
        spelling = in_camel_case(_ARGUMENTS.get(resource_type.rpartition(":")[2]))
        with spelled_as(spelling):
            try:
                return super().construct(name, resource_type, inputs, options)
            except ComponentInitError as error:
                if not isinstance(error.inner, ValueError):
                    raise
                raise InputPropertiesError(
                    "",
                    [
                        {"property_path": spelling.path(each.path), "reason": message((), each.text)}
                        for each in mistakes_of(error.inner)
                    ],
                ) from None

    def map_inputs(self, inputs: Any, component_def: ComponentDefinition) -> Any:
        """The arguments of the component. The component itself checks them."""
        return arguments(_ARGUMENTS[component_def.name], inputs)


def serve(arguments_of_the_plugin: list[str]) -> None:
    """Serves the components. The engine reads the port from standard output."""
    main(Provider(), arguments_of_the_plugin)
