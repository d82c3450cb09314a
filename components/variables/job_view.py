"""Which of several variables with the same key a job sees, and why it does not see the others.

Sources: GitLab docs, CI/CD variable precedence; gitlabhq, `HasEnvironmentScope` (an exact scope wins over a pattern, a
    pattern over `*`; between two patterns there is no rule) and `protect_merge_request_pipelines`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from .listed import Level, ListedVariable, is_above


class Pipeline(Enum):
    """What a pipeline runs for."""

    BRANCH = "branch"
    TAG = "tag"
    MERGE_REQUEST = "merge request"


@dataclass(frozen=True)
class Job:
    """The facts about a job that decide which variables it sees.

    Attributes:
        project: the full path of the project that the pipeline runs in; for a fork's merge request usually the fork.
        ref: branch or tag; for a merge request its source branch.
        target: the target branch of a merge request.
        protected_refs: names and patterns of protected branches; for a tag, of protected tags.
        environment: its name with variables resolved; None for a job without an environment.
        protected_merge_requests: the project lets merge requests between two protected branches see protected
            variables: `protect_merge_request_pipelines`, on for projects made since GitLab 18.1.
    """

    project: str
    ref: str
    pipeline: Pipeline = Pipeline.BRANCH
    target: str = ""
    protected_refs: Collection[str] = ()
    environment: str | None = None
    protected_merge_requests: bool = False

    @property
    def is_protected(self) -> bool:
        """Whether the job sees protected variables."""
        if self.pipeline is Pipeline.MERGE_REQUEST:
            both = self._protects(self.ref) and self._protects(self.target)
            return both and self.protected_merge_requests
        return self._protects(self.ref)

    def _protects(self, ref: str) -> bool:
        return any(scope_matches(pattern, ref) for pattern in self.protected_refs)


@dataclass(frozen=True)
class View:
    """What a job sees for one key.

    Attributes:
        seen: the variable whose value the job gets; None when it gets none.
        others: every other variable with the key, each with the reason, worded to follow its name.
    """

    seen: ListedVariable | None
    others: tuple[tuple[ListedVariable, str], ...]


def job_view(key: str, job: Job, variables: Sequence[ListedVariable]) -> View:
    """Decides which variable the job sees under the key, and why it does not see the others."""
    candidates = [variable for variable in variables if variable.key == key]
    out = {id(variable): reason for variable in candidates if (reason := _kept_out(variable, job))}
    reaching = [variable for variable in candidates if id(variable) not in out]
    if not reaching:
        return View(None, tuple((variable, out[id(variable)]) for variable in candidates))
    seen = max(reversed(reaching), key=lambda variable: _strength(variable, job))
    others = [(variable, out.get(id(variable)) or _beaten(variable, seen, job)) for variable in candidates]
    return View(seen, tuple((variable, reason) for variable, reason in others if variable is not seen))


def scope_matches(pattern: str, name: str) -> bool:
    """Whether a GitLab pattern matches a name: `*` matches any characters, nothing else is special."""
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    *middle, last = rest
    # Each part is searched once, from the left: a regular expression of thirty stars could take hours.
    at = len(first) if name.startswith(first) else -1
    for part in middle:
        found = name.find(part, at) if at >= 0 else -1
        at = found + len(part) if found >= 0 else -1
    return 0 <= at <= len(name) - len(last) and name.endswith(last)


def _kept_out(variable: ListedVariable, job: Job) -> str:
    """Why the job cannot see a variable at all; empty when it can."""
    if variable.level is Level.PROJECT and variable.owner.lower() != job.project.lower():
        return f"belongs to another project than {job.project}"
    if variable.level is Level.GROUP and not is_above(variable.owner, job.project):
        return f"belongs to a group that {job.project} is not in"
    if variable.protected and not job.is_protected:
        return f"is protected, and {_unprotected(job)}"
    if variable.environment_scope != "*":
        if job.environment is None:
            return f"is for the environment {variable.environment_scope}, and the job has none"
        if not scope_matches(variable.environment_scope, job.environment):
            return f"is for the environment {variable.environment_scope}, and the job's is {job.environment}"
    return ""


def _unprotected(job: Job) -> str:
    if job.pipeline is Pipeline.MERGE_REQUEST:
        return (
            "the pipeline of a merge request sees protected variables only between two protected branches, where the "
            "project allows it"
        )
    return f"the {job.pipeline.value} {job.ref} is not"


def _strength(variable: ListedVariable, job: Job) -> tuple[int, int, int]:
    depth = variable.owner.count("/") if variable.level is Level.GROUP else 0
    exact = variable.environment_scope == job.environment
    return variable.level.rank, depth, 0 if variable.environment_scope == "*" else 2 if exact else 1


def _beaten(variable: ListedVariable, seen: ListedVariable, job: Job) -> str:
    mine, theirs = _strength(variable, job), _strength(seen, job)
    if mine == theirs:
        return f"matches as well as {seen.name}: GitLab does not say which of two patterns wins"
    if mine[:2] == theirs[:2]:
        return f"has a wider environment scope than {seen.name}"
    if variable.level is seen.level:
        return f"is further away than {seen.name}: the closest group wins"
    return f"is hidden by {seen.name}: {seen.level.value} wins over {variable.level.value}"
