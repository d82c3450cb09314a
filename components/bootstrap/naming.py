"""The names of what an administrator sets up once, and the patterns of what it lets stacks make."""

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
"""Of the bootstrap's own state, beside that of the stacks, in the same bucket."""
STATE: Final = ".pulumi"
"""Where Pulumi keeps a backend's state. Source: pulumi 3.274, pkg/backend/diy."""
EVERY_REPOSITORY: Final = ("*",)
_REPOSITORIES: Final = re.compile(r"[a-z0-9*][a-z0-9._/*-]{0,255}")
_ONE_WORD: Final = re.compile(r"[a-z][a-z0-9]{1,27}")


@dataclass(frozen=True)
class BootstrapNames:
    """Names and ARNs of the bootstrap.

    Attributes:
        account: the twelve digits of the AWS account.
        region: the region of state and stacks.
        prefix: starts the names of the bootstrap and, followed by `-`, the prefix of every stack that it deploys. One
            word, or the default: its roles reach whatever is named `<prefix>-...`, and with dashes in them one
            bootstrap's prefix could be of that form for another.
    """

    account: str
    region: str
    prefix: str

    def repositories(self, patterns: Sequence[str]) -> list[str]:
        """The ARNs of the account's repositories, in every region, that patterns such as `ci/*` name.

        Raises:
            ValueError: a pattern is none of repositories.
        """
        return each("repositories", patterns, lambda pattern: self.arn("ecr", f"repository/{_pattern(pattern)}", "*"))

    def __post_init__(self) -> None:
        first_word = DEFAULT_PREFIX.partition("-")[0]
        if self.prefix != DEFAULT_PREFIX and (self.prefix == first_word or not _ONE_WORD.fullmatch(self.prefix)):
            raise ValueError(
                f"prefix: got {self.prefix!r}; write {DEFAULT_PREFIX}, or one word of 2 to 28 lower-case letters and "
                f"digits other than {first_word}: of two bootstraps, the one named x would reach the one named x-y"
            )

    def arn(self, service: str, resource: str, region: str | None = None) -> str:
        """An ARN in this account; `region=""` for services without one."""
        return Names(self.account, self.region, self.prefix).arn(service, resource, region)

    @property
    def path(self) -> str:
        """The IAM path of the bootstrap's own roles; no stack's path starts like it."""
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
        """The state's bucket; account and region make it unique in the world."""
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
        """The bootstrap's own state, and where it would lie if somebody kept it among those of the stacks.

        What stands there runs with an administrator's rights. Pulumi's paths are stacks/<project>/<stack>.json and, of
        old backends, stacks/<stack>.json; history, backups and locks have a folder named after the stack.
        """
        among = f"{self.bucket_arn}/{STATE}/*/bootstrap"
        return [f"{self.bucket_arn}/{STATE_FOLDER}/*", f"{among}.json*", f"{among}/*"]

    @property
    def code_buckets(self) -> str:
        """The buckets with the code of rotators that run in GitLab jobs; no pattern of the state's bucket."""
        return f"arn:{partition_of(self.region)}:s3:::{self.prefix}-*-rotator-{self.account}"

    def provider_arn(self, gitlab_url: str) -> str:
        """The OIDC provider of GitLab."""
        return self.arn("iam", f"oidc-provider/{issuer_host(gitlab_url)}", "")

    def of_stacks(self, service: str, head: str, region: str | None = None) -> str:
        """Everything that any stack names with its prefix, below `head`."""
        return self.arn(service, f"{head}{self.prefix}-*", region)


def _pattern(text: str) -> str:
    if not _REPOSITORIES.fullmatch(text):
        raise ValueError(f"got {text!r}; write names, or patterns such as ci/*")
    return text
