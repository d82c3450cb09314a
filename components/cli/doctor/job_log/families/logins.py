"""No login, or one that the registry does not know: the causes that remain when no message says more.

Source: moby `registry`, containerd `remotes/docker`, containers/image `docker`, go-containerregistry `transport`. ECR
answers `Not Authorized` to a request without a login that it knows.
"""

from typing import Final

from .....names.registry_host import parse_registry_host
from ...causes.cause import Cause
from ...causes.finding import Finding
from .family import BY_THE_JOB, BY_THE_RUNNER, Clue, family, found

_AT_A_REGISTRY: Final = r"(?:/v2/|dkr[.-]ecr|public\.ecr\.aws|docker://|failed to (?:push|pull|solve))"


def _of_the_runner(clue: Clue) -> Finding:
    image = clue.what_image
    if clue.source:
        foreign = bool(clue.image) and parse_registry_host(clue.host) is None
        return found(
            Cause.REFUSED_TOKEN,
            f"the registry does not accept the login that {clue.source} has for {image}",
            f"renew the login for {clue.host} there: a rotation only renews those of ECR, and keeps this one as it is"
            if foreign
            else "run `gitlab-ecr doctor IMAGE --project P`, which tries it; `gitlab-ecr rotate` renews it",
        )
    if clue.executor == "kubernetes" or "unpack image" in clue.line.text:
        if "no basic auth" not in clue.line.text and "401" in clue.line.text:
            return found(
                Cause.REFUSED_TOKEN,
                f"the registry does not accept the login that the node or the pull secret has for {image}",
                "check that the runner reads DOCKER_AUTH_CONFIG, or that the image pull secret is fresh; a node's own "
                "role needs AmazonEC2ContainerRegistryPullOnly, and its account needs access to this registry",
            )
        return found(
            Cause.VARIABLE_ABSENT,
            f"the pod had no login for {image}: no DOCKER_AUTH_CONFIG reached the job, or it is for another host, and "
            "the node has none of its own",
        )
    return found(
        Cause.VARIABLE_ABSENT,
        f"no login reached the runner for {image}: no DOCKER_AUTH_CONFIG reached the job, or it is for another host",
        "run `gitlab-ecr doctor IMAGE --project P --ref R`, which finds out which of the two",
    )


def _of_the_job(clue: Clue) -> Finding:
    return found(
        Cause.NO_LOGIN,
        f"the script asked {clue.host} for {clue.what_image} without a login that it knows; the script cannot use the "
        "runner's own login",
    )


LOGINS: Final = (
    family(
        Cause.NO_LOGIN,
        "checking authfile",
        r"checking authfile: stat .{1,60000}: (?:file name too long|no such file or directory)",
        "REGISTRY_AUTH_FILE names no file; probably it holds the document itself, and then the log may show the login: "
        "no registry is at fault",
        example="Error: checking authfile: stat [MASKED]: file name too long",
        steps=BY_THE_JOB,
        fix="write the document into a file, and name that, as docs/inside-jobs.md shows; a login that was shown is "
        "valid for at most 12 hours",
    ),
    family(
        Cause.EMPTY_PASSWORD,
        "non tty device",
        r"Cannot perform an interactive login from a non TTY device",
        "`docker login` got an empty password: the command before it, which should print one, failed",
        example="Error: Cannot perform an interactive login from a non TTY device",
        steps=BY_THE_JOB,
        follows=True,
    ),
    family(
        Cause.EMPTY_PASSWORD,
        "password",
        r"password is empty|Error: Password Required|error: password required|Must provide --(?:username|password)|"
        r"reading password.{0,60}(?:inappropriate ioctl|not a tty)",
        "the login command got an empty password: the command before it, which should print one, failed",
        example="ERROR: Password Required",
        steps=BY_THE_JOB,
        follows=True,
    ),
    family(
        Cause.VARIABLE_ABSENT,
        "image pull secrets",
        r"Unable to retrieve some image pull secrets \((?P<names>[^)]{1,200})\)",
        "the pod had no login for {image}: its image pull secrets ({names}) are not in its namespace",
        example="FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (regcred); attempting to "
        "pull the image may not succeed.",
        steps=BY_THE_RUNNER,
        fix="create the secret in the jobs' namespace, or let the runner read DOCKER_AUTH_CONFIG, from which it "
        "creates one",
    ),
    family(
        Cause.VARIABLE_ABSENT,
        "no basic auth|denied|authorized|authorization failed|authentication required|access forbidden|requested "
        "access",
        r"no basic auth credentials|pull access denied|Not Authorized|401 Unauthorized|UNAUTHORIZED\b|"
        r"authorization failed|authentication required|access forbidden|(?:^|\W)denied\W*$|requested access to the "
        "resource",
        _of_the_runner,
        example='Error response from daemon: Head "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/ci/node/'
        'manifests/1.0": no basic auth credentials',
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.NO_LOGIN,
        "no basic auth credentials",
        r"no basic auth credentials",
        _of_the_job,
        example="failed to authorize: failed to fetch anonymous token: no basic auth credentials",
        steps=BY_THE_JOB,
        follows=True,
    ),
    family(
        Cause.NO_LOGIN,
        "unauthorized|not authorized",
        rf"{_AT_A_REGISTRY}.{{0,600}}?(?:401 Unauthorized|\bunauthorized\b)|(?:unauthorized|denied): Not Authorized",
        _of_the_job,
        example="checking push permission: POST "
        "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/ci/app/blobs/uploads/: unexpected status code "
        "401 Unauthorized: Not Authorized",
        steps=BY_THE_JOB,
        unless=r"retrieving image from cache",
        follows=True,
    ),
    family(
        Cause.NO_LOGIN,
        "pull access denied|authorization failed|authentication required",
        r"pull access denied for |authorization failed|authentication required",
        _of_the_job,
        example="pull access denied for 123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/node, repository does not "
        "exist or may require 'docker login'",
        steps=BY_THE_JOB,
        follows=True,
    ),
    family(
        Cause.PUSH_ENDED,
        "retrying in",
        r"^[0-9a-f]{12}: Retrying in \d{1,3} seconds?",
        "the registry closed the connection during the push to {image} again and again: ECR does so when there is no "
        "such repository, or the login may not push to it",
        example="6512f535df6e: Retrying in 1 second",
        steps=BY_THE_JOB,
    ),
)
