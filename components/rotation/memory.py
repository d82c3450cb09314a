"""What a run records for the next: its targets, which failed, and for how many runs their owners were absent.

It is stored in one SSM parameter. Losing it costs no target its token; counting just starts again.
"""

import base64
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from ..contract.plan import KeyUser, TokenTarget
from ..docker import bounded_json

_LIMIT: Final = 4096  # SSM, standard tier: characters of a value
_DIGEST: Final = 8  # hexadecimal digits of a target's digest
_TARGETS: Final = 2_600  # bytes of all digests together; the rest of the parameter holds some forty failing ones
_WIDTHS: Final = (4, 3, 2)  # bytes of each; at two, one in fifty targets that were not there looks as if it had been


@dataclass(frozen=True)
class Memory:
    """Between two runs.

    Attributes:
        run: the request id of the run that wrote it. Lambda's own retries keep the id, and count once.
        failing: each target that failed or was not reached, by its digest, with the runs in a row that found its owner
            absent.
        targets: the beginnings of the digests of all targets; empty when there are more than fit.
        token_seen: whether a run ever found a GitLab token.
        waiting_since: when the first run found none, until one does.
    """

    run: str = ""
    failing: Mapping[str, int] = field(default_factory=dict[str, int])
    targets: frozenset[str] = frozenset()
    token_seen: bool = False
    waiting_since: datetime | None = None

    def knows(self, digest: str) -> bool:
        """Whether that run had this target, failing or not. It may say so of one that it did not have, rarely."""
        width = len(next(iter(self.targets), ""))
        return digest in self.failing or (width > 0 and digest[:width] in self.targets)

    def after(
        self,
        run: str,
        targets: Collection[str],
        failed: Mapping[str, bool],
        *,
        left: Collection[str] = (),
        token_seen: bool = False,
        now: datetime | None = None,
    ) -> "Memory":
        """The memory that a run leaves.

        Args:
            run: its request id.
            targets: the digests of all its targets.
            failed: the digests of the targets that failed; True where the owner was absent.
            left: the digests of the targets that were not reached.
            token_seen: whether it found a GitLab token.
            now: when it began.
        """
        step = 0 if run == self.run else 1
        seen = self.token_seen or token_seen
        return Memory(
            run,
            {digest: self.failing.get(digest, 0) for digest in left}
            | {
                # A first retry of the run that found it absent first still makes it one run.
                digest: max(1, self.failing.get(digest, 0) + step) if absent else 0
                for digest, absent in failed.items()
            },
            _shortened(targets),
            seen,
            None if seen else self.waiting_since or now,
        )


def digest(target: TokenTarget | KeyUser) -> str:
    """Identifies a target with its declaration: another audience or flag gives another digest."""
    if isinstance(target, KeyUser):
        text = repr(target)
    else:
        scoped = (target.key, target.environment_scope, target.audience, repr(target.flags))
        text = json.dumps([target.owner_kind.value, target.owner, *scoped])
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]


def dumps(memory: Memory) -> str:
    """The memory as text, at most as long as a parameter may be.

    Of too many failing targets those with the fewest absent runs are left out: they stay failures, which is the loud
    side to err on.
    """
    failing = sorted(memory.failing.items(), key=lambda item: (-item[1], item[0]))
    while True:
        document = {
            "run": memory.run,
            "targets": base64.b64encode(bytes.fromhex("".join(sorted(memory.targets)))).decode(),
            "width": len(next(iter(memory.targets), "")),
            "failing": dict(failing),
            "token_seen": memory.token_seen,
            "waiting_since": None if memory.waiting_since is None else memory.waiting_since.isoformat(),
        }
        text = json.dumps(document, separators=(",", ":"))
        if len(text) <= _LIMIT:
            return text
        failing = failing[: len(failing) * _LIMIT // len(text)]


def loads(text: str | None) -> Memory:
    """Parses a memory; an empty one for invalid text."""
    try:
        document: Any = bounded_json.loads(text or "{}", limit=_LIMIT)
        fields = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
        since: Any = fields.get("waiting_since")
        return Memory(
            str(fields.get("run", "")),
            _counts(fields.get("failing")),
            _targets(str(fields.get("targets", "")), fields.get("width")),
            fields.get("token_seen") is True,
            _moment(since) if isinstance(since, str) else None,
        )
    except ValueError:
        return Memory()


def _counts(failing: Any) -> dict[str, int]:
    counts = cast("dict[str, Any]", failing) if isinstance(failing, dict) else {}
    return {key: count for key, count in counts.items() if type(count) is int and count >= 0}


def _targets(encoded: str, width: Any) -> frozenset[str]:
    if width not in {2 * each for each in _WIDTHS}:
        return frozenset()
    text = base64.b64decode(encoded, validate=True).hex()
    return frozenset(text[start : start + width] for start in range(0, len(text), width))


def _moment(text: str) -> datetime | None:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else None


def _shortened(digests: Collection[str]) -> frozenset[str]:
    """The beginnings of the digests, as long as they fit."""
    width = next((width for width in _WIDTHS if len(digests) * width <= _TARGETS), 0)
    return frozenset(digest[: 2 * width] for digest in digests) if width else frozenset()
