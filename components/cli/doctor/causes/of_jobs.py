"""Credential helpers, logins in a script, and AWS identities."""

from typing import Final

from .cause import Cause
from .explanation import Explanation

HELPERS: Final = {
    Cause.HELPER_MISSING: Explanation(
        "The document names a credential helper that is not on the PATH: of the runner's process for `image:`, of the "
        "job's image for what a script pulls.",
        "install docker-credential-<name> there, or use access: rotated-variable, which works on any runner",
    ),
    Cause.HELPER_FAILED: Explanation(
        "The credential helper ran and failed. The runner then drops the whole document, with all its good logins.",
        "repair what the helper's message names; it runs as the runner's user on the runner's machine and needs a role "
        "there. If you do not need it, take it out of credsStore and credHelpers",
    ),
    Cause.HELPER_MIXED: Explanation(
        "One document holds auths and a helper; if the helper fails, the runner drops the good auths, too.",
        "take the helper out of the document, or install it on the PATH of the runner's process",
    ),
    Cause.LOGIN_BESIDE_HELPER: Explanation(
        "`docker login` tries to store its password in a helper that cannot store any: docker-credential-ecr-login "
        "needs no login at all.",
        "take `docker login` out of the script, since the helper logs in by itself; or take the helper out of "
        "config.json, or set AWS_ECR_IGNORE_CREDS_STORAGE=true",
    ),
    Cause.LOGIN_NOT_STORED: Explanation(
        "`docker login` succeeded, but the store in config.json (a keychain, pass, D-Bus) works only for a person in a "
        "desktop session.",
        "take credsStore out of the config.json of this machine, or point DOCKER_CONFIG to an empty folder",
    ),
}

SCRIPTS: Final = {
    Cause.NO_LOGIN: Explanation(
        "A command of the script pulls or pushes without a login that the registry knows. The script cannot use the "
        "runner's own login for `image:`.",
        "log in before it, with the job's role: `aws ecr get-login-password --region R | docker login --username AWS "
        "--password-stdin HOST`; or configure the credential helper for the tool (docs/inside-jobs.md)",
    ),
    Cause.LOGIN_MISSING: Explanation(
        "A pull had no login, and the log does not show who pulled. If the runner did, for `image:` or `services:`, it "
        "is variable-absent; if a command of the script did, it is no-login.",
        "paste the whole log, which shows who pulled; then follow the fix of variable-absent or of no-login",
    ),
    Cause.EMPTY_PASSWORD: Explanation(
        "`docker login` got nothing on its standard input, because the command before the pipe failed.",
        "run `aws ecr get-login-password` alone first and read its error: most often the job has no AWS credentials, "
        "no region, or no `aws`",
    ),
    Cause.OLD_LOGIN_COMMAND: Explanation(
        "AWS CLI 2 no longer has `get-login`.",
        "write `aws ecr get-login-password --region R | docker login --username AWS --password-stdin HOST`",
    ),
    Cause.COMMAND_MISSING: Explanation(
        "The job's image does not hold the program that the script calls.",
        "use an image that has it, or install it in before_script",
    ),
    Cause.NO_DOCKER_DAEMON: Explanation(
        "The script calls `docker`, and no Docker daemon answers at the address that it uses.",
        "add services: [docker:dind] to the job and DOCKER_HOST: tcp://docker:2376 with DOCKER_TLS_CERTDIR: /certs (or "
        'tcp://docker:2375 with DOCKER_TLS_CERTDIR: ""), on a runner with privileged = true',
    ),
    Cause.DOCKER_VERSION: Explanation(
        "A Docker client and its daemon have no version of the API in common. Docker Engine 29 accepts 1.44 and later, "
        "that is, clients of Docker 25 and later.",
        "use a docker image of the same version for the job and its service, such as docker:29 and docker:29-dind; "
        'until the client is updated, "min-api-version": "1.24" in the daemon\'s daemon.json accepts older ones',
    ),
    Cause.NOT_PRIVILEGED: Explanation(
        "Docker in Docker, BuildKit, buildah and podman have to mount and to create namespaces, and this runner does "
        "not allow that.",
        "run the job on a runner with privileged = true, preferably one that uses a new machine for each job; or build "
        "without that right: with kaniko, or with buildah if the runner lifts seccomp and AppArmor "
        "(docs/inside-jobs.md)",
    ),
    Cause.LOGIN_SHADOWED: Explanation(
        "Docker CLI 28.3 and later prefers the environment variable DOCKER_AUTH_CONFIG to what `docker login` stored, "
        "and so pushes with the pull-only token.",
        "run `unset DOCKER_AUTH_CONFIG` before `docker login`, or give the variable the type file (variableType: file)",
    ),
}

IDENTITIES: Final = {
    Cause.NO_AWS_CREDENTIALS: Explanation(
        "The job's commands found no AWS credentials: no role by id_token, no variables, no instance role.",
        "give the job an AWS identity: a role by id_tokens (templates/ shows one for pushing), or AWS variables; if "
        "these are protected, only jobs on protected refs see them",
    ),
    Cause.AWS_CREDENTIALS: Explanation(
        "AWS does not accept the credentials that the job's commands sent: they are expired, deleted or mistyped, or "
        "the machine's clock is wrong.",
        "renew them; with a role by id_token, assume it again just before the command; and check the machine's clock",
    ),
    Cause.NO_AWS_REGION: Explanation(
        "The AWS CLI or the credential helper does not know which region to use.",
        "set AWS_REGION for the job, or write --region",
    ),
    Cause.TOKEN_DENIED: Explanation(
        "The AWS identity of the job may not call GetAuthorizationToken. An identity has this right on all resources, "
        "never on a single repository.",
        'allow ecr:GetAuthorizationToken on "*" for that identity; for a job that pushes, use the role that the stack '
        "creates for push, which has this right",
    ),
    Cause.ROLE_TRUST: Explanation(
        "The role's trust policy does not match the caller: for a job, the sub, aud or project of its id_token.",
        "compare the role's trust policy with the job's project, branch or tag and aud; for a role of this stack add "
        "the branch or tag to the consumer's push, and run `pulumi up`",
    ),
    Cause.WRONG_AUD: Explanation(
        "The aud of the id_token is not one of the OIDC provider's client ids.",
        "write the aud of the provider and the trust policy into id_tokens (the GitLab URL by default)",
    ),
    Cause.NO_OIDC_PROVIDER: Explanation(
        "The AWS account has no OIDC provider for this GitLab, or has one for another spelling of its URL.",
        "create the provider in the role's account (bootstrap does), with the URL that the id_token has as iss",
    ),
    Cause.ID_TOKEN: Explanation(
        "AWS could not use the id_token: it has expired or is empty, or AWS could not fetch GitLab's keys.",
        "assume the role at the beginning of the job, from the variable that id_tokens names; GitLab's "
        "/oauth/discovery/keys must be reachable from the internet",
    ),
    Cause.NO_PUSH_ROLE: Explanation(
        "The job sees no role for pushing: the consumer has no push, or the job runs on another ref.",
        "add push to the consumer in the stack file, and run the job on one of its branches or tags",
    ),
}
