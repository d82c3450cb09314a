"""The plain way in Python: a loop with python-gitlab, a GET and a PUT for each project. Prints time and memory."""

import json
import sys
import time

import gitlab

from components.docker.auth import DOCKER_AUTH_CONFIG

from .memory import peak


def main(url: str, token: str, targets: int) -> None:
    """Writes the variables of the first `targets` projects."""
    api = gitlab.Gitlab(url, private_token=token)
    value = json.dumps({"auths": {"registry.example.com": {"auth": "x" * 2_700}}}, separators=(",", ":"))
    begin = time.monotonic()
    for number in range(1, targets + 1):
        variable = api.projects.get(number, lazy=True).variables.get(DOCKER_AUTH_CONFIG)
        variable.value = value
        variable.save()
    seconds = time.monotonic() - begin
    print(json.dumps({"seconds": seconds, "megabytes": peak()}))  # noqa: T201 - the answer


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
