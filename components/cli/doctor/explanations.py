"""How each cause comes about, and what mends it: `docs/doctor.md` is made of this, and findings take their fix from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .causes import Cause


@dataclass(frozen=True)
class Explanation:
    """A cause in words.

    Attributes:
        how: how it comes about, a sentence or two.
        fix: what to do, as a finding says it after `Fix:`.
    """

    how: str
    fix: str


_IMAGE: Final = {
    Cause.IMAGE_REFERENCE: Explanation(
        "The text after `image:` is no image reference: upper-case letters, a scheme, a port, an empty variable in it.",
        "write the image reference in lower case, such as <registry host>/ci/python:3.13, and check that every variable "
        "in it is set",
    ),
    Cause.IMAGE_VARIABLE: Explanation(
        "The image reference holds a variable that the job does not see, so a part of it is empty.",
        "set that variable for this job, or write its value into the image reference",
    ),
    Cause.NO_REGISTRY_HOST: Explanation(
        "Without a registry host an image is looked for on Docker Hub, where nobody has it.",
        "write the registry host of ECR and a / before it, as the stack's output repositoryUrls has it",
    ),
}

_VARIABLE: Final = {
    Cause.VARIABLE_ABSENT: Explanation(
        "No login reached the runner: the job sees no DOCKER_AUTH_CONFIG, or the one it sees is for other registries.",
        "`gitlab-ecr doctor IMAGE --project P --ref R`, which tells which of the two; on Kubernetes see that the runner "
        "reads the variable or names an image pull secret",
    ),
    Cause.VARIABLE_DELETED: Explanation(
        "The stack declares a variable for this project or group, and somebody deleted it in GitLab.",
        "`gitlab-ecr rotate`, which makes it again; `pulumi up` does not notice that it is gone",
    ),
    Cause.PROTECTED: Explanation(
        "Only pipelines of protected branches and tags see a protected variable.",
        "write protected: false for the consumer, since merge requests must pull; or protect the ref",
    ),
    Cause.SCOPE: Explanation(
        "The variable is for one environment, and the job has another or none.",
        'write environmentScopes with "*" for the consumer, or give the job an environment that fits',
    ),
    Cause.SHADOWED: Explanation(
        "Two variables have the key. The closer one hides the other as a whole, and only the hidden one would do.",
        "delete the closer one, or merge both into it with adopt: true",
    ),
    Cause.HIDDEN: Explanation(
        "The value is hidden, and gitlab-ecr did not write it, so nobody can say what is in it.",
        "run a job and give its log to `gitlab-ecr doctor --job-log FILE`, or make the variable anew",
    ),
    Cause.EXPANSION: Explanation(
        "A `$` in the value is resolved where it should not be, or stays where it should be resolved.",
        "switch `Expand variable reference` off for a value without variables, and on for one with them",
    ),
    Cause.NEVER_ROTATED: Explanation(
        "The variable still holds the placeholder that Pulumi writes.",
        "`gitlab-ecr rotate`, and read what it says of this variable",
    ),
}

_DOCUMENT: Final = {
    Cause.BAD_DOCUMENT: Explanation(
        "The document is not the JSON that Docker's tools read; the runner drops all of it.",
        'write {"auths":{"<registry host>":{"auth":"<base64 of user:password>"}}}, or let gitlab-ecr write it',
    ),
    Cause.BARE_PASSWORD: Explanation(
        "`auth` is the bare password of ECR, which is itself base64, so nothing complains before the pull.",
        "write the base64 of AWS:<password>, which GetAuthorizationToken returns as authorizationToken",
    ),
    Cause.BAD_AUTH: Explanation(
        "An `auth` is empty, not the base64 of user:password, or ends in a line break.",
        "let gitlab-ecr write the variable: `gitlab-ecr rotate`",
    ),
    Cause.WRONG_USER: Explanation(
        "The login's user is not AWS, the only one that ECR knows.",
        "write the base64 of AWS:<password>, which GetAuthorizationToken returns as authorizationToken",
    ),
    Cause.OTHER_HOST: Explanation(
        "The login is for other registries than the image's.",
        "add the project or its group to consumers in the stack file, with adopt: true to keep what is in the variable",
    ),
    Cause.OTHER_ACCOUNT: Explanation(
        "The login is for another AWS account's registry.",
        "correct the account in the image reference, or add it to the consumer's registries",
    ),
    Cause.OTHER_REGION: Explanation(
        "The login is for another region's registry.",
        "correct the region in the image reference, or add it to the consumer's registries",
    ),
    Cause.OTHER_FORM: Explanation(
        "One registry has several hosts (classic, FIPS, dual-stack), and the runner compares hosts literally.",
        "write the image with the host that the variable has, or add the form to the consumer's hostForms",
    ),
    Cause.OTHER_KEY: Explanation(
        "The entry has a wildcard, a port or a path, which the runner compares literally.",
        "name the registry host alone, or let gitlab-ecr write the variable: `gitlab-ecr rotate`",
    ),
    Cause.EXPIRED: Explanation(
        "A token of ECR lives 12 hours, and no rotation renewed this one.",
        "`gitlab-ecr rotate`, then `gitlab-ecr status` to see why no run renewed it",
    ),
    Cause.REFUSED_TOKEN: Explanation(
        "The registry does not know the login: it is not whole, or of another registry.",
        "let gitlab-ecr write it: `gitlab-ecr rotate`; `gitlab-ecr doctor IMAGE --project P` tries it",
    ),
}

_HELPERS: Final = {
    Cause.HELPER_MISSING: Explanation(
        "The document names a credential helper that is not on the PATH of who asks: the runner's process for `image:`, "
        "the job's image for what a script pulls.",
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

_SCRIPTS: Final = {
    Cause.NO_LOGIN: Explanation(
        "A command of the script pulls or pushes without a login that the registry knows. The runner's own login for "
        "`image:` does not reach the script.",
        "log in before it, with the job's role: `aws ecr get-login-password --region R | docker login --username AWS "
        "--password-stdin HOST`; or give the tool the credential helper",
    ),
    Cause.EMPTY_PASSWORD: Explanation(
        "`docker login` got nothing on its standard input, because the command before the pipe failed.",
        "run `aws ecr get-login-password` alone first and read its error: most often the job has no AWS credentials, no "
        "region, or no `aws`",
    ),
    Cause.OLD_LOGIN_COMMAND: Explanation(
        "AWS CLI 2 has no `aws ecr get-login` any more.",
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
    Cause.LOGIN_SHADOWED: Explanation(
        "Docker CLI 28.3 and later takes the environment variable DOCKER_AUTH_CONFIG before what `docker login` stored, "
        "and pushes with the pull-only token.",
        "`unset DOCKER_AUTH_CONFIG` before `docker login`, or make the variable of type file (variableType: file)",
    ),
}

_IDENTITIES: Final = {
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
        "compare the role's trust policy with the job's project, branch or tag and aud; for a role of this stack add the "
        "branch or tag to the consumer's push, and run `pulumi up`",
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

_DENIALS: Final = {
    Cause.IAM_POLICY: Explanation(
        "The policy of the role behind the login does not allow the action on this repository.",
        "add the repository to the consumer's pull in the stack file, and run `pulumi up`",
    ),
    Cause.EXPLICIT_DENY: Explanation(
        "A policy of the identity itself forbids it; `gitlab-ecr revoke --now` writes such a deny.",
        "after `revoke`, raise the consumer's generation and run `pulumi up`, which makes a new role; else take the Deny "
        "out of the identity's policy",
    ),
    Cause.REPOSITORY_POLICY: Explanation(
        "The repository's own policy denies it, or does not allow another account.",
        "change the policy of the repository; the role's own policy is not at fault",
    ),
    Cause.VPC_ENDPOINT_POLICY: Explanation(
        "The request went through a VPC endpoint whose policy does not allow it; the role is not at fault.",
        "allow the action in the policies of the VPC endpoints ecr.api and ecr.dkr (and of S3 for layers)",
    ),
    Cause.OTHER_POLICY: Explanation(
        "A permissions boundary, a service or resource control policy of the organization, or a session policy denies it.",
        "have that policy allow it; the role's own policy is not enough",
    ),
    Cause.AWS_DENIED: Explanation(
        "AWS denied the job's identity something that is no matter of a registry.",
        "allow the action for that identity",
    ),
    Cause.PULL_DENIED: Explanation(
        "The registry answered 403 without a reason, as it does to HEAD requests: the token has expired, or its role may "
        "not pull this repository.",
        "log in again just before it; if it stays, `docker pull` the image, which shows the reason, and allow the role",
    ),
    Cause.PUSH_DENIED: Explanation(
        "The registry answered 403 to a push without a reason: the login may not push to this repository, or has "
        "expired during the build.",
        "add the repository to the consumer's push in the stack file, and log in with that role just before the push",
    ),
    Cause.PUSH_REF: Explanation(
        "The role to push with trusts other branches or tags than the job's.",
        "add the branch or tag to the consumer's push in the stack file, and run `pulumi up`",
    ),
    Cause.PUSH_REPOSITORY: Explanation(
        "The role to push with may push to other repositories than the image's.",
        "add the repository to the consumer's push in the stack file, and run `pulumi up`",
    ),
}

_REGISTRY: Final = {
    Cause.REPOSITORY_ABSENT: Explanation(
        "The registry has no such repository; ECR makes none on a push.",
        "correct the image reference, or add the repository to repositories in the stack file",
    ),
    Cause.IMAGE_ABSENT: Explanation(
        "The repository has no such tag or digest: it was never pushed, or a lifecycle rule removed it.",
        "push it, or write a tag that is there",
    ),
    Cause.PLATFORM: Explanation(
        "The image is built for another processor or operating system than the machine's.",
        "build it for this platform as well (`docker buildx build --platform linux/amd64,linux/arm64`), or take a runner "
        "of the other kind",
    ),
    Cause.TAG_IMMUTABLE: Explanation(
        "The tag exists already, and tags of this repository do not move.",
        "push another tag, or add a pattern to the repository's mutableTags",
    ),
    Cause.PUSH_ENDED: Explanation(
        "ECR hangs up on an upload (`EOF`, `Retrying in ...`) when the repository does not exist, or the login may not "
        "push to it.",
        "see that the repository is among repositories in the stack file and in the consumer's push; then log in again "
        "with the push role",
    ),
    Cause.CACHE_MANIFEST: Explanation(
        "ECR refuses BuildKit's own cache manifest.",
        "write --cache-to type=registry,ref=...,mode=max,image-manifest=true,oci-mediatypes=true",
    ),
    Cause.RATE_LIMIT: Explanation(
        "Docker Hub counts pulls for each address, and this machine's has used them up.",
        "pull through a cache of ECR (caches in the stack file), or give DOCKER_AUTH_CONFIG a Docker Hub login",
    ),
    Cause.THROTTLED: Explanation(
        "The registry got too many requests in a short time: ECR Public allows one a second without a login.",
        "try again; with ECR Public pull fewer images at once or through a cache, with ECR ask for a higher quota",
    ),
    Cause.PUBLIC_LOGIN: Explanation(
        "A stale login for public.ecr.aws is refused, though its images need none.",
        "`docker logout public.ecr.aws` before it, or take public.ecr.aws out of the config.json that the command reads",
    ),
    Cause.REGISTRY_ANSWER: Explanation(
        "The registry answered with an error of its own.",
        "try again; if it stays so, see the AWS health page of the region",
    ),
}

_CACHES: Final = {
    Cause.UPSTREAM_LOGIN: Explanation(
        "The pull-through cache could not sign in to its upstream registry; the login to ECR was fine.",
        "renew user and access token in the cache's secret (ecr-pullthroughcache/...), and check the upstream name: "
        "official Docker Hub images are under library/",
    ),
    Cause.CACHE_DENIED: Explanation(
        "The first pull of an image through a cache imports it and creates a repository, which the role may not.",
        "add the cache's prefix to the consumer's caches in the stack file, and run `pulumi up`",
    ),
    Cause.CACHE_FIRST_PULL: Explanation(
        "Through a cache, the first pull has to name a tag and to come from a role that may import it: by a digest, or "
        "with a role that only pulls, the image is simply not there.",
        "pull the tag once with a role that has the prefix among its consumer's caches; after that the digest is there",
    ),
}

_NETWORK: Final = {
    Cause.UNREACHABLE: Explanation(
        "Between the machine that pulls and the registry there is no way: name, route, firewall or proxy.",
        "check the network of that machine: a NAT, a proxy, or the VPC endpoints ecr.api, ecr.dkr and S3 with their "
        "security groups; and account and region in the image reference",
    ),
    Cause.LAYER_STORE: Explanation(
        "The manifest came from ECR, but its layers lie in a bucket of S3, which the machine cannot reach or may not read.",
        "let the S3 endpoint and its policy reach prod-<region>-starport-layer-bucket, or the proxy S3",
    ),
    Cause.CERTIFICATE: Explanation(
        "The TLS certificate is not trusted: mostly a proxy that opens TLS with a CA of its own, or a wrong clock.",
        "add the CA's certificate to what the machine (or /etc/docker/certs.d/<host>/ca.crt) trusts, or take the "
        "registry out of the proxy's inspection",
    ),
}

_RUNNER: Final = {
    Cause.PULL_POLICY: Explanation(
        "The job asks for a pull_policy that its runner does not allow.",
        "take pull_policy out of the job, or add it to allowed_pull_policies of the runner",
    ),
    Cause.RUNNER_PULL_POLICY: Explanation(
        "The runner's own pull_policy, or its default, is not among its allowed_pull_policies; the job names none.",
        "write pull_policy in the runner's config.toml, with one of its allowed_pull_policies: the job is not at fault",
    ),
    Cause.IMAGE_NOT_ALLOWED: Explanation(
        "The runner's allowed_images or allowed_services has no pattern for the image.",
        "add one, such as <registry host>/**, to allowed_images (for a service to allowed_services) of the runner",
    ),
    Cause.DISK_FULL: Explanation(
        "The machine that pulls has no room left for the image's layers.",
        "remove unused images there (`docker system prune`), or give the machine a larger disk",
    ),
}

SECTIONS: Final[Mapping[str, Mapping[Cause, Explanation]]] = {
    "The image reference": _IMAGE,
    "Which variable the job sees": _VARIABLE,
    "What is in it": _DOCUMENT,
    "Credential helpers": _HELPERS,
    "Logins in a script": _SCRIPTS,
    "AWS identities": _IDENTITIES,
    "Denied": _DENIALS,
    "The registry's answer": _REGISTRY,
    "Pull-through caches": _CACHES,
    "The network": _NETWORK,
    "The runner": _RUNNER,
}
"""Every cause, in the order of the page."""

_ALL: Final = {cause: each for section in SECTIONS.values() for cause, each in section.items()}


def fix_of(cause: Cause) -> str:
    """What mends it where nothing more is known."""
    return _ALL[cause].fix
