"""The SSM parameter that delivers config.toml to the machine."""

from typing import Final

STANDARD_LIMIT: Final = 4096
"""The limit in bytes of the standard tier, which is free."""
ADVANCED_LIMIT: Final = 8192

RUNNER_ID_STANDIN: Final = 10**12
TOKEN_STANDIN: Final = "glrt-" + "0" * 95
"""A placeholder as long as the longest runner token, so that the size is known before there is a token."""


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
