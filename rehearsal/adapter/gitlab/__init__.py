"""`gitlab` resources, over the instance's own REST API."""

from typing import Final

from . import runners, schedules, variables
from .call import RefusedError

__all__ = ["KINDS", "RefusedError"]

KINDS: Final = {**runners.KINDS, **schedules.KINDS, **variables.KINDS}
