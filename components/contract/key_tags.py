"""The tags by which the rotator remembers an IAM user's keys; it may set these and no others."""

from typing import Final

MAKING: Final = "gitlab-ecr:making"
"""Which run is making a key, from when and until when at the latest."""
PENDING: Final = "gitlab-ecr:pending"
"""The id of the key that was made, from before its first use until it is published."""
CURRENT: Final = "gitlab-ecr:current"
"""The id of the published key."""
PREVIOUS: Final = "gitlab-ecr:previous"
"""The id of the key before it."""
ALL: Final = (CURRENT, MAKING, PENDING, PREVIOUS)
