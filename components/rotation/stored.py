"""What a run needs out of secrets."""

from ..contract.plan import Plan
from .aws import AwsError
from .gitlab import GitLab
from .gitlab_secret import read as read_tokens
from .outside import Outside
from .secret import Secret


class Stored:
    """What lies in secrets: the GitLab token, and the documents of hidden variables; a text says why one is missing."""

    def __init__(self, plan: Plan, outside: Outside) -> None:
        self.warnings: list[str] = []
        self.days: int | None = None
        self.gitlab: GitLab | str = self._gitlab(plan, outside)
        wanted = sorted({target.foreign for target in plan.targets if target.foreign is not None})
        self.foreign: dict[str, Secret | str] = {secret_id: _secret(outside, secret_id) for secret_id in wanted}

    def _gitlab(self, plan: Plan, outside: Outside) -> GitLab | str:
        secret = _secret(outside, plan.gitlab.token_secret, "; store a token with `gitlab-ecr token set`")
        if isinstance(secret, str):
            return f"no GitLab token in {secret}"
        try:
            working = read_tokens(secret, plan.gitlab.url, outside.gitlab_http)
        except ValueError as error:
            return str(error)
        self.warnings.extend(working.warnings)
        if working.expires_at is not None:
            self.days = (working.expires_at - outside.clock.now().date()).days
        return GitLab(plan.gitlab.url, working.token, outside.gitlab_http)


def _secret(outside: Outside, secret_id: str, without_value: str = "") -> Secret | str:
    try:
        return outside.aws.secret(secret_id)
    except AwsError as error:
        return f"the secret {secret_id}: {error}{without_value if error.no_value else ''}"
