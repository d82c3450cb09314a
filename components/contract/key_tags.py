"""The IAM user tags in which the rotator records that user's keys; it may set no other tags."""

from typing import Final

MAKING: Final = "gitlab-ecr:making"
"""Which run is creating a key, since when, and until when at the latest."""
PENDING: Final = "gitlab-ecr:pending"
"""The id of the new key, from before its first use until it is published."""
CURRENT: Final = "gitlab-ecr:current"
"""The id of the published key."""
PREVIOUS: Final = "gitlab-ecr:previous"
"""The id of the previous key."""
ALL: Final = (CURRENT, MAKING, PENDING, PREVIOUS)
