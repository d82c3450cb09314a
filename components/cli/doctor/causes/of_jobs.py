"""Credential helpers, logins in a script, and AWS identities."""

from typing import Final

from .cause import Cause
from .explanation import Explanation

HELPERS: Final = {
    Cause.HELPER_MISSING: Explanation(
        "The document names a credential helper that is not on the PATH of who asks: the runner's process for "
        "`image:`, the job's image for what a script pulls.",
        "install docker-credential-<name> there, or use access: rotated-variable, which works on any runner",
    ),
    Cause.HELPER_FAILED: Explanation(
        "The credential helper ran and failed. The runner then drops the whole document, good logins with it.",
        "mend what the helper says; it runs as the runner's user on the runner's machine and needs a role there. "
        "Where it is not needed, take it out of credsStore and credHelpers",
    ),
    Cause.HELPER_MIXED: Explanation(
        "auths and a helper stand in one document; where the helper fails, the runner drops the good auths with it.",
        "take the helper out of the document, or install it on the PATH of the runner's process",
    ),
    Cause.LOGIN_BESIDE_HELPER: Explanation(
        "`docker login` wants to store its password in a helper that only reads: docker-credential-ecr-login needs no "
        "login at all.",
        "take `docker login` out of the script, since the helper logs in by itself; or take the helper out of "
        "config.json, or set AWS_ECR_IGNORE_CREDS_STORAGE=true",
    ),
    Cause.LOGIN_NOT_STORED: Explanation(
        "`docker login` succeeded, but the store in config.json (a keychain, pass, D-Bus) works only for a person at a "
        "screen.",
        "take credsStore out of the config.json of this machine, or point DOCKER_CONFIG to an empty folder",
    ),
}

SCRIPTS: Final = {
    Cause.NO_LOGIN: Explanation(
        "A command of the script pulls or pushes without a login that the registry knows. The runner's own login for "
        "`image:` does not reach the script.",
        "log in before it, with the job's role: `aws ecr get-login-password --region R | docker login --username AWS "
        "--password-stdin HOST`; or give the tool the credential helper. docs/inside-jobs.md has the way of each tool",
    ),
    Cause.EMPTY_PASSWORD: Explanation(
        "`docker login` got nothing on its standard input, because the command before the pipe failed.",
        "run `aws ecr get-login-password` alone first and read its error: most often the job has no AWS credentials, "
        "no region, or no `aws`",
    ),
    Cause.OLD_LOGIN_COMMAND: Explanation(
        "AWS CLI 2 has no `get-login` any more.",
        "write `aws ecr get-login-password --region R | docker login --username AWS --password-stdin HOST`",
    ),
    Cause.COMMAND_MISSING: Explanation(
        "The job's image does not hold the program that the script calls.",
        "take an image that has it, or install it in before_script",
    ),
    Cause.NO_DOCKER_DAEMON: Explanation(
        "The script calls `docker`, and no Docker daemon answers where it looks.",
        "add services: [docker:dind] to the job and DOCKER_HOST: tcp://docker:2376 with DOCKER_TLS_CERTDIR: /certs (or "
        'tcp://docker:2375 with DOCKER_TLS_CERTDIR: ""), on a runner with privileged = true',
    ),
    Cause.NOT_PRIVILEGED: Explanation(
        "Docker in Docker, BuildKit, buildah and podman mount and make namespaces, which this runner lets no job do.",
        "run the job on a runner with privileged = true, best one whose machine is for one job only; or build without "
        "that right: with kaniko, or with buildah where the runner lifts seccomp and AppArmor (docs/inside-jobs.md)",
    ),
    Cause.LOGIN_SHADOWED: Explanation(
        "Docker CLI 28.3 and later takes the environment variable DOCKER_AUTH_CONFIG before what `docker login` "
        "stored, and pushes with the pull-only token.",
        "`unset DOCKER_AUTH_CONFIG` before `docker login`, or make the variable of type file (variableType: file)",
    ),
}

IDENTITIES: Final = {
    Cause.NO_AWS_CREDENTIALS: Explanation(
        "The job's commands found no AWS credentials: no role by id_token, no variables, no instance role.",
        "give the job an AWS identity: a role by id_tokens (templates/ shows one for pushing), or AWS variables, which "
        "only jobs on protected refs see when they are protected",
    ),
    Cause.AWS_CREDENTIALS: Explanation(
        "AWS does not accept the credentials that the job's commands sent: expired, deleted, mistyped, or signed by a "
        "clock that is wrong.",
        "renew them; with a role by id_token assume it again just before the command, and check the machine's clock",
    ),
    Cause.NO_AWS_REGION: Explanation(
        "The AWS CLI or the credential helper does not know which region to ask.",
        "set AWS_REGION for the job, or write --region",
    ),
    Cause.TOKEN_DENIED: Explanation(
        "The AWS identity of the job may not call GetAuthorizationToken. That is a right of the identity on all "
        "resources, not of one repository.",
        'allow ecr:GetAuthorizationToken on "*" for that identity; for a job that pushes, use the role that the stack '
        "makes for push, which has it",
    ),
    Cause.ROLE_TRUST: Explanation(
        "The role's trust policy does not match the caller: for a job, the sub, aud or project of its id_token.",
        "compare the role's trust policy with the job's project, branch or tag and aud; for a role of this stack add "
        "the branch or tag to the consumer's push, and run `pulumi up`",
    ),
    Cause.WRONG_AUD: Explanation(
        "The id_token's aud is none of the client ids of the OIDC provider.",
        "write in id_tokens the aud that the provider and the trust policy have (the GitLab URL by default)",
    ),
    Cause.NO_OIDC_PROVIDER: Explanation(
        "The AWS account has no OIDC provider for this GitLab, or for its URL in just this spelling.",
        "create the provider in the role's account (bootstrap does), with the URL that the id_token has as iss",
    ),
    Cause.ID_TOKEN: Explanation(
        "AWS could not use the id_token: expired, empty, or GitLab's keys could not be fetched from AWS.",
        "assume the role at the beginning of the job, from the variable that id_tokens names; GitLab's "
        "/oauth/discovery/keys must be reachable from the internet",
    ),
    Cause.NO_PUSH_ROLE: Explanation(
        "The job sees no role to push with: the consumer has no push, or the job runs on another ref.",
        "add push to the consumer in the stack file, and run the job on one of its branches or tags",
    ),
}
