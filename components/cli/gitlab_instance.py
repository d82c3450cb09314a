"""What a GitLab's version means for a stack: whether it tells forks apart, and how long values may be."""

from dataclasses import dataclass
from typing import Any

from ..contract.plan import OwnerKind, Plan
from ..contract.sizes import NO_LIMIT, size_findings
from ..docker.redaction import redact
from ..names.gitlab_release import CONSEQUENCE, GITLAB_COM, SAFE_TEXT, release, tells_forks_apart
from ..names.spelling import in_stack_file
from .gitlab_api import GitLabApi, ReadError

Row = dict[str, Any]


@dataclass(frozen=True)
class Instance:
    """A GitLab instance and its version.

    Attributes:
        url: its URL.
        version: its version; empty for gitlab.com, which always has the newest, and if it could not be read.
        unread: why the version could not be read; empty otherwise.
    """

    url: str
    version: str
    unread: str = ""

    @classmethod
    def asked(cls, api: GitLabApi, url: str) -> "Instance":
        """Reads the instance's version, unless it is gitlab.com."""
        if url.rstrip("/") == GITLAB_COM:
            return cls(url, "")
        try:
            return cls(url, str(_version(api)))
        except ReadError as error:
            return cls(url, "", f"its version cannot be read: {error}")

    def rows(self, plan: Plan, *, trust_forks: bool) -> list[Row]:
        """A row for the instance, and one for each variable whose value may be too long for it."""
        if self.url.rstrip("/") == GITLAB_COM:
            return []
        return [self._row(trust_forks=trust_forks), *self._too_long(plan)]

    def _row(self, *, trust_forks: bool) -> Row:
        target = f"GitLab {self.url}"
        if self.unread:
            return {"target": target, "ok": trust_forks, "found": self.unread}
        if tells_forks_apart(self.version):
            return {"target": target, "ok": True, "found": f"version {self.version}"}
        old = f"{self._shown} is not {SAFE_TEXT} or later, and there {CONSEQUENCE}; update it"
        return {"target": target, "ok": trust_forks, "found": old}

    def _too_long(self, plan: Plan) -> list[Row]:
        known = release(self.version)
        if known is not None and known >= NO_LIMIT:
            return []
        doubtful = {finding.path: finding.message for finding in size_findings(plan)}
        return [
            {"target": target.name, "ok": False, "found": f"{self._shown}: {in_stack_file(doubtful[target.path])}"}
            for target in plan.targets
            if target.path in doubtful and target.owner_kind is not OwnerKind.INSTANCE
        ]

    @property
    def _shown(self) -> str:
        return f"version {redact(self.version)[:40]!r}" if self.version else "of an unknown version"


def _version(api: GitLabApi) -> Any:
    """The version that GitLab states. Before 15.2, GitLab has only the older endpoint."""
    try:
        return api.get("metadata").get("version")
    except ReadError as error:
        if not error.refused:
            raise
        return api.get("version").get("version")
