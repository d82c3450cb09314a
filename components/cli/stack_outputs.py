"""`--stack`: finds a stack's rotator in the stack's own outputs."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any, Final, cast

from .errors import CliError
from .progress import progress

_BUCKET: Final = re.compile(r"-rotator-\d{12}$")


@dataclass(frozen=True)
class Rotator:
    """The rotator that holds the plan.

    Attributes:
        function: the name of the Lambda function; None with rotationBackend gitlab.
        bucket: the name of the bucket of its code; None with a function.
        region: its region; None when the outputs do not say.
    """

    function: str | None
    bucket: str | None
    region: str | None


def rotator_of_stack(stack: str) -> Rotator:
    """The rotator that the stack's output `rotator` names.

    Raises:
        CliError: there is no pulumi, the stack does not exist, or it has no output `rotator`.
    """
    outputs = _outputs(stack)
    name = outputs.get("rotator")
    if not isinstance(name, str) or not name:
        raise CliError(
            f"--stack {stack}: has no output `rotator`; it is not a stack of gitlab-ecr, or was never deployed"
        )
    declaration = outputs.get("declaration")
    region = cast("dict[str, Any]", declaration).get("region") if isinstance(declaration, dict) else None
    known = region if isinstance(region, str) else None
    return Rotator(None, name, known) if _BUCKET.search(name) else Rotator(name, None, known)


def _outputs(stack: str) -> dict[str, Any]:
    with progress(f"Reading the outputs of {stack}"):
        return asked_of_stack(stack, "output", "--json")


def asked_of_stack(stack: str, *question: str) -> dict[str, Any]:
    """What `pulumi stack <question>` prints.

    Raises:
        CliError: there is no pulumi, or it does not answer.
    """
    program = shutil.which("pulumi")
    if program is None:
        raise CliError(f"--stack {stack}: there is no pulumi on PATH; write --function NAME or --bucket NAME instead")
    arguments = ["stack", *question, "--stack", stack]
    done = subprocess.run([program, *arguments], check=False, capture_output=True, text=True)  # noqa: S603 - the person's own pulumi
    if done.returncode:
        last_line = (done.stderr.strip().splitlines() or [""])[-1]
        raise CliError(f"--stack {stack}: `pulumi stack {question[0]}` ended with {done.returncode}: {last_line}")
    try:
        answer: Any = json.loads(done.stdout)
    except ValueError:
        raise CliError(f"--stack {stack}: `pulumi stack {' '.join(question)}` printed no JSON") from None
    return cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}
