"""The SSM parameter that delivers config.toml to the machine."""

from typing import Final

STANDARD_LIMIT: Final = 4096
"""The limit in bytes of the standard tier, which is free."""
ADVANCED_LIMIT: Final = 8192

RUNNER_ID_STANDIN: Final = 10**12
TOKEN_STANDIN: Final = "glrt-" + "0" * 95
"""A placeholder as long as the longest runner token, so that the size is known before there is a token."""


def config_tier(text: str) -> str:
    """The tier that a parameter with this config.toml needs.

    Raises:
        ValueError: it fits in no parameter.
    """
    return _tier(text, "runner: config.toml", "move scripts into the image, or split the runner into two")


def docker_tier(text: str, key: str) -> str:
    """The tier that a parameter with this Docker configuration needs; `key` is the one that its hosts come from.

    Raises:
        ValueError: it fits in no parameter.
    """
    return _tier(text, f"runner.access.{key}: the Docker configuration of its helper", "split the runner into two")


def _tier(text: str, what: str, advice: str) -> str:
    size = len(text.encode())
    if size > ADVANCED_LIMIT:
        raise ValueError(f"{what} has {size} bytes, and an SSM parameter holds {ADVANCED_LIMIT}; {advice}")
    return "Advanced" if size > STANDARD_LIMIT else "Standard"
