# The emulator ships no types. The rehearsal corrects it by names that are its own, so there is nothing to check.
from typing import Any

app: Any
