"""What a check reads of GitLab: owners, what lies below them, and their variables without the values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast
from urllib.parse import quote

from ..documents.listed_variable import Level, ListedVariable
from ..documents.plan import OwnerKind, Target
from ..rotation.http import Http, UnreachableError, ask_gitlab
from ..rotation.secret import Secret

_OK: Final = 200
_COLLECTION: Final = {Level.PROJECT: "projects", Level.GROUP: "groups"}
_LEVEL: Final = {OwnerKind.PROJECT: Level.PROJECT, OwnerKind.GROUP: Level.GROUP}
_PAGE: Final = {"variables": 20}  # with values of 10,000 characters; a page stays below a mebibyte


class ReadError(Exception):
    """GitLab did not show what was asked for; the message names it and GitLab's status."""

    def __init__(self, what: str, status: int | None) -> None:
        super().__init__(f"GitLab answered {status} for {what}" if status else f"GitLab is unreachable for {what}")
        self.status = status


@dataclass
class Listing:
    """What was read.

    Attributes:
        targets: the targets whose owners were found, each with the path that its owner has now.
        variables: of the owners and of everything below them.
        environments: the names by project, for projects with a target of a narrower scope.
        unread: a line for each place that the token cannot read.
    """

    targets: list[Target] = field(default_factory=list[Target])
    variables: list[ListedVariable] = field(default_factory=list[ListedVariable])
    environments: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    unread: list[str] = field(default_factory=list[str])


class GitLabReader:
    """Reads with one token; it writes nothing, and keeps no value."""

    def __init__(self, url: str, token: Secret, http: Http) -> None:
        self._api = f"{url.rstrip('/')}/api/v4"
        self._token = token
        self._http = http

    def listing(self, targets: Sequence[Target]) -> Listing:
        """Everything that a search for shadows has to know of the targets."""
        found = Listing()
        seen: set[tuple[Level, str]] = set()
        for target in targets:
            level = _LEVEL[target.owner_kind]
            try:
                owner = self.one(f"{_COLLECTION[level]}/{quote(target.owner, safe='')}")
                path = str(owner.get("path_with_namespace") or owner.get("full_path"))
                places = [(level, path), *(self._below(path) if level is Level.GROUP else [])]
            except ReadError as error:
                found.unread.append(f"{target.name}: {error}")
                continue
            found.targets.append(replace(target, path=path))
            for place in places:
                if place not in seen:
                    seen.add(place)
                    self._read(place, found)
                if target.environment_scope != "*" and place[0] is Level.PROJECT:
                    self._read_environments(place[1], found)
        return found

    def variables(self, level: Level, path: str) -> list[ListedVariable]:
        """The variables of a project or group.

        Raises:
            ReadError: absent, or the token's role is too low.
        """
        rows = self._all(f"{_COLLECTION[level]}/{quote(path, safe='')}/variables")
        return [_listed(level, path, row) for row in rows]

    def may_list_variables(self, collection: str, owner: str) -> None:
        """Passes when the token may read, and by its role write, the owner's variables.

        Raises:
            ReadError: it may not.
        """
        self._get(f"{collection}/{quote(owner, safe='')}/variables?per_page=1")

    def one(self, path: str) -> dict[str, Any]:
        """One object, such as `projects/7` or `personal_access_tokens/self`.

        Raises:
            ReadError: GitLab does not show it.
        """
        document, _ = self._get(path)
        if not isinstance(document, dict):
            raise ReadError(path, _OK)
        return cast("dict[str, Any]", document)

    def _below(self, group: str) -> list[tuple[Level, str]]:
        own = f"groups/{quote(group, safe='')}"
        groups = [(Level.GROUP, str(row["full_path"])) for row in self._all(f"{own}/descendant_groups")]
        projects = self._all(f"{own}/projects", "&include_subgroups=true&archived=false")
        return [*groups, *((Level.PROJECT, str(row["path_with_namespace"])) for row in projects)]

    def _read(self, place: tuple[Level, str], found: Listing) -> None:
        level, path = place
        try:
            found.variables += self.variables(level, path)
        except ReadError as error:
            found.unread.append(f"{level.value} {path}: {error}")

    def _read_environments(self, project: str, found: Listing) -> None:
        if project in found.environments:
            return
        try:
            rows = list(self._all(f"projects/{quote(project, safe='')}/environments"))
        except ReadError as error:
            found.unread.append(f"environments of project {project}: {error}")
        else:
            found.environments[project] = [str(row["name"]) for row in rows]

    def _all(self, path: str, more: str = "") -> Iterator[dict[str, Any]]:
        page = "1"
        size = _PAGE.get(path.rpartition("/")[2], 100)
        while page:
            rows, page = self._get(f"{path}?per_page={size}&page={page}{more}")
            if not isinstance(rows, list):
                raise ReadError(path, _OK)
            yield from cast("list[dict[str, Any]]", rows)

    def _get(self, path: str) -> tuple[Any, str]:
        """The answer's JSON, and the number of the next page, empty after the last."""
        what = path.partition("?")[0]
        try:
            response = ask_gitlab(self._http, self._token, "GET", f"{self._api}/{path}")
        except UnreachableError:
            raise ReadError(what, None) from None
        if response.status != _OK:
            raise ReadError(what, response.status)
        return response.json(), response.headers.get("X-Next-Page", "")


def _listed(level: Level, path: str, row: dict[str, Any]) -> ListedVariable:
    return ListedVariable(
        level=level,
        owner=path,
        key=str(row["key"]),
        environment_scope=str(row.get("environment_scope") or "*"),
        variable_type=str(row["variable_type"]),
        protected=bool(row["protected"]),
        masked=bool(row["masked"]),
        hidden=bool(row.get("hidden")),
        raw=bool(row.get("raw")),
        description=row.get("description"),
    )
