"""The image reference, the variable that the job sees, and the document in it."""

from typing import Final

from .cause import Cause
from .explanation import Explanation

IMAGE: Final = {
    Cause.IMAGE_REFERENCE: Explanation(
        "The text after `image:` is not an image reference: it holds an upper-case letter, a scheme, a port or an "
        "empty variable.",
        "write the image reference in lower case, such as <registry host>/ci/python:3.13, and check that every "
        "variable in it is set",
    ),
    Cause.IMAGE_VARIABLE: Explanation(
        "The image reference uses a variable that the job does not see, so a part of it is empty.",
        "set that variable for this job, or write its value into the image reference",
    ),
    Cause.NO_REGISTRY_HOST: Explanation(
        "Without a registry host, the image is looked up on Docker Hub, which does not have it.",
        "write the registry host of ECR and a / before it, as the stack's output repositoryUrls has it",
    ),
}

VARIABLE: Final = {
    Cause.VARIABLE_ABSENT: Explanation(
        "No login reached the runner: the job sees no DOCKER_AUTH_CONFIG, or the one it sees is for other registries.",
        "run `gitlab-ecr doctor IMAGE --project P --ref R`, which finds out which of the two; on Kubernetes, check "
        "that the runner reads the variable or names an image pull secret",
    ),
    Cause.VARIABLE_DELETED: Explanation(
        "The stack declares a variable for this project or group, and somebody deleted it in GitLab.",
        "run `gitlab-ecr rotate`, which creates it again; `pulumi up` does not notice that it is gone",
    ),
    Cause.PROTECTED: Explanation(
        "Only pipelines of protected branches and tags see a protected variable.",
        "write protected: false for the consumer, so that merge requests can pull; or protect the ref",
    ),
    Cause.SCOPE: Explanation(
        "The variable is for one environment, and the job has another or none.",
        'write environmentScopes with "*" for the consumer, or give the job an environment that matches',
    ),
    Cause.SHADOWED: Explanation(
        "Two variables have this key. The closer one hides the other completely, and only the hidden one would work.",
        "delete the closer one, or merge both into it with adopt: true",
    ),
    Cause.HIDDEN: Explanation(
        "The value is hidden, and gitlab-ecr did not write it, so nobody can say what is in it.",
        "run a job and give its log to `gitlab-ecr doctor --job-log FILE`, or delete the variable and create it again",
    ),
    Cause.EXPANSION: Explanation(
        "A `$` in the value is expanded although it should not be, or is not expanded although it should be.",
        "switch `Expand variable reference` off for a value without variables, and on for a value with variables",
    ),
    Cause.NEVER_ROTATED: Explanation(
        "The variable still holds the placeholder that Pulumi writes.",
        "run `gitlab-ecr rotate`, and read what it says about this variable",
    ),
}

DOCUMENT: Final = {
    Cause.BAD_DOCUMENT: Explanation(
        "The document is not the JSON that Docker's tools read, and the runner drops all of it.",
        'write {"auths":{"<registry host>":{"auth":"<base64 of user:password>"}}}, or let gitlab-ecr write it',
    ),
    Cause.BARE_PASSWORD: Explanation(
        "`auth` is only the ECR password. That is itself base64, so nothing complains before the pull.",
        "write the base64 of AWS:<password>, which GetAuthorizationToken returns as authorizationToken",
    ),
    Cause.BAD_AUTH: Explanation(
        "An `auth` is empty, is not the base64 of user:password, or has a line break at its end.",
        "let gitlab-ecr write the variable: `gitlab-ecr rotate`",
    ),
    Cause.WRONG_USER: Explanation(
        "The login's user is not AWS, which is the only user that ECR knows.",
        "write the base64 of AWS:<password>, which GetAuthorizationToken returns as authorizationToken",
    ),
    Cause.OTHER_HOST: Explanation(
        "The login is for other registries, not for the image's.",
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
        "use the variable's host in the image reference, or add the form to the consumer's hostForms",
    ),
    Cause.OTHER_KEY: Explanation(
        "The entry has a wildcard, a port or a path, which the runner compares literally.",
        "name only the registry host, or let gitlab-ecr write the variable: `gitlab-ecr rotate`",
    ),
    Cause.EXPIRED: Explanation(
        "An ECR token lives 12 hours, and no rotation renewed this one.",
        "run `gitlab-ecr rotate`, then `gitlab-ecr status` to see why no run renewed it",
    ),
    Cause.REFUSED_TOKEN: Explanation(
        "The registry does not know the login: it is incomplete, or belongs to another registry.",
        "let gitlab-ecr write it: `gitlab-ecr rotate`; to try it, run `gitlab-ecr doctor IMAGE --project P`",
    ),
}
