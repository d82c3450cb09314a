"""Causes in policies, registries, caches and the network, and in the runner's own limits."""

from typing import Final

from .cause import Cause
from .explanation import Explanation

DENIALS: Final = {
    Cause.IAM_POLICY: Explanation(
        "The policy of the identity behind the login does not allow the action on this repository, or denies it "
        "explicitly. `gitlab-ecr revoke --now` makes it deny everything until the generation is raised.",
        "add the repository to the consumer's pull in the stack file, and run `pulumi up`",
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
        "A permissions boundary, a service or resource control policy of the organization, or a session policy "
        "denies it.",
        "allow it in that policy; the role's own policy is not enough",
    ),
    Cause.AWS_DENIED: Explanation(
        "AWS denied the job's identity an action that has nothing to do with a registry.",
        "allow the action for that identity",
    ),
    Cause.PULL_DENIED: Explanation(
        "The registry answered 403 without a reason, as it does to HEAD requests: the token has expired, or its role "
        "may not pull this repository.",
        "log in again just before it; if that does not help, run `docker pull`, which shows the reason, and allow the "
        "role",
    ),
    Cause.PUSH_DENIED: Explanation(
        "The registry answered 403 to a push without a reason: the login may not push to this repository, or expired "
        "during the build.",
        "add the repository to the consumer's push in the stack file, and log in with that role just before the push",
    ),
    Cause.PUSH_REF: Explanation(
        "The role for pushing does not trust the job's branch or tag.",
        "add the branch or tag to the consumer's push in the stack file, and run `pulumi up`",
    ),
    Cause.PUSH_REPOSITORY: Explanation(
        "The role for pushing may not push to the image's repository.",
        "add the repository to the consumer's push in the stack file, and run `pulumi up`",
    ),
}

REGISTRY: Final = {
    Cause.REPOSITORY_ABSENT: Explanation(
        "The registry has no such repository, and a push to ECR does not create one.",
        "correct the image reference, or add the repository to repositories in the stack file",
    ),
    Cause.IMAGE_ABSENT: Explanation(
        "The repository has no such tag or digest: it was never pushed, or a lifecycle rule removed it.",
        "push it, or write a tag that is there",
    ),
    Cause.PLATFORM: Explanation(
        "The image is built for another processor or operating system than the machine's.",
        "build it for this platform as well (`docker buildx build --platform linux/amd64,linux/arm64`), or use a "
        "runner on the other platform",
    ),
    Cause.IMAGE_FORMAT: Explanation(
        "The image is stored in a format that the Docker or containerd that pulls it does not read: too new for it "
        "(layers compressed with zstd, OCI manifests), or too old (schema 1).",
        "update Docker on the machine that pulls, or rebuild the image: with compression=gzip for old machines, "
        "with a current builder for new ones",
    ),
    Cause.TAG_IMMUTABLE: Explanation(
        "The tag already exists, and this repository's tags are immutable.",
        "push another tag, or add a pattern to the repository's mutableTags",
    ),
    Cause.PUSH_ENDED: Explanation(
        "ECR closes the connection during an upload (`EOF`, `Retrying in ...`) when the repository does not exist or "
        "the login may not push to it.",
        "check that the repository is in the stack file, under repositories and in the consumer's push; then log in "
        "again with the push role",
    ),
    Cause.CACHE_MANIFEST: Explanation(
        "ECR refuses BuildKit's own cache manifest.",
        "write --cache-to type=registry,ref=...,mode=max,image-manifest=true,oci-mediatypes=true",
    ),
    Cause.RATE_LIMIT: Explanation(
        "Docker Hub limits pulls for each IP address, and this machine's address has used them up.",
        "pull through a cache of ECR (caches in the stack file), or add a Docker Hub login to DOCKER_AUTH_CONFIG",
    ),
    Cause.THROTTLED: Explanation(
        "The registry got too many requests in a short time: ECR Public allows one a second without a login.",
        "try again; from ECR Public, pull fewer images at once or through a cache; for ECR, request a higher quota",
    ),
    Cause.PUBLIC_LOGIN: Explanation(
        "An expired login for public.ecr.aws is refused, although its images need no login.",
        "run `docker logout public.ecr.aws` before it, or take public.ecr.aws out of the config.json that the command "
        "reads",
    ),
    Cause.REGISTRY_ANSWER: Explanation(
        "The registry itself failed.",
        "try again; if it keeps failing, look at AWS's health page for the region",
    ),
}

