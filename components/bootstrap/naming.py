"""Names of what an administrator sets up once, and patterns for what stacks may create."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..iam.gitlab_trust import issuer_host
from ..names.locations import each
from ..names.naming import Names
from ..names.registry_host import partition_of

DEFAULT_PREFIX: Final = "gitlab-ecr"
STATE_FOLDER: Final = "bootstrap"
"""The folder of the bootstrap's own state, in the same bucket as the state of the stacks."""
STATE: Final = ".pulumi"
"""Where Pulumi keeps a backend's state. Source: pulumi 3.274, pkg/backend/diy."""
EVERY_REPOSITORY: Final = ("*",)
_REPOSITORIES: Final = re.compile(r"[a-z0-9*][a-z0-9._/*-]{0,255}")
_ONE_WORD: Final = re.compile(r"[a-z][a-z0-9]{1,27}")


@dataclass(frozen=True)
class BootstrapNames:
    """Names and ARNs of the bootstrap.

    Attributes:
        account: the 12 digits of the AWS account.
        region: the region of the state and the stacks.
        prefix: the beginning of the bootstrap's names and, followed by `-`, of every stack's prefix. It is one word, or
            the default: the bootstrap's roles reach everything named `<prefix>-...`, so with dashes one bootstrap could
            reach another's names.
    """

    account: str
    region: str
    prefix: str

    def repositories(self, patterns: Sequence[str]) -> list[str]:
        """The ARNs, in every region, of the account's repositories that match patterns such as `ci/*`.

        Raises:
            ValueError: a pattern is invalid.
        """
        return each("repositories", patterns, lambda pattern: self.arn("ecr", f"repository/{_pattern(pattern)}", "*"))

    def __post_init__(self) -> None:
        first_word = DEFAULT_PREFIX.partition("-")[0]
        if self.prefix != DEFAULT_PREFIX and (self.prefix == first_word or not _ONE_WORD.fullmatch(self.prefix)):
            raise ValueError(
                f"prefix: got {self.prefix!r}; write {DEFAULT_PREFIX}, or one word of 2 to 28 lower-case letters and "
                f"digits other than {first_word}: a bootstrap named x would reach everything of one named x-y"
            )

    def arn(self, service: str, resource: str, region: str | None = None) -> str:
        """An ARN in this account; `region=""` for services without one."""
        return Names(self.account, self.region, self.prefix).arn(service, resource, region)

    @property
    def path(self) -> str:
        """The IAM path of the bootstrap's own roles; no stack's path starts with it."""
        return f"/{self.prefix}/"

    def role_arn(self, name: str) -> str:
        """The ARN of one of the bootstrap's own roles."""
        return self.arn("iam", f"role{self.path}{self.role_name(name)}", "")

    def role_name(self, name: str) -> str:
        """The name of one of the bootstrap's own roles."""
        return f"{self.prefix}-{name}"

    @property
    def boundary_arn(self) -> str:
        """The permissions boundary of every role and user that the deploy role makes."""
        return self.policy_arn("boundary")

    def policy_arn(self, name: str) -> str:
        """The ARN of one of the bootstrap's own managed policies."""
        return self.arn("iam", f"policy{self.path}{self.prefix}-{name}", "")

    @property
    def bucket(self) -> str:
        """The bucket of the state; account and region in its name make it globally unique."""
        return f"{self.prefix}-state-{self.account}-{self.region}"

    @property
    def bucket_arn(self) -> str:
        """The bucket's ARN, which names neither account nor region."""
        return f"arn:{partition_of(self.region)}:s3:::{self.bucket}"

    @property
    def stack_states(self) -> str:
        """The state of the stacks, with its history, backups and locks."""
        return f"{self.bucket_arn}/{STATE}/*"

    @property
    def own_states(self) -> list[str]:
        """The bootstrap's own state, and where it would be if someone kept it with those of the stacks.

        Whatever is stored there runs with an administrator's rights. Pulumi's paths are stacks/<project>/<stack>.json
        and, of old backends, stacks/<stack>.json; history, backups and locks have a folder named after the stack.
        """
        among = f"{self.bucket_arn}/{STATE}/*/bootstrap"
        return [f"{self.bucket_arn}/{STATE_FOLDER}/*", f"{among}.json*", f"{among}/*"]

    @property
    def code_buckets(self) -> str:
        """The buckets with the code of rotators that run in GitLab jobs; does not match the state's bucket."""
        return f"arn:{partition_of(self.region)}:s3:::{self.prefix}-*-rotator-{self.account}"

    def provider_arn(self, gitlab_url: str) -> str:
        """The OIDC provider of GitLab."""
        return self.arn("iam", f"oidc-provider/{issuer_host(gitlab_url)}", "")

    def of_stacks(self, service: str, head: str, region: str | None = None) -> str:
        """An ARN pattern for everything below `head` that stacks name with their prefix."""
        return self.arn(service, f"{head}{self.prefix}-*", region)


def _pattern(text: str) -> str:
    if not _REPOSITORIES.fullmatch(text):
        raise ValueError(f"got {text!r}; write names, or patterns such as ci/*")
    return text
