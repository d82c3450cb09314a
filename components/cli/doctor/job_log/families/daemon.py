"""No Docker daemon answers: neither the job's own (the service docker:dind) nor that of the runner's machine.

Source: docker/cli and moby `client/errors.go`; docker-library/docker's entrypoint.
"""

from typing import Final

from ...causes.cause import Cause
from ...causes.finding import Finding
from .family import Clue, family, found, quoted


def _no_daemon(clue: Clue) -> Finding:
    where = clue.match.groupdict().get("where") or ""
    at = f" at {quoted(where.rstrip('.'))}" if where else ""
    if clue.by_the_runner:
        return found(
            Cause.NO_DOCKER_DAEMON,
            f"the runner does not reach a Docker daemon{at}",
            "start Docker on the runner's machine, and let the runner's user use it; or correct host in its "
            "config.toml",
        )
    return found(
        Cause.NO_DOCKER_DAEMON,
        f"the script calls Docker, and no Docker daemon answers{at}: no registry is at fault",
    )


DAEMON: Final = (
    family(
        Cause.NO_DOCKER_DAEMON,
        "lookup d",
        r"lookup (?P<where>docker|dind|docker-dind|docker-in-docker)(?: on \S{1,60})?: ",
        _no_daemon,
        example='error during connect: Post "http://docker:2375/v1.24/auth": dial tcp: lookup docker on '
        "169.254.169.254:53: "
        "no such host",
    ),
    family(
        Cause.NO_DOCKER_DAEMON,
        "docker daemon",
        r"(?:Cannot|Couldn't|Could not) connect to (?:the )?Docker daemon at (?P<where>\S{1,200})",
        _no_daemon,
        example="Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    ),
    family(
        Cause.NO_DOCKER_DAEMON,
        "error during connect",
        r"error during connect: .{0,200}?(?P<where>(?:tcp|https?)://[^/\"\s]{1,200})",
        _no_daemon,
        example='error during connect: Get "http://docker:2375/v1.40/info": dial tcp 172.17.0.3:2375: connect: '
        "connection "
        "refused",
    ),
    family(
        Cause.NO_DOCKER_DAEMON,
        "docker.sock",
        r"dial unix (?P<where>\S{1,200}docker\.sock): connect: ",
        _no_daemon,
        example="permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: "
        "dial unix /var/run/docker.sock: connect: permission denied",
    ),
    family(
        Cause.NO_DOCKER_DAEMON,
        "http request to an https server",
        r"Client sent an HTTP request to an HTTPS server",
        "the script uses HTTP, but the Docker daemon uses TLS: no registry is at fault",
        example="Error response from daemon: Client sent an HTTP request to an HTTPS server.",
        fix="write DOCKER_HOST: tcp://docker:2376 with DOCKER_TLS_CERTDIR: /certs and DOCKER_TLS_VERIFY: 1, or 2375 "
        "with "
        'DOCKER_TLS_CERTDIR: ""',
    ),
    family(
        Cause.NO_DOCKER_DAEMON,
        "/certs/client",
        r"(?P<where>/certs/client/\S{1,60}): no such file",
        "the script looks for the Docker daemon's certificates ({where}), which are not there: no registry is at fault",
        example="unable to resolve docker endpoint: open /certs/client/ca.pem: no such file or directory",
        fix='share /certs/client between job and service: volumes = ["/certs/client", "/cache"] in the runner\'s '
        'config.toml; or DOCKER_TLS_CERTDIR: "" with tcp://docker:2375',
    ),
    family(
        Cause.NO_DOCKER_DAEMON,
        "tls data loaded from environment",
        r"could not create a builder instance with TLS data loaded from environment",
        "buildx cannot create a builder from a Docker daemon that only the environment names: no registry is at fault",
        example="ERROR: could not create a builder instance with TLS data loaded from environment. Please use `docker "
        "context create <context-name>` to create a context for current environment",
        fix="run `docker context create job`, then `docker buildx create --use job` (templates/inside-jobs/buildx.yml)",
    ),
)
