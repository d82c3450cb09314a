"""docs/doctor.md: every cause that `gitlab-ecr doctor` finds, generated from the command's own words."""

from collections.abc import Iterator
from typing import Final

from components.cli.doctor.causes.cause import Cause
from components.cli.doctor.causes.explanation import Explanation
from components.cli.doctor.causes.sections import SECTIONS
from components.cli.doctor.job_log.families.table import FAMILIES
from components.cli.exit_codes import ExitCode

_HEAD: Final = f"""# Why a pull or a push fails

`make reference` generates this page from the command, and a test keeps it up to date.

    gitlab-ecr doctor IMAGE --project acme/frontend/web --function gitlab-ecr-prod-rotator
    gitlab-ecr doctor IMAGE --project acme/images --ref main --push --function gitlab-ecr-prod-rotator
    gitlab-ecr doctor --job-log job.log

The first command follows a pull step by step, by the rules of GitLab, the runner and ECR, and names the first thing
that fails. It reads the GitLab instance that the plan names (`--stack`, `--function`, `--bucket` or `--plan`) or that
`--gitlab-url` names, and sends the registry what the runner would send. If the plan has a secret for the project's jobs
(`access: job-secret`), it follows that instead: whether the CI configuration of the ref fetches it, whether the role
trusts the ref, and what is in the secret, as far as your AWS credentials may read both. The second command checks what
a push needs: the role that reaches the job, the refs that the role trusts, and the repositories that it may push to.
For that, your AWS credentials have to be allowed to read the role. The third command needs only the log: it follows the
job step by step, and judges the step that failed.

A finding is one line with the fix. With `--json` it has a word for the cause: the words in the headings below, which do
not change from release to release. If doctor finds nothing, it lists what it tested and what it did not. If a log names
no known cause, doctor says which step failed and what the log rules out, and ends with exit code
{ExitCode.UNKNOWN.value}.
"""
_LONGEST: Final = 600


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
        yield from (_cut(example) for example in dict.fromkeys(examples))
        yield "```\n"


def _cut(line: str) -> str:
    """A long line up to its last whole word."""
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rsplit(None, 1)[0]} ..."


def _plain(text: str) -> str:
    """The text with `<` escaped outside of code, so that it is not HTML."""
    parts = text.split("`")
    return "`".join(part if index % 2 else part.replace("<", r"\<") for index, part in enumerate(parts))
