"""What a run needs out of secrets."""

from ..contract.plan import Plan
from .aws import AwsError
from .gitlab import GitLab
from .gitlab_secret import read as read_tokens
from .outside import Outside
from .secret import Secret


class Stored:
    """What lies in secrets: GitLab's tokens, and the documents of hidden variables; a text says why one is missing."""

    def __init__(self, plan: Plan, outside: Outside) -> None:
        self.warnings: list[str] = []
        self.days: int | None = None
        self.gitlabs: dict[str, GitLab | str] = {}
        for name, secret_id in plan.gitlab.tokens.items():
            self.gitlabs[name] = self._gitlab(plan, outside, secret_id)
        wanted = sorted({target.foreign for target in plan.targets if target.foreign is not None})
        self.foreign: dict[str, Secret | str] = {secret_id: _secret(outside, secret_id) for secret_id in wanted}

    def _gitlab(self, plan: Plan, outside: Outside, secret_id: str) -> GitLab | str:
        secret = _secret(outside, secret_id, "; store a token with `gitlab-ecr token set`")
        if isinstance(secret, str):
            return f"no GitLab token in {secret}"
        try:
            working = read_tokens(secret, plan.gitlab.url, outside.gitlab_http)
        except ValueError as error:
            return str(error)
        self.warnings.extend(working.warnings)
        if working.expires_at is not None:
            days = (working.expires_at - outside.clock.now().date()).days
            self.days = days if self.days is None else min(days, self.days)
        return GitLab(plan.gitlab.url, working.token, outside.gitlab_http)


def _secret(outside: Outside, secret_id: str, without_value: str = "") -> Secret | str:
    try:
        return outside.aws.secret(secret_id)
    except AwsError as error:
        return f"the secret {secret_id}: {error}{without_value if error.no_value else ''}"
