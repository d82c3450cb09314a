"""The names of everything one stack creates, computed from the declaration alone.

No name is ever taken from a resource's output, so every policy and the plan are complete in the first preview.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

from .locations import Mistakes
from .registry_host import check_account, partition_of, registry_host

_PREFIX: Final = re.compile(r"[a-z][a-z0-9-]{0,28}[a-z0-9]")
_ROLE_PATH: Final = re.compile(r"/([A-Za-z0-9._-]+/)+")
_PLAIN: Final = re.compile(r"[a-z0-9](-?[a-z0-9]+)*")
CODE_KEY: Final = "rotator.zip"
"""The zip in its bucket."""
_ROLE_NAME_LIMIT: Final = 64  # IAM CreateRole, RoleName

PREFIX_TAG: Final = "gitlab-ecr"
"""The AWS tag that holds the prefix, for resources that AWS names by a number: policies recognise the owner by it."""


@cache  # a consumer's name is asked for by its role, its policy, the plan and the checks
def slug(text: str, limit: int) -> str:
    """A short name of lower-case letters, digits and dashes for `text`, at most `limit` long.

    A text that already is such a name stays as it is; any other gets eight characters of its hash appended, so `a/b`
    and `a-b` never collide.
    """
    if _PLAIN.fullmatch(text) and len(text) <= limit:
        return text
    readable = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[: limit - 9].strip("-")
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{readable}-{digest}" if readable else digest


@dataclass(frozen=True)
class Names:
    """Names and ARNs of one stack in one account and region.

    Attributes:
        account: the twelve digits of the AWS account.
        region: the region of the rotator and, by default, of the repositories.
        prefix: starts every name; two stacks in one account need two prefixes. 2 to 30 lower-case letters,
            digits and dashes, because a role's name holds 64 characters and an audience's name follows.
        role_path: the IAM path of this stack's roles; `/<prefix>/` when empty.
    """

    account: str
    region: str
    prefix: str
    role_path: str = ""

    def __post_init__(self) -> None:
        mistakes = Mistakes()
        with mistakes.at():
            check_account(self.account)
        with mistakes.at():
            partition_of(self.region)
        if not _PREFIX.fullmatch(self.prefix):
            mistakes.add(
                "prefix",
                text=f"got {self.prefix!r}; write 2 to 30 lower-case letters, digits and dashes, "
                "starting with a letter, such as gitlab-ecr-prod",
            )
        if self.role_path and not _ROLE_PATH.fullmatch(self.role_path):
            text = f"got {self.role_path!r}; write a path that starts and ends with /, such as /ci/"
            mistakes.add("role_path", text=text)
        mistakes.refuse()

    @classmethod
    def standing_in(cls) -> Self:
        """Valid names in place of wrong ones, so that everything that does not depend on them can be checked."""
        return cls("0" * 12, "us-east-1", "stand-in")

    @property
    def partition(self) -> str:
        """The AWS partition, `aws` nearly everywhere."""
        return partition_of(self.region)

    @property
    def path(self) -> str:
        """The IAM path of the stack's roles."""
        return self.role_path or f"/{self.prefix}/"

    @property
    def pull_path(self) -> str:
        """The IAM path of the pull-only roles and nothing else: the rotator may assume every role under it."""
        return f"{self.path}pull/"

    @property
    def registry_host(self) -> str:
        """The registry host of the account in the region."""
        return registry_host(self.account, self.region)

    def arn(self, service: str, resource: str, region: str | None = None) -> str:
        """An ARN in this account; `region=""` for services without one."""
        where = self.region if region is None else region
        return f"arn:{self.partition}:{service}:{where}:{self.account}:{resource}"

    def repository_arn(self, pattern: str, region: str | None = None) -> str:
        """The ARN of a repository, or of all repositories that match a pattern such as `ci/*`."""
        return self.arn("ecr", f"repository/{pattern}", region)

    def role_arn(self, role_name: str, path: str) -> str:
        """The ARN of a role by its name and path."""
        return self.arn("iam", f"role{path}{role_name}", region="")

    def pull_role_name(self, audience: str, generation: int = 1) -> str:
        """The name of an audience's pull-only role; a revocation raises `generation`."""
        return self._role_name("pull", audience, f"-g{generation}")

    def pull_role_arn(self, audience: str, generation: int = 1) -> str:
        """The ARN of an audience's pull-only role."""
        return self.role_arn(self.pull_role_name(audience, generation), self.pull_path)

    def push_role_name(self, consumer: str) -> str:
        """The name of the role that a consumer's jobs assume to push."""
        return self._role_name("push", consumer)

    def push_role_arn(self, consumer: str) -> str:
        """The ARN of the role that a consumer's jobs assume to push."""
        return self.role_arn(self.push_role_name(consumer), f"{self.path}push/")

    def job_role_name(self, consumer: str) -> str:
        """The name of the role that a consumer's jobs assume to pull only."""
        return self._role_name("job", consumer)

    def job_role_arn(self, consumer: str) -> str:
        """The ARN of the role that a consumer's jobs assume to pull only."""
        return self.role_arn(self.job_role_name(consumer), f"{self.path}job/")

    def secret_role_name(self, consumer: str) -> str:
        """The name of the role that a consumer's jobs assume to read their login."""
        return self._role_name("secret", consumer)

    def secret_role_arn(self, consumer: str) -> str:
        """The ARN of the role that a consumer's jobs assume to read their login."""
        return self.role_arn(self.secret_role_name(consumer), f"{self.path}secret/")

    def audience_secret(self, audience: str) -> str:
        """The Secrets Manager secret that holds an audience's login, for jobs that read it themselves."""
        return f"{self.prefix}/audience/{audience}"

    def secret_arn(self, secret: str) -> str:
        """The ARN of a secret, or of all that match a pattern, as far as it is known before the secret exists."""
        return self.arn("secretsmanager", f"secret:{secret}")

    def pull_user_name(self, user: str) -> str:
        """The name of a consumer's pull-only IAM user."""
        return self._role_name("user", user)

    def pull_user_arn(self, user: str) -> str:
        """The ARN of a consumer's pull-only IAM user."""
        return self.arn("iam", f"user{self.path}{self.pull_user_name(user)}", region="")

    def runner_role_name(self, runner: str) -> str:
        """The name of a runner's instance role."""
        return self._role_name("runner", runner)

    def runner_parameter(self, runner: str) -> str:
        """The SSM parameter that holds a runner's config.toml."""
        return f"/{self.prefix}/runner/{slug(runner, 40)}/config.toml"

    def runner_docker_config(self, runner: str) -> str:
        """The SSM parameter that holds the Docker configuration of a runner's user."""
        return f"/{self.prefix}/runner/{slug(runner, 40)}/docker-config.json"

    @property
    def rotator(self) -> str:
        """The name of the rotator: of its function, its role, its schedule group and its schedule."""
        return f"{self.prefix}-rotator"

    @property
    def rotator_role_arn(self) -> str:
        """The ARN of the rotator's execution role."""
        return self.role_arn(self.rotator, self.path)

    @property
    def gitlab_token_secret(self) -> str:
        """The Secrets Manager secret that holds the rotator's GitLab token."""
        return f"{self.prefix}/gitlab-token"

    @property
    def managed_token_secret(self) -> str:
        """The secret where Secrets Manager renews the token: another one, since the type of a secret cannot change."""
        return f"{self.gitlab_token_secret}-managed"

    @property
    def renewal(self) -> str:
        """The name of the job that renews the rotator's GitLab token: of its function, role and schedule.

        Where Secrets Manager renews it, the name of the role that it uses.
        """
        return f"{self.prefix}-token-renewal"

    @property
    def code_bucket(self) -> str:
        """The bucket with the zip that a GitLab job runs; the account in its name makes it globally unique."""
        return f"{self.rotator}-{self.account}"

    @property
    def code_arn(self) -> str:
        """The ARN of that zip."""
        return f"arn:{self.partition}:s3:::{self.code_bucket}/{CODE_KEY}"

    @property
    def dead_letters(self) -> str:
        """The name of the dead-letter queue."""
        return f"{self.rotator}-dead-letters"

    @property
    def alarm_topic_arn(self) -> str:
        """The ARN of the SNS topic that alarms go to."""
        return self.arn("sns", f"{self.prefix}-alarms")

    @property
    def rotator_state(self) -> str:
        """The SSM parameter where a run records for the next one which targets failed."""
        return f"/{self.prefix}/rotator/state"

    def _role_name(self, kind: str, text: str, suffix: str = "") -> str:
        head = f"{self.prefix}-{kind}-"
        return f"{head}{slug(text, _ROLE_NAME_LIMIT - len(head) - len(suffix))}{suffix}"
