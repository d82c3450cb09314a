"""Step three for jobs that fetch their login themselves: writes a secret, without reading it."""

from collections.abc import Mapping
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from ..contract.plan import Audience, SecretTarget
from ..docker import auth as docker_auth
from .aws import Aws, AwsError
from .mint import Token
from .results import Status, TargetResult
from .secret import Secret

_ADVICE: Final[Mapping[str, str]] = {
    "ResourceNotFoundException": "it was deleted; `pulumi up --refresh` creates it again",
    "InvalidRequestException": "it is scheduled for deletion; restore it in Secrets Manager",
}


def publish_secret(
    target: SecretTarget, audience: Audience, tokens: Mapping[str, Token], aws: Aws, run: str
) -> TargetResult:
    """Writes the audience's login as a new version of the secret: one version per run, even if the run is repeated.

    The secret is not read, so nothing in it is kept or compared: only this stack writes it, and if two runs overlap,
    both have just minted their tokens.

    Args:
        target: the secret.
        audience: the audience whose login it holds.
        tokens: the verified tokens, by region; empty when there are none.
        aws: the AWS client.
        run: this run's name, from which the version's id is derived.

    Raises:
        AwsError: rights were missing, as is normal shortly after a role was created.
    """
    if not tokens:
        reason = f"audience {target.audience} has no verified token; the present value stays"
        return TargetResult(target, Status.FAILED, reason, None)
    auths = {host: tokens[registry.region] for registry in audience.registries for host in registry.hosts}
    entries = {host: docker_auth.auth_entry(token.auth.reveal()) for host, token in auths.items()}
    document = Secret(docker_auth.dumps(docker_auth.with_auths(entries)))
    try:
        written = aws.put_secret(target.secret, document, version_of(target, run))
    except AwsError as error:
        if advice := _ADVICE.get(error.code):
            return TargetResult(target, Status.FAILED, f"{error}; {advice}", None)
        raise
    if not written:
        return TargetResult(target, Status.KEPT, "an earlier attempt of this run already wrote it", None)
    return TargetResult(target, Status.PUBLISHED, "", min(token.expires_at for token in auths.values()))


def version_of(target: SecretTarget, run: str) -> str:
    """The id of the version that a run writes."""
    return str(uuid5(NAMESPACE_URL, f"gitlab-ecr {run} {target.secret}"))
