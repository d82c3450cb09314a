"""Groups and projects: one tree of paths, with ids that survive a rename."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from .environments import Environment
from .notes import MergeRequest
from .schedules import Schedule
from .variables import Variable


@dataclass(eq=False)
class Owner:
    """A group or a project: what has variables, members and a path."""

    id: int
    path: str
    archived: bool = False
    variables: list[Variable] = field(default_factory=list[Variable])

    @property
    def kind(self) -> str:
        return type(self).__name__.lower()

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def parent_path(self) -> str:
        return self.path.rpartition("/")[0]


@dataclass(eq=False)
class Group(Owner):
    pass


@dataclass(eq=False)
class Instance(Owner):
    """GitLab itself, which has variables too."""


@dataclass(eq=False)
class Project(Owner):
    default_branch: str = "main"
    protected_branches: list[str] = field(default_factory=list[str])
    protected_tags: list[str] = field(default_factory=list[str])
    merge_requests: dict[int, MergeRequest] = field(default_factory=dict[int, MergeRequest])
    schedules: dict[int, Schedule] = field(default_factory=dict[int, Schedule])
    environments: list[Environment] = field(default_factory=list[Environment])

    def protects(self, ref: str, ref_type: str) -> bool:
        """Whether a branch or tag is protected. A `*` in a protected name spans slashes too."""
        names = self.protected_branches if ref_type == "branch" else self.protected_tags
        return any(fnmatchcase(ref, name.replace("[", "[[]").replace("?", "[?]")) for name in names)


class Store:
    """Finds by id or path; paths compare without case, as GitLab's routes do."""

    def __init__(self) -> None:
        self.instance = Instance(0, "instance")
        self.groups: dict[int, Group] = {}
        self.projects: dict[int, Project] = {}
        self._paths: dict[str, Owner] = {}
        self._moved: dict[str, int] = {}
        self._deleted: dict[str, list[Owner]] = {}
        # Far apart, so that an id of the wrong kind finds nothing; and high, so that ids a stack file names are free.
        self._group_ids = itertools.count(90_000_001)
        self._project_ids = itertools.count(70_000_001)

    def create_group(self, path: str, group_id: int | None = None) -> Group:
        self._make_room(path)
        group = Group(_new_id(group_id, self._group_ids, self.groups), path)
        self.groups[group.id] = self._paths[path.lower()] = group
        return group

    def create_project(self, path: str, project_id: int | None = None) -> Project:
        if "/" not in path:
            raise ValueError(f"full_path: got {path!r}; a project lies in a group, write group/{path}")
        self._make_room(path)
        project = Project(_new_id(project_id, self._project_ids, self.projects), path)
        self.projects[project.id] = self._paths[path.lower()] = project
        self._moved.pop(path.lower(), None)
        return project

    def group(self, key: str) -> Group | None:
        found = self.groups.get(int(key)) if key.isdecimal() else self._paths.get(key.lower())
        return found if isinstance(found, Group) else None

    def project(self, key: str) -> Project | None:
        """By id or path; an old path still finds the project, and the caller sees that `path` differs."""
        if key.isdecimal():
            return self.projects.get(int(key))
        found = self._paths.get(key.lower())
        return found if isinstance(found, Project) else self.projects.get(self._moved.get(key.lower(), 0))

    def at(self, path: str) -> Owner:
        """The group or project of a path; a group of that name takes precedence over the instance."""
        found = self._paths.get(path.lower()) or (self.instance if path == self.instance.path else None)
        if found is None:
            raise ValueError(f"path: there is no group or project {path!r}; create it first")
        return found

    def ancestors(self, owner: Owner) -> Iterator[Group]:
        """From the nearest group to the top one."""
        path = owner.parent_path
        while path:
            group = self.group(path)
            if group is not None:
                yield group
            path = path.rpartition("/")[0]

    def archived(self, owner: Owner) -> bool:
        return owner.archived or any(group.archived for group in self.ancestors(owner))

    def below(self, owner: Owner) -> list[Owner]:
        prefix = owner.path.lower() + "/"
        return [each for path, each in self._paths.items() if path.startswith(prefix)]

    def rename(self, path: str, new_path: str) -> None:
        """Ids stay; a project's old path keeps leading to it, a group's does not."""
        owner = self.at(path)
        self._make_room(new_path)
        for each, old in [(each, each.path) for each in (owner, *self.below(owner))]:
            del self._paths[old.lower()]
            each.path = new_path + old[len(path) :]
            self._paths[each.path.lower()] = each
            if isinstance(each, Project):
                self._moved[old.lower()] = each.id
                self._moved.pop(each.path.lower(), None)

    def delete(self, path: str) -> list[Owner]:
        """Removes it and everything below it, and returns what was removed."""
        owner = self.at(path)
        gone = [owner, *self.below(owner)]
        for each in gone:
            del self._paths[each.path.lower()]
            (self.projects if isinstance(each, Project) else self.groups).pop(each.id)
        self._deleted[path.lower()] = gone
        return gone

    def restore(self, path: str) -> list[Owner]:
        """Brings back, and returns, what a deletion removed, with ids, members and variables."""
        gone = self._deleted.pop(path.lower(), None)
        if gone is None:
            raise ValueError(f"path: no group or project {path!r} was deleted; delete it first")
        self._make_room(path)
        for each in gone:
            self._paths[each.path.lower()] = each
            if isinstance(each, Project):
                self.projects[each.id] = each
            elif isinstance(each, Group):
                self.groups[each.id] = each
        return gone

    def _make_room(self, path: str) -> None:
        if path.lower() in self._paths:
            raise ValueError(f"full_path: {path!r} is taken; choose another")
        parent = path.rpartition("/")[0]
        if parent and parent.lower() not in self._paths:
            self.create_group(parent)


def _new_id(wanted: int | None, ids: Iterator[int], taken: "dict[int, Group] | dict[int, Project]") -> int:
    if wanted is None:
        return next(each for each in ids if each not in taken)
    if wanted in taken:
        raise ValueError(f"id: {wanted} is taken; choose another")
    return wanted
