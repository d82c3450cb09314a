"""One change of the emulator, for speed: it finds out who calls only when a service asks for it.

ministack 1.5.33 looks up the caller of each request with all of its policies, and once more when it judges the request.
Only a few services, such as SNS and SQS, ask for the result of the first.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

from ministack.core import iam_evaluator

_CHANGED: Final = ("pin_request_caller", "caller_arn", "request_caller_arn")


def find_callers_when_asked() -> None:
    """Make this process look up a caller when its ARN is asked for.

    Raises:
        RuntimeError: ministack has no such functions any more: take this out, or adapt it.
    """
    if not all(hasattr(iam_evaluator, name) for name in _CHANGED):
        raise RuntimeError("ministack no longer pins a request's caller: adapt rehearsal/cloud/caller_when_asked.py")
    find: Callable[..., str] = iam_evaluator.request_caller_arn
    of_no_request: Callable[[], str] = iam_evaluator.caller_arn
    request: ContextVar[tuple[Any, ...] | None] = ContextVar("rehearsal_request", default=None)

    def pin(*headers_and_query: Any) -> None:
        request.set(headers_and_query)

    def arn() -> str:
        pinned = request.get()
        return find(*pinned) if pinned else of_no_request()

    iam_evaluator.pin_request_caller = pin
    iam_evaluator.caller_arn = arn
