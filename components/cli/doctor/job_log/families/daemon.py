"""No Docker daemon answers, or none of this version: the job's own (the service docker:dind) or the runner machine's.

Source: docker/cli and moby `client/errors.go`; docker-library/docker's entrypoint.
"""

from typing import Final

from ...causes.cause import Cause
from ...causes.finding import Finding
from .family import BY_THE_JOB, Clue, family, found, quoted


def _no_daemon(clue: Clue) -> Finding:
    where = clue.match.groupdict().get("where") or ""
    at = f" at {quoted(where.rstrip('.:'))}" if where else ""
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


def _other_version(clue: Clue) -> Finding:
    found_in = clue.match.groupdict()
    own, other = found_in.get("own") or found_in.get("wanted"), found_in.get("other")
    how = f" (its API {own}, the daemon's {other})" if own and other else ""
    if clue.by_the_runner:
        return found(
            Cause.DOCKER_VERSION,
            f"the runner and the Docker daemon on its machine have no version of the API in common{how}",
            "update GitLab Runner, or Docker if that is the older one; until then, keep Docker Engine 28, or write "
            '"min-api-version": "1.24" into its daemon.json',
        )
    return found(
        Cause.DOCKER_VERSION,
        f"the script's Docker client and its daemon have no version of the API in common{how}: no registry is at fault",
    )


DAEMON: Final = (
    family(
        Cause.DOCKER_VERSION,
        "client version",
        r"client version (?P<own>[\d.]{1,8}) is too (?:old\. Minimum|new\. Maximum) supported API version is "
        r"(?P<other>[\d.]{1,8}[\d])",
        _other_version,
        example="Error response from daemon: client version 1.43 is too old. Minimum supported API version is 1.44, "
        "please upgrade your client to a newer version",
    ),
    family(
        Cause.DOCKER_VERSION,
        "api version",
        r"client is newer than server \(client API version: (?P<own>[\d.]{1,8}), server API version: "
        r"(?P<other>[\d.]{1,8})"
        r"|requires API version (?P<wanted>[\d.]{1,8}), but the Docker daemon API version is",
        _other_version,
        example='"--platform" requires API version 1.44, but the Docker daemon API version is 1.41',
    ),
    family(
        Cause.NO_DOCKER_DAEMON,
        "error during connect",
        r"error during connect: .{0,200}?(?P<where>https://[^/\"\s]{1,200}).{0,200}?"
        r"(?P<why>x509: [^\n]{5,160}|remote error: tls: [\w ]{3,60})",
        "the script does not accept the certificate of the Docker daemon at {where} ({why}): no registry is at fault",
        example='error during connect: Get "https://docker:2376/v1.47/info": tls: failed to verify certificate: x509: '
        "certificate signed by unknown authority",
        steps=BY_THE_JOB,
        fix="write DOCKER_CERT_PATH: /certs/client and DOCKER_TLS_VERIFY: 1, share /certs/client between job and "
        "service, and call the service docker, the name in its certificate",
    ),
    family(
        Cause.NO_DOCKER_DAEMON,
        "server gave http response",
        r"error during connect: .{0,200}server gave HTTP response to HTTPS client",
        "the script uses TLS, but the Docker daemon does not: no registry is at fault",
        example='error during connect: Get "https://docker:2375/v1.47/info": http: server gave HTTP response to HTTPS '
        "client",
        steps=BY_THE_JOB,
        fix="write DOCKER_HOST: tcp://docker:2376 with DOCKER_TLS_CERTDIR: /certs, or tcp://docker:2375 with "
        'DOCKER_TLS_CERTDIR: "" and without DOCKER_TLS_VERIFY',
    ),
    family(
        Cause.NO_DOCKER_DAEMON,
        "to the docker api at",
        r"connect to the docker API at (?P<where>[^\s;]{1,200})",
        _no_daemon,
        example="permission denied while trying to connect to the docker API at unix:///var/run/docker.sock",
    ),
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
        r"(?:Cannot|Couldn't|Could not) connect to (?:the )?Docker daemon(?: at (?P<where>\S{1,200})|\. Is )",
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
        "econnrefused|dial tcp",
        r"(?:ECONNREFUSED|dial tcp) (?P<where>[\w.-]{1,60}:237[56])\b",
        _no_daemon,
        example="Error: connect ECONNREFUSED 172.17.0.3:2375",
        steps=BY_THE_JOB,
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
    family(
        Cause.NO_DOCKER_DAEMON,
        "already exists as context builder",
        r"instance name \"(?P<name>[^\"]{1,100})\" already exists as context builder",
        "buildx cannot create a builder named {name}, because that is the name of a context: no registry is at fault",
        example='ERROR: instance name "job" already exists as context builder',
        steps=BY_THE_JOB,
        fix="run `docker context create job`, then `docker buildx create --use --name job-builder job` "
        "(templates/inside-jobs/buildx.yml)",
    ),
)
