"""The installed command `gitlab-ecr`. Without the extra `cli`, it says what to install."""

import sys
from typing import Final

from .exit_codes import ExitCode

_EXTRA: Final = ("boto3", "botocore", "click", "rich", "urllib3")


def main() -> int:
    """Runs the command line and returns its exit code."""
    try:
        from .__main__ import main as run  # noqa: PLC0415 - it imports click, which may be missing

        return run()
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in _EXTRA:
            raise
        message = (
            f'gitlab-ecr: {package} is missing; install what the command needs: pip install "pulumi-gitlab-ecr[cli]"'
        )
        print(message, file=sys.stderr)
        return ExitCode.FAILED
