"""The SSM parameter that carries a config.toml to its machine."""

from typing import Final

STANDARD_LIMIT: Final = 4096
"""Bytes of a parameter of the standard tier, which costs nothing."""
ADVANCED_LIMIT: Final = 8192

RUNNER_ID_STANDIN: Final = 10**12
TOKEN_STANDIN: Final = "glrt-" + "0" * 95
"""As long as a runner's token ever is, for a size that is known before there is a token."""


def tier(text: str, where: str = "runner") -> str:
    """The tier that a parameter with this value needs.

    Raises:
        ValueError: the value fits in no parameter.
    """
    size = len(text.encode())
    if size > ADVANCED_LIMIT:
        raise ValueError(
            f"{where}: config.toml has {size} bytes, and an SSM parameter holds {ADVANCED_LIMIT}; move scripts into "
            "the image, or split the runner into two"
        )
    return "Advanced" if size > STANDARD_LIMIT else "Standard"
