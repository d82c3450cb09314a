"""Messages about the network to the registry: names, routes, certificates.

A script's npm, psql or curl may fail to reach other hosts. So a line has to name a registry, or come from the runner.
"""

from typing import Final

from ...causes.cause import Cause
from ...causes.finding import Finding
from .family import BY_THE_JOB, BY_THE_RUNNER, Clue, family, found, quoted

_BROKEN: Final = (
    r"(?P<how>no such host|i/o timeout|connection refused|TLS handshake timeout|Client\.Timeout exceeded[\w ]{0,40}|"
    r"connection reset by peer|network is unreachable|no route to host|context deadline exceeded|operation timed out|"
    r"connection timed out|server misbehaving|Temporary failure in name resolution|proxyconnect tcp|unexpected EOF|: "
    "EOF)"
)
_MARKS: Final = (
    "no such host|i/o timeout|connection refused|tls handshake timeout|client.timeout|connection reset|unreachable|"
    "no route to host|deadline exceeded|timed out|server misbehaving|temporary failure|proxyconnect|eof"
)
_REGISTRY: Final = (
    r"(?:https?://[^\s\"]{1,200}/v2/|lookup (?:\d{12}\.dkr[.-]ecr|public\.ecr\.aws|registry-1\.docker\.io|"
    r"auth\.docker\.io|api\.ecr|index\.docker\.io)|pinging container registry |docker://|auth\.docker\.io/token|"
    r"httpReadSeeker)"
)
_UNTRUSTED: Final = r"x509: (?P<why>[\w ,.*:'\"-]{5,200})"


def _unreachable(clue: Clue) -> Finding:
    how = quoted(clue.match["how"].strip(": "))
    who = "the machine that pulls" if clue.by_the_runner else "the job"
    where = clue.host if clue.image else "the registry"
    fix = ""
    if clue.match["how"].lower() == "no such host":
        fix = (
            "correct the account or the region in the image reference; if they are right, the machine's DNS does not "
            "know the host: check its resolver and the private DNS of the VPC endpoints"
        )
    return found(
        Cause.UNREACHABLE, f"{who} did not reach {where} for {clue.what_image} ({how}): a network problem", fix
    )


def _untrusted(clue: Clue) -> Finding:
    where = f"{clue.host}, asked for {clue.image}," if clue.image else "the registry"
    return found(Cause.CERTIFICATE, f"the TLS certificate of {where} is not trusted: {quoted(clue.match['why'])}")


def _endpoint(clue: Clue) -> Finding:
    endpoint = quoted(clue.match["endpoint"])
    fix = ""
    if "ecr-public" in endpoint and "us-east-1" not in endpoint:
        fix = "write --region us-east-1: ECR Public issues tokens only there"
    return found(Cause.UNREACHABLE, f"the job did not reach the AWS endpoint {endpoint}: a network problem", fix)


NETWORK: Final = (
    family(
        Cause.UNREACHABLE,
        "proxy authentication required|: forbidden",
        r"https?://[^\s\"]{1,200}/v2/[^\s\"]{0,200}\\*\": (?P<how>Proxy Authentication Required|Forbidden)\b",
        "the proxy of the machine that pulls does not let it reach {host} ({how}): a network problem",
        example='Error response from daemon: Get "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/": Proxy '
        "Authentication Required",
        fix="write user and password into the proxy's URL that the Docker daemon has (systemd drop-in or daemon.json), "
        "let the proxy allow the host, or name the host in NO_PROXY",
    ),
    family(
        Cause.CERTIFICATE,
        "x509: ",
        _UNTRUSTED,
        _untrusted,
        example='Get "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/": tls: failed to verify certificate: '
        "x509: "
        "certificate signed by unknown authority",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.CERTIFICATE,
        "x509: ",
        rf"(?:{_REGISTRY}|amazonaws\.com|on\.aws).{{0,600}}?{_UNTRUSTED}",
        _untrusted,
        example="failed to push: failed to do request: Head "
        '"https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/ci/app/blobs/sha256:1111": tls: failed to '
        "verify certificate: x509: certificate signed by unknown authority",
        steps=BY_THE_JOB,
    ),
    family(
        Cause.UNREACHABLE,
        "endpoint url",
        r"(?:Could not connect to the endpoint URL|Connect timeout on endpoint URL|Read timeout on endpoint URL): "
        r"\\*\"https?://(?P<endpoint>[^/\"\\\s]{1,200})",
        _endpoint,
        example='Could not connect to the endpoint URL: "https://api.ecr.eu-central-1.amazonaws.com/"',
        steps=BY_THE_JOB,
    ),
    family(
        Cause.UNREACHABLE,
        _MARKS,
        _BROKEN,
        _unreachable,
        example='Get "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/": net/http: request canceled while '
        "waiting "
        "for connection (Client.Timeout exceeded while awaiting headers)",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.UNREACHABLE,
        _MARKS,
        rf"{_REGISTRY}.{{0,600}}?{_BROKEN}",
        _unreachable,
        example="failed to do request: Head "
        '"https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/ci/app/manifests/1.0": dial tcp 10.0.1.141:443: '
        "i/o timeout",
        steps=BY_THE_JOB,
    ),
)
