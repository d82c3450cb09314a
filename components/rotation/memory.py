"""What a run records for the next one: its targets, which of them failed, and for how many runs owners were absent.

It is stored in one SSM parameter. If it is lost, no target loses its token; counting just starts again.
"""

import base64
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from ..contract.plan import KeyUser, Plan, SecretTarget, TokenTarget
from ..docker import bounded_json

GONE_AFTER: Final = 3
"""The number of runs in a row that find an owner absent before its targets count as gone."""
_LIMIT: Final = 4096  # SSM, standard tier: characters of a value
_DIGEST: Final = 8  # hexadecimal digits of a target's digest
_TARGETS: Final = 2_600  # bytes of all digests together; the rest of the parameter holds some forty failing ones
_WIDTHS: Final = (4, 3, 2)  # bytes of each digest; with two bytes, one in fifty new targets looks like a known one


@dataclass(frozen=True)
class Memory:
    """What one run leaves for the next.

    Attributes:
        run: the request id of the run that wrote it. Lambda's own retries keep the id, and count once.
        failing: the targets that failed or were not reached, by digest. The number says how many runs in a row found
            the owner absent.
        targets: the first characters of all targets' digests; empty when they do not fit.
        token_seen: whether any run has found a GitLab token.
        waiting_since: when the first run without a GitLab token began; None once there is a token.
    """

    run: str = ""
    failing: Mapping[str, int] = field(default_factory=dict[str, int])
    targets: frozenset[str] = frozenset()
    token_seen: bool = False
    waiting_since: datetime | None = None

    def knows(self, digest: str) -> bool:
        """Whether that run had this target, failing or not. Very rarely, it is wrong about a new target."""
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
        """The memory that a run leaves for the next.

        Args:
            run: the run's request id.
            targets: the digests of all its targets.
            failed: the digests of the targets that failed, each with whether the owner was absent.
            left: the digests of the targets that were not reached.
            token_seen: whether the run found a GitLab token.
            now: when the run began.
        """
        step = 0 if run == self.run else 1
        seen = self.token_seen or token_seen
        return Memory(
            run,
            {digest: self.failing.get(digest, 0) for digest in left}
            | {
                # A retry of the run that first found the owner absent does not count as a second run.
                digest: max(1, self.failing.get(digest, 0) + step) if absent else 0
                for digest, absent in failed.items()
            },
            _shortened(targets),
            seen,
            None if seen else self.waiting_since or now,
        )


def digests(plan: Plan) -> list[str]:
    """The digests of the plan's targets, secrets and key users, in this order."""
    return [digest(item) for item in (*plan.targets, *plan.secrets, *plan.key_users)]


def digest(target: TokenTarget | SecretTarget | KeyUser) -> str:
    """Identifies a target and its declaration: a changed audience or flag changes the digest."""
    if not isinstance(target, TokenTarget):
        text = repr(target)
    else:
        scoped = (target.key, target.environment_scope, target.audience, repr(target.flags))
        text = json.dumps([target.owner_kind.value, target.owner, *scoped])
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]


def dumps(memory: Memory) -> str:
    """The memory as text that fits into a parameter.

    If too many targets fail, those with the fewest absent runs are left out. They stay failures: it is better to
    report too much than too little.
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
    """The first characters of the digests, as many as fit."""
    width = next((width for width in _WIDTHS if len(digests) * width <= _TARGETS), 0)
    return frozenset(digest[: 2 * width] for digest in digests) if width else frozenset()