CACHES: Final = {
    Cause.UPSTREAM_LOGIN: Explanation(
        "The pull-through cache could not log in to its upstream registry; the login to ECR worked.",
        "renew user and access token in the cache's secret (ecr-pullthroughcache/...), and check the upstream name: "
        "official Docker Hub images are under library/",
    ),
    Cause.CACHE_DENIED: Explanation(
        "The first pull of an image through a cache imports it and creates a repository, and the role may not do that.",
        "add the cache's prefix to the consumer's caches in the stack file, and run `pulumi up`",
    ),
    Cause.CACHE_FIRST_PULL: Explanation(
        "The first pull through a cache has to name a tag, and its role has to be allowed to import the image. "
        "Otherwise the registry answers that there is no such image.",
        "pull the tag once with the role of a consumer whose caches include the prefix; after that, the digest works "
        "too",
    ),
}

NETWORK: Final = {
    Cause.UNREACHABLE: Explanation(
        "The machine that pulls cannot reach the registry, because of DNS, routing, a firewall or a proxy.",
        "check the network of that machine: a NAT, a proxy, or the VPC endpoints ecr.api, ecr.dkr and S3 with their "
        "security groups; also check the account and the region in the image reference",
    ),
    Cause.LAYER_STORE: Explanation(
        "The manifest came from ECR, but its layers are in an S3 bucket that the machine cannot reach or may not read.",
        "allow prod-<region>-starport-layer-bucket in the policy of the S3 endpoint, or S3 in the proxy",
    ),
    Cause.CERTIFICATE: Explanation(
        "The TLS certificate is not trusted. Usually a proxy inspects TLS with its own CA, or the clock is wrong.",
        "add the CA's certificate to those that the machine trusts (or to /etc/docker/certs.d/<host>/ca.crt), or "
        "exclude the registry from the proxy's inspection",
    ),
}

RUNNER: Final = {
    Cause.PULL_POLICY: Explanation(
        "The job asks for a pull_policy that its runner does not allow.",
        "take pull_policy out of the job, or add it to allowed_pull_policies of the runner",
    ),
    Cause.RUNNER_PULL_POLICY: Explanation(
        "The job names no pull_policy, and the runner's own pull_policy, or its default, is not among its "
        "allowed_pull_policies.",
        "set pull_policy in the runner's config.toml to one of its allowed_pull_policies; the job is not at fault",
    ),
    Cause.IMAGE_NOT_ALLOWED: Explanation(
        "No pattern in the runner's allowed_images or allowed_services matches the image.",
        "add one, such as <registry host>/**, to the runner's allowed_images (for a service: allowed_services)",
    ),
    Cause.DISK_FULL: Explanation(
        "The machine that pulls has no room left for the image's layers.",
        "remove unused images there (`docker system prune`), or give the machine a larger disk",
    ),
    Cause.FLEET_INSTANCE: Explanation(
        "The manager of an autoscaled runner cannot reach, or may not use, the instance that should run the job.",
        "allow the manager's security group to reach port 22 of the instances', set useExternalAddr: true in "
        "connectorConfig only if the manager is outside their network, and check that new instances start",
    ),
    Cause.CLUSTER_RIGHTS: Explanation(
        "The service account of the runner's manager may not create what a job needs in the cluster: its pod, or the "
        "pull secret with the logins from DOCKER_AUTH_CONFIG.",
        "give it the role in templates/clusters/runner-rights.yaml, in the namespace where jobs run",
    ),
}
