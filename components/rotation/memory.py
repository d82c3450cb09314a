"""What one run tells the next: which targets failed, and how many runs in a row their owner was not there.

It lies in one SSM parameter. Losing it costs no target its token: counting begins anew.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from ..documents.plan import Target

_LIMIT: Final = 4096  # SSM, standard tier: characters of a value


@dataclass(frozen=True)
class Memory:
    """Between two runs.

    Attributes:
        run: the request id of the run that wrote it. Lambda's own retries keep the id, and count once.
        failing: each target that failed, by its digest, with the runs in a row that found its owner absent.
    """

    run: str = ""
    failing: Mapping[str, int] = field(default_factory=dict[str, int])

    def after(self, run: str, failed: Mapping[str, bool]) -> "Memory":
        """The memory that a run leaves.

        Args:
            run: its request id.
            failed: the digests of the targets that failed; True where the owner was absent.
        """
        step = 0 if run == self.run else 1
        return Memory(
            run,
            {
                # A first retry of the run that found it absent first still makes it one run.
                digest: max(1, self.failing.get(digest, 0) + step) if absent else 0
                for digest, absent in failed.items()
            },
        )


def digest(target: Target) -> str:
    """Names a target as it is declared: another audience or flag makes another digest."""
    text = json.dumps(
        [
            target.owner_kind.value,
            target.owner,
            target.key,
            target.environment_scope,
            target.audiences,
            repr(target.flags),
        ]
    )
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def dumps(memory: Memory) -> str:
    """The memory as text, at most as long as a parameter may be.

    Of too many failing targets those with the fewest absent runs are left out: they stay failures, which is the loud
    side to err on.
    """
    failing = sorted(memory.failing.items(), key=lambda item: (-item[1], item[0]))
    while True:
        text = json.dumps({"run": memory.run, "failing": dict(failing)}, separators=(",", ":"))
        if len(text) <= _LIMIT:
            return text
        failing = failing[: len(failing) * _LIMIT // len(text)]


def loads(text: str | None) -> Memory:
    """The memory in a text; an empty one for what is none."""
    try:
        document: Any = json.loads(text or "{}")
    except ValueError:
        return Memory()
    fields = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
    failing = fields.get("failing")
    counts = cast("dict[str, Any]", failing) if isinstance(failing, dict) else {}
    return Memory(
        str(fields.get("run", "")), {key: count for key, count in counts.items() if type(count) is int and count >= 0}
    )
