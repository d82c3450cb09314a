"""docs/doctor.md: every cause that `gitlab-ecr doctor` finds, made of what the command itself says."""

from collections.abc import Iterator
from typing import Final

from components.cli.doctor.causes.cause import Cause
from components.cli.doctor.causes.explanation import Explanation
from components.cli.doctor.causes.sections import SECTIONS
from components.cli.doctor.job_log.families.table import FAMILIES
from components.cli.exit_codes import ExitCode

_HEAD: Final = f"""# Why a pull or a push fails

Made by `make reference` from the command itself; a test holds it to it.

    gitlab-ecr doctor IMAGE --project acme/frontend/web --function gitlab-ecr-prod-rotator
    gitlab-ecr doctor IMAGE --project acme/images --ref main --push --function gitlab-ecr-prod-rotator
    gitlab-ecr doctor --job-log job.log

The first walks the way of a pull with the rules of GitLab, the runner and ECR, and names the first thing that stops it.
It asks the GitLab that the plan names (`--stack`, `--function`, `--bucket` or `--plan`), or that of `--gitlab-url`,
and the registry with what the runner would send. The second checks what a push needs: the role that reaches the job,
the refs that it trusts and the repositories that it may push to, as far as your AWS credentials may read the role.
The third needs nothing but the log: it follows the job from step to step, and judges the step that failed.

A finding is one line with the fix; with `--json` the word of its cause, in the headings below, does not change from
release to release. Where nothing is found, it lists what was tested and what was not. A log that names no known cause
ends with exit code {ExitCode.UNKNOWN.value}: it says which step failed and what the log rules out.
"""
_LONGEST: Final = 400


def document() -> str:
    """The whole page."""
    lines = [_HEAD]
    for heading, causes in SECTIONS.items():
        lines.append(f"## {heading}\n")
        for cause, explanation in causes.items():
            lines += _section(cause, explanation)
    return "\n".join(lines).rstrip() + "\n"


def _section(cause: Cause, explanation: Explanation) -> Iterator[str]:
    yield f"### {cause.value}\n"
    yield f"{_plain(explanation.how)}\n"
    yield f"**Fix:** {_plain(explanation.fix)}.\n"
    examples = [family.example for family in FAMILIES if family.cause is cause]
    if examples:
        yield "In logs:\n\n```text"
        yield from (example[:_LONGEST] for example in dict.fromkeys(examples))
        yield "```\n"


def _plain(text: str) -> str:
    """Text in which `<` outside of code is no HTML."""
    parts = text.split("`")
    return "`".join(part if index % 2 else part.replace("<", r"\<") for index, part in enumerate(parts))
