"""All kinds of `gitlab` resources, by their types."""

from typing import Final

from . import runners, schedules, variables

KINDS: Final = {**runners.KINDS, **schedules.KINDS, **variables.KINDS}
