"""Logins that jobs fetch themselves, by GitLab's `secrets:`."""

from typing import Final

from .cause import Cause
from .explanation import Explanation

SECRETS: Final = {
    Cause.SECRET_NOT_FETCHED: Explanation(
        "The stack gives this project its login by `secrets:` (access: job-secret), and the job does not fetch it.",
        "include templates/pull.yml with the inputs that the output declaration has as pull_template, and let the job "
        "extend .ecr-pull",
    ),
    Cause.SECRET_ROLE: Explanation(
        "The runner resolves `secrets:` before the pull, with the role that the job names and the job's id_token. The "
        "role did not reach it: runners before 19.0 only read it from the variable AWS_ROLE_ARN, and a project's "
        "variable takes precedence over the job's.",
        "extend the job of templates/pull.yml, which sets role_arn and AWS_ROLE_ARN, and let the job have id_tokens; "
        "if the project also pushes, use GitLab Runner 19.0 or later",
    ),
    Cause.SECRET_DENIED: Explanation(
        "The role may only read the secret of its own consumer.",
        "give the job the secret and the role of the same consumer, as the output declaration shows them; if "
        "AWS_ROLE_ARN is a variable of the project, use GitLab Runner 19.0 or later",
    ),
    Cause.SECRET_ABSENT: Explanation(
        "There is no secret of this name in this region of the role's account.",
        "compare secret and region with the output declaration of the stack; if somebody deleted the secret, run "
        "`pulumi up --refresh`",
    ),
    Cause.SECRET_EMPTY: Explanation(
        "The secret exists, but no rotation has written it yet.",
        "run `gitlab-ecr rotate`; with rotationBackend: gitlab, the job of its schedule has to run once",
    ),
    Cause.SECRET_KEY: Explanation(
        "The secret is encrypted with a KMS key whose policy does not delegate to IAM.",
        "let the key's policy delegate to IAM in this account, and write the key as the consumer's kmsKey",
    ),
    Cause.SECRET_REGION: Explanation(
        "Neither the secret nor the variable AWS_REGION names a region.",
        "extend the job of templates/pull.yml, which sets both",
    ),
    Cause.SECRET_FIELD: Explanation(
        "The job reads one field of its secret, but the login is the secret's whole value.",
        "take field (or # and what follows it) out of the job's `secrets:`, as in templates/pull.yml",
    ),
    Cause.SECRET_UNRESOLVED: Explanation(
        "The runner cannot read the kind of secret that the job names. It only warns, and pulls without this login. "
        "Runners before 18.2 cannot read AWS Secrets Manager.",
        "update the runner to 18.2 or later, or give the job tags of a runner that is; GitLab has to be 18.3 or later, "
        "Premium or Ultimate",
    ),
}
