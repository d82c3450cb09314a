"""A tool inside the job has to mount or to create namespaces, and the runner does not allow jobs to do that.

Source: the reports that the tests name; docker-library/docker's `dockerd-entrypoint.sh`.
"""

from typing import Final

from ...causes.cause import Cause
from .family import BY_THE_JOB, family

_DENIED: Final = r"(?:operation not permitted|permission denied)"

SANDBOX: Final = (
    family(
        Cause.NOT_PRIVILEGED,
        "during unshare",
        r"Error during unshare\((?:CLONE_NEWUSER|\.\.\.)\): ",
        "a program in the script may not create a user namespace on this runner: no registry is at fault",
        example="Error during unshare(CLONE_NEWUSER): Operation not permitted",
        steps=BY_THE_JOB,
    ),
    family(
        Cause.NOT_PRIVILEGED,
        "creating new mount namespace",
        r"creating new mount namespace for .{1,400}: operation not permitted",
        "buildah may not create a mount namespace on this runner: no registry is at fault",
        example="error running subprocess: creating new mount namespace for [/bin/sh -c apk add nodejs]: operation "
        "not permitted",
        steps=BY_THE_JOB,
    ),
    family(
        Cause.NOT_PRIVILEGED,
        "applylayer",
        r"ApplyLayer .{0,200}remount /.{0,60}: permission denied",
        "buildah may not mount on this runner: no registry is at fault",
        example="Error: creating build container: writing blob: adding layer with blob: ApplyLayer stdout:  stderr: "
        "remount /, flags: 0x44000: permission denied exit status 1",
        steps=BY_THE_JOB,
    ),
    family(
        Cause.NOT_PRIVILEGED,
        "/storage/overlay",
        r"mount \S{1,200}/storage/overlay:\S{1,200}, flags: 0x1000: " + _DENIED,
        "buildah may not mount its overlay storage on this runner: no registry is at fault",
        example="Error: mount /var/lib/containers/storage/overlay:/var/lib/containers/storage/overlay, flags: 0x1000: "
        "operation not permitted",
        steps=BY_THE_JOB,
        fix="write STORAGE_DRIVER: vfs and BUILDAH_ISOLATION: chroot in the job's variables, as "
        "templates/inside-jobs/buildah.yml does; overlay needs a privileged runner",
    ),
    family(
        Cause.NOT_PRIVILEGED,
        "[rootlesskit:",
        r"\[rootlesskit:(?:parent|child ?)\] error: failed to "
        r"(?:start the child: fork/exec /proc/self/exe|share mount point: /): " + _DENIED,
        "BuildKit may not create namespaces on this runner: no registry is at fault",
        example="[rootlesskit:parent] error: failed to start the child: fork/exec /proc/self/exe: operation not "
        "permitted",
        steps=BY_THE_JOB,
    ),
    family(
        Cause.NOT_PRIVILEGED,
        "--privileged mode might break",
        r"AppArmor detection and --privileged mode might break",
        "the service docker:dind cannot start a daemon, since the runner is not privileged: no registry is at fault",
        example="AppArmor detection and --privileged mode might break.",
    ),
    family(
        Cause.NOT_PRIVILEGED,
        "unable to apply caps",
        r"unable to start container process: unable to apply caps: " + _DENIED,
        "a container in the job wants more rights than the job has: no registry is at fault",
        example="runc create failed: unable to start container process: unable to apply caps: operation not permitted: "
        "unknown",
        steps=BY_THE_JOB,
    ),
)
