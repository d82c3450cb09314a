"""Messages about credential helpers, and about documents that a tool cannot read.

Source: gitlab-runner 19.4 `helpers/docker/auth`, docker-credential-helpers `client` and `credentials`, docker/cli
`cli/config/credentials`, amazon-ecr-credential-helper `ecr-login/ecr.go`.
"""

from typing import Final

from ...causes.cause import Cause
from ...causes.finding import Finding
from .family import ANYWHERE, BY_THE_JOB, BY_THE_RUNNER, Clue, family, found, quoted

_MISSING: Final = r"docker-credential-(?P<helper>[\w.-]{1,60})\W{1,4}(?:executable file )?not found"
_RAN: Final = r"error (?:getting|listing) credentials - err: (?P<err>[^,`]{1,200}), out: `(?P<message>[^`]{0,600})"


def _missing(clue: Clue) -> Finding:
    helper = clue.match["helper"].rstrip(".")
    if clue.by_the_runner:
        return found(
            Cause.HELPER_MISSING,
            f"DOCKER_AUTH_CONFIG names the helper {helper}, which is not on the PATH of the runner's process; the "
            f"runner drops the whole document, and pulls {clue.what_image} without a login",
            f"install docker-credential-{helper} on the PATH of the runner's process, and give its machine a role; or "
            "use access: rotated-variable, which works on any runner",
        )
    return found(
        Cause.HELPER_MISSING,
        f"the script's config.json names the helper {helper}, which the job's image does not have",
        f"put docker-credential-{helper} into the job's image, or log in with `docker login` and take the helper out "
        "of config.json",
    )


def _failed(clue: Clue) -> Finding:
    message = quoted(clue.match["message"] or clue.match.groupdict().get("err") or "")
    whose = "the credential helper of DOCKER_AUTH_CONFIG" if clue.by_the_runner else "the credential helper"
    then = "; the runner then drops the whole document, and pulls without a login" if clue.by_the_runner else ""
    fix = "" if clue.by_the_runner else "give the helper what it needs: AWS credentials in the job, and a region"
    return found(Cause.HELPER_FAILED, f"{whose} ran and failed with `{message}`{then}", fix)


def _not_stored(clue: Clue) -> Finding:
    message = quoted(clue.match.groupdict().get("message") or clue.match[0])
    return found(Cause.LOGIN_NOT_STORED, f"`docker login` could not store its password: `{message}`")


HELPERS: Final = (
    family(
        Cause.HELPER_MISSING,
        "docker-credential-",
        _MISSING,
        _missing,
        example="WARNING: Failed to resolve credentials from $DOCKER_AUTH_CONFIG: error getting credentials - err: "
        "exec: "
        '"docker-credential-ecr-login": executable file not found in $PATH, out: ``. Credentials from this source will '
        "not be used.",
    ),
    family(
        Cause.LOGIN_BESIDE_HELPER,
        "not implemented",
        r"(?:storing|saving|erasing|removing) credentials.{0,120}not implemented",
        "`docker login` tries to store a password in the helper ecr-login, which stores none: it logs in by itself",
        example="Error saving credentials: error storing credentials - err: exit status 1, out: `not implemented`",
    ),
    family(
        Cause.LOGIN_NOT_STORED,
        "storing credentials",
        r"error storing credentials - err: [^,`]{1,200}, out: `(?P<message>[^`]{0,600})",
        _not_stored,
        example="Error saving credentials: error storing credentials - err: exit status 1, out: `User interaction is "
        "not allowed. (-25308)`",
    ),
    family(
        Cause.HELPER_FAILED,
        "credentials - err:",
        _RAN,
        _failed,
        example="WARNING: Failed to resolve credentials from $DOCKER_AUTH_CONFIG: error listing credentials - err: "
        "exit status 1, out: `Cannot autolaunch D-Bus without X11 $DISPLAY`. Credentials from this source will not "
        "be used.",
    ),
    family(
        Cause.HELPER_FAILED,
        "failed to get authorization token",
        r"ecr: Failed to get authorization token: (?P<message>.{1,600})",
        _failed,
        example='level=error msg="Error retrieving credentials" error="ecr: Failed to get authorization token: '
        "operation error ECR: GetAuthorizationToken, get identity: get credentials: failed to refresh cached "
        'credentials"',
        steps=ANYWHERE,
    ),
    family(
        Cause.HELPER_FAILED,
        "native keychain",
        r"(?P<message>credentials not found in native keychain)",
        _failed,
        example='docker-credential-ecr-login with input "..." failed with stderr: credentials not found in native '
        "keychain",
    ),
    family(
        Cause.BAD_AUTH,
        "failed to resolve credentials",
        r"Failed to resolve credentials from .{0,200}(?:illegal base64|invalid auth configuration)",
        "an auth in DOCKER_AUTH_CONFIG is not the base64 of user:password; the runner drops the whole document",
        example="WARNING: Failed to resolve credentials from $DOCKER_AUTH_CONFIG: illegal base64 data at input byte 3. "
        "Credentials from this source will not be used.",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.BAD_DOCUMENT,
        "path traversal",
        r"path traversal is not allowed",
        "DOCKER_AUTH_CONFIG names a helper by a path",
        example="ERROR: Job failed: path traversal is not allowed",
        fix="write the name without docker-credential- and without a path, such as ecr-login",
    ),
    family(
        Cause.BAD_DOCUMENT,
        "failed to resolve credentials",
        r"Failed to resolve credentials from \$DOCKER_AUTH_CONFIG: (?P<why>[^\n]{1,300}?)(?:\. Credentials from|$)",
        "DOCKER_AUTH_CONFIG is not the JSON that the runner expects ({why}); it drops the whole document",
        example="WARNING: Failed to resolve credentials from $DOCKER_AUTH_CONFIG: invalid character ''' looking for "
        "beginning of object key string. Credentials from this source will not be used.",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.BAD_DOCUMENT,
        "config file",
        r"Error loading config file: (?:open )?(?P<file>[^\s:]{1,200})(?::| -) (?P<why>[^\n]{1,200})",
        "Docker cannot read {file}: {why}",
        example="WARNING: Error loading config file: /root/.docker/config.json: invalid character '\\'' looking for "
        "beginning of object key string",
        steps=BY_THE_JOB,
        fix="write it as JSON, with double quotes; `echo` in a script needs single quotes around all of it",
    ),
    family(
        Cause.BAD_DOCUMENT,
        "unmarshaling json",
        r"unmarshall?ing JSON at \"?(?P<file>[^\"\s]{1,200})\"?: (?P<why>[^\n]{1,200})",
        "podman and skopeo cannot read {file}: {why}",
        example='unmarshaling JSON at "/run/containers/0/auth.json": unexpected end of JSON input',
        steps=BY_THE_JOB,
    ),
)
