"""`gitlab-ecr rotate`: one rotation, now."""

import contextlib
import io
from typing import Any, Final, cast
from uuid import uuid4

import click

from ..contract.firing import FiredBy, event
from ..docker import bounded_json
from ..docker.bounded_json import BoundedJsonError
from ..rotation.handler import run
from .aws_calls import aws_call, aws_client
from .errors import CliError
from .exit_codes import ExitCode
from .output import json_option, json_shape, print_json
from .pipeline_schedule import play
from .plan_source import Source, plan_options
from .progress import progress
from .rotator_code import own_function

_SECONDS: Final = 900


_SHAPE: Final = json_shape(
    "an object",
    ok="whether every variable holds a valid token; null with --bucket, where only the pipeline knows",
    waiting="whether nothing was written because no GitLab token was ever stored; null with --bucket",
    targets="how many variables there are of each status",
    access_keys="how many pairs of access keys there are of each status",
    failures="a line for each failure, as many as fit",
    notes="a line for each thing that a person should know",
)


@click.command("rotate", epilog=_SHAPE)
@plan_options
@json_option
def command(*, source: Source, as_json: bool) -> ExitCode:
    """Renew every token now.

    With --function, runs the rotator itself, in Lambda. With --bucket, starts its pipeline schedule in GitLab, with the
    token in GITLAB_TOKEN, which needs the scope api. With --plan, carries out the plan on this machine, with the AWS
    credentials of the environment: they need the rights of the rotator's role.
    """
    if source.file is None and not source.function and source.bucket:
        report = _in_gitlab(source)
    else:
        with progress("Rotating"):
            report = in_lambda(source) if source.file is None and source.function else _here(source)
        report.pop("report", None)
    if as_json:
        print_json(report)
    else:
        counts = [
            _counts("variables", report.get("targets", {})),
            _counts("access keys", report["access_keys"]),
        ]
        click.echo("\n".join([*filter(None, counts), *report["failures"], *report["notes"]]))
    return ExitCode.FOUND if report["failures"] else ExitCode.OK


def _counts(what: str, counts: dict[str, int]) -> str:
    parts = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    return f"{what}: {parts}" if parts else ""


def _in_gitlab(source: Source) -> dict[str, Any]:
    return {"ok": None, "waiting": None, "targets": {}, "access_keys": {}, "failures": [], "notes": [play(source)]}


def _here(source: Source) -> dict[str, Any]:
    plan = source.plan()
    with contextlib.redirect_stdout(io.StringIO()):  # Lambda would keep this log; here the report is shown instead
        report = run(plan, _SECONDS, fired_by=FiredBy.MANUAL, run_id=str(uuid4()))
    return report.short()


def in_lambda(source: Source) -> dict[str, Any]:
    """Runs the rotator in Lambda and returns its answer. A completed run has the whole report under `report`.

    Raises:
        CliError: the function did not run, or its answer is unreadable.
    """
    where, function = f"--function {source.function}", own_function(str(source.function), source.region)
    answer = aws_call(
        where,
        aws_client("lambda", function.region, read_timeout=_SECONDS + 10).invoke,
        FunctionName=function.name,
        Payload=event(FiredBy.MANUAL).encode(),
    )
    try:
        document: Any = bounded_json.loads(answer["Payload"].read())
    except BoundedJsonError:
        document = None
    if not isinstance(document, dict):
        raise CliError(f"{where}: its answer cannot be read; see its log")
    fields = cast("dict[str, Any]", document)
    if "FunctionError" not in answer:
        return fields
    if not (message := fields.get("errorMessage")):
        raise CliError(f"{where}: {fields.get('errorType', 'it failed')}; see its log")
    return {
        "ok": False,
        "waiting": False,
        "targets": {},
        "access_keys": {},
        "failures": str(message).split("; "),
        "notes": [],
    }
