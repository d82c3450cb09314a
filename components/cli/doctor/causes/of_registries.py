"""What policies, registries and caches say; the network to them; the runner's own limits."""

from typing import Final

from .cause import Cause
from .explanation import Explanation

DENIALS: Final = {
    Cause.IAM_POLICY: Explanation(
        "The policy of the identity behind the login does not allow the action on this repository, or denies it "
        "explicitly, as `gitlab-ecr revoke --now` makes it do until the generation is raised.",
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
        "have that policy allow it; the role's own policy is not enough",
    ),
    Cause.AWS_DENIED: Explanation(
        "AWS denied the job's identity something that is no matter of a registry.",
        "allow the action for that identity",
    ),
    Cause.PULL_DENIED: Explanation(
        "The registry answered 403 without a reason, as it does to HEAD requests: the token has expired, or its role "
        "may not pull this repository.",
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

REGISTRY: Final = {
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
        "build it for this platform as well (`docker buildx build --platform linux/amd64,linux/arm64`), or take a "
        "runner of the other kind",
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
        "`docker logout public.ecr.aws` before it, or take public.ecr.aws out of the config.json that the command "
        "reads",
    ),
    Cause.REGISTRY_ANSWER: Explanation(
        "The registry answered with an error of its own.",
        "try again; if it stays so, see the AWS health page of the region",
    ),
}

CACHES: Final = {
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

NETWORK: Final = {
    Cause.UNREACHABLE: Explanation(
        "Between the machine that pulls and the registry there is no way: name, route, firewall or proxy.",
        "check the network of that machine: a NAT, a proxy, or the VPC endpoints ecr.api, ecr.dkr and S3 with their "
        "security groups; and account and region in the image reference",
    ),
    Cause.LAYER_STORE: Explanation(
        "The manifest came from ECR, but its layers lie in a bucket of S3, which the machine cannot reach or may not "
        "read.",
        "let the S3 endpoint and its policy reach prod-<region>-starport-layer-bucket, or the proxy S3",
    ),
    Cause.CERTIFICATE: Explanation(
        "The TLS certificate is not trusted: mostly a proxy that opens TLS with a CA of its own, or a wrong clock.",
        "add the CA's certificate to what the machine (or /etc/docker/certs.d/<host>/ca.crt) trusts, or take the "
        "registry out of the proxy's inspection",
    ),
}

RUNNER: Final = {
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
    Cause.FLEET_INSTANCE: Explanation(
        "The manager of an autoscaled runner does not reach, or may not use, the instance that is to run the job.",
        "let port 22 of the instances' security group in from the manager's, write useExternalAddr: true of "
        "connectorConfig only when the manager is outside their network, and see that new instances start",
    ),
    Cause.CLUSTER_RIGHTS: Explanation(
        "The service account of the runner's manager may not make what a job needs in the cluster: its pod, or the "
        "pull secret with the logins of DOCKER_AUTH_CONFIG.",
        "give it the role of templates/clusters/runner-rights.yaml, in the namespace where jobs run",
    ),
}
