"""What a run reads from Secrets Manager: the GitLab token, and the documents of hidden variables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..contract.plan import GitLab as Instance
from ..contract.plan import Plan, TokenRenewal
from .aws import AwsError
from .gitlab import GitLab
from .gitlab_secret import read as read_tokens
from .gitlab_secret import wrong_form
from .http import Http
from .living_token import INTERRUPTED, LivingToken, pending
from .run import threads
from .secret import Secret, TokenError
from .services import Services
from .workers import Batch, unexpected


@dataclass(frozen=True)
class Unavailable:
    """A secret that a run could not read.

    Attributes:
        reason: why, in one line.
        empty: whether nothing has been stored in it yet.
    """

    reason: str
    empty: bool = False


@dataclass(frozen=True)
class RunSecrets:
    """The secrets of one run.

    Attributes:
        gitlab: the instance, with the token that works; without GitLab in the plan, why there is none.
        foreign: the documents of hidden variables, by the name of their secret.
        token_days: in how many days the GitLab token expires; None when that is not known.
        warnings: what is wrong with one of two tokens.
    """

    gitlab: GitLab | Unavailable
    foreign: Mapping[str, Secret | Unavailable]
    token_days: int | None = None
    warnings: Sequence[str] = ()


def read_secrets(plan: Plan, services: Services, seconds: float) -> RunSecrets:
    """Reads the secrets of a run. Each may be unavailable without affecting the others.

    Args:
        plan: the plan that names the secrets.
        services: the services to use.
        seconds: how long it may take; what has not been read by then is unavailable.
    """
    where, http = plan.gitlab, services.gitlab_http
    if where is None or http is None:
        return RunSecrets(Unavailable("the plan has no GitLab"), {})
    token = where.token_secret
    names = [token, *sorted({target.foreign for target in plan.targets if target.foreign is not None} - {token})]
    found = Batch(
        names, lambda name: _read(name, services), _not_read, threads=threads(plan), seconds=seconds / 2
    ).results()
    texts = dict(zip(names, found, strict=True))
    of_token = [texts.pop(token)]
    (gitlab,) = Batch(
        of_token, lambda text: _gitlab(text, where, http, services), _not_asked, threads=1, seconds=seconds / 2
    ).results()
    return RunSecrets(gitlab.gitlab, texts, gitlab.token_days, gitlab.warnings)


def _read(name: str, services: Services) -> Secret | Unavailable:
    try:
        return services.aws.secret(name)
    except AwsError as error:
        return Unavailable(f"the secret {name}: {error}", empty=error.no_value)


def _not_read(name: str, error: Exception | None) -> Unavailable:
    return Unavailable(f"the secret {name}: {unexpected(error) if error else 'not read in time'}")


def _gitlab(text: Secret | Unavailable, where: Instance, http: Http, services: Services) -> RunSecrets:
    if isinstance(text, Unavailable):
        return RunSecrets(Unavailable(_no_token(text, where), text.empty), {})
    try:
        working, wrong = read_tokens(text, where.url, http), wrong_form(text, where.token_renewal)
    except TokenError as error:
        return RunSecrets(Unavailable(str(error)), {})
    warnings = [*working.warnings, *([wrong] if wrong else [])]
    if working.refused and (other := pending(where, services.aws, http)) is not None:
        working, warnings = other, [*other.warnings, INTERRUPTED]
    end, living = working.expires_at, LivingToken(where, services.aws, http)
    days = None if end is None else (end - services.clock.now().date()).days
    return RunSecrets(GitLab(where.url, working.token, http, living.instead_of), {}, days, warnings)


def _no_token(text: Unavailable, where: Instance) -> str:
    name = where.token_secret
    if where.token_renewal is TokenRenewal.OWN:
        empty = f"the secret {name} is empty; store one with `gitlab-ecr token set`"
        return empty if text.empty else f"no GitLab token: {text.reason}"
    # No stack creates this secret, and AWS denies a role that may read it by its name only, even if it does not exist.
    make = f"`gitlab-ecr token set --secret {name} --managed`"
    if text.empty:
        return f"the secret {name} is empty or absent; store a token with {make}"
    return f"no GitLab token: unless the secret {name} holds one, run {make}; {text.reason}"


def _not_asked(_: Secret | Unavailable, error: Exception | None) -> RunSecrets:
    why = unexpected(error) if error else "GitLab did not say in time whether it accepts the token"
    return RunSecrets(Unavailable(f"the GitLab token: {why}"), {})
