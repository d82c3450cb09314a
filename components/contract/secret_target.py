"""A Secrets Manager secret that the rotator writes, and that jobs read by GitLab's `secrets:` keyword."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SecretTarget:
    """A secret that holds an audience's login, as the document that a variable would hold.

    Attributes:
        secret: its name in Secrets Manager, in the plan's region.
        audience: the audience whose tokens go into its `auths`; by default the consumer's full path.
        kms_key: the ARN of its KMS key; None for the account's default one.
    """

    secret: str
    audience: str
    kms_key: str | None

    @property
    def name(self) -> str:
        """How messages call it: `secret gitlab-ecr-prod/audience/acme/web`."""
        return f"secret {self.secret}"

    @property
    def path(self) -> str:
        """The consumer in the stack file."""
        return self.audience
