"""What one run tells the next: which targets it had, which failed, and for how many runs their owner was not there.

It lies in one SSM parameter. Losing it costs no target its token: counting begins anew.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from ..contract.plan import KeyUser, TokenTarget

_LIMIT: Final = 4096  # SSM, standard tier: characters of a value
_FILTER_BYTES: Final = 2_000  # for some 1,300 targets; the rest of the parameter holds a hundred failing ones
_BITS_EACH: Final = 12  # with these, three in a thousand targets that were not there look as if they had been
_HASHES: Final = 8


@dataclass(frozen=True)
class Memory:
    """Between two runs.

    Attributes:
        run: the request id of the run that wrote it. Lambda's own retries keep the id, and count once.
        failing: each target that failed, by its digest, with the runs in a row that found its owner absent.
        targets: a Bloom filter of the digests of all targets; empty when there are more than fit.
    """

    run: str = ""
    failing: Mapping[str, int] = field(default_factory=dict[str, int])
    targets: bytes = b""

    def knows(self, digest: str) -> bool:
        """Whether that run had this target, failing or not. It may say so of one that it did not have, rarely."""
        return digest in self.failing or (
            bool(self.targets) and all(self.targets[bit // 8] >> bit % 8 & 1 for bit in _bits(digest, self.targets))
        )

    def after(self, run: str, targets: Collection[str], failed: Mapping[str, bool]) -> "Memory":
        """The memory that a run leaves.

        Args:
            run: its request id.
            targets: the digests of all its targets.
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
            _filter(targets),
        )


def digest(target: TokenTarget | KeyUser) -> str:
    """Names a target as it is declared: another audience or flag makes another digest."""
    if isinstance(target, KeyUser):
        return hashlib.sha256(repr(target).encode()).hexdigest()[:8]
    text = json.dumps(
        [
            target.owner_kind.value,
            target.owner,
            target.key,
            target.environment_scope,
            [target.audience],
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
        document = {
            "run": memory.run,
            "targets": base64.b64encode(memory.targets).decode(),
            "failing": dict(failing),
        }
        text = json.dumps(document, separators=(",", ":"))
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
    try:
        targets = base64.b64decode(str(fields.get("targets", "")), validate=True)
    except binascii.Error:
        targets = b""
    return Memory(
        str(fields.get("run", "")),
        {key: count for key, count in counts.items() if type(count) is int and count >= 0},
        targets,
    )


def _filter(digests: Collection[str]) -> bytes:
    size = len(digests) * _BITS_EACH // 8 + 1
    if size > _FILTER_BYTES:
        return b""
    found = bytearray(size)
    for digest in digests:
        for bit in _bits(digest, found):
            found[bit // 8] |= 1 << bit % 8
    return bytes(found)


def _bits(digest: str, of: bytes | bytearray) -> list[int]:
    hashed = hashlib.sha256(digest.encode()).digest()
    return [int.from_bytes(hashed[4 * n : 4 * n + 4]) % (8 * len(of)) for n in range(_HASHES)]
