"""How shell scripts do it: the AWS CLI for one token, then curl for each project. Prints times and memory.

`python -m bench.shell URL TOKEN TARGETS`, with the AWS CLI's credentials and endpoint in the environment.
"""

import json
import os
import subprocess
import sys
import time
from typing import Final

from components.docker.auth import DOCKER_AUTH_CONFIG

_SIGN_IN: Final = """
set -e
password=$(aws ecr get-login-password)
printf 'AWS:%s' "$password" | base64 | tr -d '\\n'
"""
_WRITE: Final = """
set -e
payload="{\\"auths\\":{\\"registry.example.com\\":{\\"auth\\":\\"$4\\"}}}"
for id in $(seq 1 "$3"); do
  curl --silent --show-error --fail --output /dev/null --request PUT --header "PRIVATE-TOKEN: $2" \\
    --form "value=$payload" "$1/api/v4/projects/$id/variables/$5"
done
"""


def main(url: str, token: str, targets: int) -> None:
    """Gets one token and writes the variables of the first `targets` projects."""
    sign_in, auth, most = _timed(_SIGN_IN)
    write, _, more = _timed(_WRITE, url, token, str(targets), auth, DOCKER_AUTH_CONFIG)
    megabytes = max(most, more) / 1024
    print(json.dumps({"sign_in": sign_in, "write": write, "megabytes": megabytes}))  # noqa: T201 - the answer


def _timed(script: str, *arguments: str) -> tuple[float, str, int]:
    """Seconds, output, and the kilobytes of the script's largest process."""
    begin = time.monotonic()
    with subprocess.Popen(["/bin/sh", "-c", script, "sh", *arguments], stdout=subprocess.PIPE, text=True) as shell:
        assert shell.stdout is not None  # noqa: S101 - it is a pipe, see above
        output = shell.stdout.read()
        _, status, used = os.wait4(shell.pid, 0)
        shell.returncode = os.waitstatus_to_exitcode(status)
    if shell.returncode:
        sys.exit(f"the script ended with {shell.returncode}")
    return time.monotonic() - begin, output, used.ru_maxrss


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
