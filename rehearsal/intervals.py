"""Moves time, interval by interval, and checks before each scheduled run that every login still works."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Final

from .consumers import Auths, Consumer
from .findings import failures
from .key_holders import KeyHolder
from .rotations import RotationError
from .scheduled_jobs import Watched
from .world import World

_AT_ONCE: Final = 6


def until_the_first_end(
    world: World,
    rotations: Watched,
    consumers: Sequence[Consumer],
    holders: Sequence[KeyHolder],
    say: Callable[[str], None],
) -> None:
    """Moves time until the deployment's tokens have expired. The scheduler starts each run.

    Raises:
        RotationError: a token expired before it was replaced, or a run failed.
        KeyHolderError: an access key was not replaced in time.
    """

    def nobody_is_locked_out() -> None:
        for holder in holders:
            holder.look()
        for consumer, refused in zip(consumers, _at_once(_refused_now, consumers), strict=True):
            if refused:
                raise RotationError(
                    f"the interval of {rotations.interval} is too long: the token of {consumer.label} expired before "
                    "the next rotation; write a shorter rotation.interval, such as 2 hours"
                )

    first_end = max(_ends(rotations.reports[0]), default=world.cloud.now())
    while world.cloud.now() <= first_end:
        say(f"Moving time by {rotations.interval}")
        report = rotations.next_run(nobody_is_locked_out)
        if not report["ok"]:
            raise RotationError("\n".join(["the scheduled rotation failed:", *failures(report)]))
    for holder in holders:
        holder.look()
        holder.retired()


def check_tokens(consumers: Sequence[Consumer], first: Mapping[Consumer, Auths]) -> None:
    """Checks that no token from the deployment works any more, and that every token in a variable does.

    Raises:
        RotationError: one works, or fails, that should not. The message names the consumer and the host.
    """
    closed = _at_once(lambda consumer: consumer.refused(first[consumer]), consumers)
    now = _at_once(_refused_now, consumers)
    for consumer, closed_hosts, refused in zip(consumers, closed, now, strict=True):
        if opened := [host for host in first[consumer] if host not in closed_hosts]:
            raise RotationError(f"{consumer.label}: the deployment's token has expired and still works on {opened[0]}")
        if refused:
            raise RotationError(f"{consumer.label}: {refused[0]} refuses the token in the variable")


def _refused_now(consumer: Consumer) -> list[str]:
    return consumer.refused(consumer.auths())


def _at_once(ask: Callable[[Consumer], list[str]], consumers: Sequence[Consumer]) -> list[list[str]]:
    """Asks for several consumers at the same time, because a large stack has hundreds of them."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(ask, consumers))


def _ends(report: dict[str, Any]) -> list[datetime]:
    return [datetime.fromisoformat(t["expires_at"]) for t in report["targets"] if t["expires_at"]]
