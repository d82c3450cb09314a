"""A rotation: plan in, report out. One token per audience and region, proven, then published to every target."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ..documents.plan import Plan, Target
from .aws import Aws, AwsError
from .clock import Clock, Deadline
from .gitlab import GitLab
from .http import Http
from .mint import RefusedError, Token, mint
from .prove import prove
from .publish import publish
from .report import AudienceResult, Report, Status, TargetResult
from .secret import Secret


@dataclass(frozen=True)
class Outside:
    """Everything a rotation touches."""

    aws: Aws
    registry_http: Http
    gitlab_http: Http
    clock: Clock
    deadline: Deadline


def rotate(plan: Plan, outside: Outside, *, fired_by: str) -> Report:
    """Runs every step for every audience and target; a failure of one is a line in the report, never the end."""
    started, begin = outside.clock.now(), outside.clock.monotonic()
    with ThreadPoolExecutor(max_workers=plan.gitlab.concurrency) as pool:
        minted = list(pool.map(_guarded(plan, outside, at_deploy=fired_by == "deploy"), plan.audiences))
        tokens = {result.audience: found for result, found in minted if not result.reason}
        reasons = {result.audience: result.reason for result, _ in minted if result.reason}
        gitlabs = _gitlabs(plan, outside)

        def published(target: Target) -> TargetResult:
            return _target(target, plan, tokens, reasons, gitlabs)

        targets = list(pool.map(published, plan.targets))
    return Report(
        stack=plan.stack,
        fired_by=fired_by,
        started=started,
        seconds=outside.clock.monotonic() - begin,
        audiences=[result for result, _ in minted],
        targets=targets,
    )


def _guarded(
    plan: Plan, outside: Outside, *, at_deploy: bool
) -> Callable[[str], tuple[AudienceResult, Mapping[str, Token]]]:
    def tokens_of(name: str) -> tuple[AudienceResult, Mapping[str, Token]]:
        audience = plan.audiences[name]
        try:
            tokens = mint(audience, outside.aws, outside.clock, outside.deadline, roles_are_new=at_deploy)
            prove(audience, tokens, outside.registry_http)
        except RefusedError as error:
            return AudienceResult(name, str(error), None), {}
        return AudienceResult(name, "", min(token.expires_at for token in tokens.values())), tokens

    return tokens_of


def _gitlabs(plan: Plan, outside: Outside) -> dict[str, GitLab | str]:
    """A client for each named GitLab token, or the reason why there is none."""
    clients: dict[str, GitLab | str] = {}
    for name, secret_id in plan.gitlab.tokens.items():
        try:
            token: Secret = outside.aws.secret(secret_id)
        except AwsError as error:
            clients[name] = f"no GitLab token in the secret {secret_id}: {error}"
        else:
            clients[name] = GitLab(plan.gitlab.url, token, outside.gitlab_http)
    return clients


def _target(
    target: Target,
    plan: Plan,
    tokens: Mapping[str, Mapping[str, Token]],
    reasons: Mapping[str, str],
    gitlabs: Mapping[str, GitLab | str],
) -> TargetResult:
    gitlab = gitlabs[target.token]
    if isinstance(gitlab, str):
        return TargetResult(target.name, Status.FAILED, gitlab, None)
    if missing := [audience for audience in target.audiences if audience in reasons]:
        reason = f"audience {missing[0]} has no proven token; what is there stays"
        return TargetResult(target.name, Status.FAILED, reason, None)
    return publish(target, plan, tokens, gitlab)
