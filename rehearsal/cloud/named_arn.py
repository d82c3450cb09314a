"""One correction of the emulator: which alarm, dashboard, function, repository or schedule a call is about.

AWS judges it by its ARN ("Actions, resources, and condition keys" of each service); ministack 1.5.33 knows that of most
calls, and treats the others as calls about all resources, which no policy for one stack allows: alarms and
dashboards that are not put, functions about to be made, most calls about tags. Of schedules it leaves the group out.
"""

import json
from collections.abc import Callable
from typing import Any, Final, cast
from urllib.parse import unquote

from ministack.core import iam_actions  # pyright: ignore[reportMissingTypeStubs] - it ships none

_ACTIONS: Final[Any] = iam_actions  # it has no types


def correct_named_arn() -> None:
    """Make the evaluator in this process resolve them as AWS does."""
    resolve = _ACTIONS.extract_resource_arn

    def resolve_as_aws(service: str, *arguments: Any, **named: Any) -> str:
        found = str(resolve(service, *arguments, **named))
        path, body, query, region, account = (arguments[index] for index in (1, 3, 4, 5, 6))
        asked: dict[str, Any] = json.loads(body) if body.startswith(b"{") else {}
        if service == "scheduler" and path.startswith("/schedules/"):
            group = asked.get("GroupName") or next(iter(query.get("groupName", [])), "default")
            return f"arn:aws:scheduler:{region}:{account}:schedule/{group}/{path.rpartition('/')[2]}"
        if found != "*":
            return found
        named_in_it = _FINDERS[service](region, account, asked) if service in _FINDERS else ""
        return named_in_it or _tagged(path, {**query, **asked}) or found

    _ACTIONS.extract_resource_arn = resolve_as_aws


def _tagged(path: str, asked: dict[str, Any]) -> str:
    """The whole ARN that a call about tags names, in its path or beside it."""
    below = unquote(path).partition("/tags/")[2]
    values = [asked.get(key) for key in ("resourceArn", "ResourceArn", "ResourceARN")]
    texts = [str(cast("list[Any]", value)[0] if isinstance(value, list) else value) for value in values if value]
    return next((text for text in [below, *texts] if text.startswith("arn:")), "")


def _of_cloudwatch(region: str, account: str, asked: dict[str, Any]) -> str:
    """The first of several names: all names of a stack share a prefix."""
    if name := asked.get("DashboardName") or next(iter(asked.get("DashboardNames", [])), ""):
        return f"arn:aws:cloudwatch::{account}:dashboard/{name}"
    name = next(iter(asked.get("AlarmNames", [])), "")
    return f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}" if name else ""


def _of_ecr(region: str, account: str, asked: dict[str, Any]) -> str:
    name = next(iter(asked.get("repositoryNames") or []), "")
    return f"arn:aws:ecr:{region}:{account}:repository/{name}" if name else ""


def _of_lambda(region: str, account: str, asked: dict[str, Any]) -> str:
    name = asked.get("FunctionName")
    return f"arn:aws:lambda:{region}:{account}:function:{name}" if name else ""


_FINDERS: Final[dict[str, Callable[[str, str, dict[str, Any]], str]]] = {
    "ecr": _of_ecr,
    "lambda": _of_lambda,
    "monitoring": _of_cloudwatch,
}
