"""Version, the user behind a token, groups and projects."""

import math
from collections.abc import Sequence
from typing import Any

from rehearsal.gitlab.call import Call
from rehearsal.gitlab.messages import Reply, json_reply
from rehearsal.gitlab.pagination import keyset
from rehearsal.gitlab.params import Field, flag, number, text
from rehearsal.gitlab.router import READ, route
from rehearsal.gitlab.store import Group, Owner, Project
from rehearsal.gitlab.tokens import GUEST

_VERSION = {"version": "19.4.0-ee", "revision": "fake0000", "enterprise": True}
_NO_KAS = {"enabled": False, "externalUrl": None, "externalK8sProxyUrl": None, "version": None}


@route("GET", "/version", (*READ, "read_user"))
def _version(_call: Call) -> Reply:
    return json_reply(_VERSION)


@route("GET", "/metadata", (*READ, "read_user"))
def _metadata(_call: Call) -> Reply:
    """The version and more. A token with scope `read_user` is enough."""
    return json_reply(_VERSION | {"kas": _NO_KAS})


@route("GET", "/user", (*READ, "read_user"))
def _user(call: Call) -> Reply:
    shown = call.user.brief() | {"bot": call.user.bot, "web_url": f"{call.state.url}/{call.user.username}"}
    return json_reply(shown | ({"is_admin": True} if call.user.admin else {}))


@route("GET", "/projects", READ)
def _projects(call: Call) -> Reply:
    return _list_projects(call, list(call.state.store.projects.values()))


@route("GET", "/projects/:id", READ)
def _project(call: Call) -> Reply:
    return json_reply(_project_document(call, call.project(GUEST)))


@route("GET", "/groups", READ)
def _groups(call: Call) -> Reply:
    return _list_groups(call, list(call.state.store.groups.values()))


@route("GET", "/groups/:id", READ)
def _group(call: Call) -> Reply:
    return json_reply(_group_document(call, call.group(0)))


@route("GET", "/groups/:id/projects", READ)
def _group_projects(call: Call) -> Reply:
    group = call.group(0)
    deep = call.declared(Field("include_subgroups", flag)).get("include_subgroups")
    below = [each for each in call.state.store.below(group) if isinstance(each, Project)]
    return _list_projects(call, [each for each in below if deep or _directly(each, group)])


@route("GET", "/groups/:id/subgroups", READ)
def _subgroups(call: Call) -> Reply:
    group = call.group(0)
    below = call.state.store.below(group)
    return _list_groups(call, [each for each in below if isinstance(each, Group) and _directly(each, group)])


@route("GET", "/groups/:id/descendant_groups", READ)
def _descendant_groups(call: Call) -> Reply:
    return _list_groups(call, [each for each in call.state.store.below(call.group(0)) if isinstance(each, Group)])


def _directly(owner: Owner, group: Group) -> bool:
    return owner.parent_path.lower() == group.path.lower()


def _list_projects(call: Call, projects: Sequence[Project]) -> Reply:
    asked = call.declared(
        Field("membership", flag),
        Field("archived", flag),
        Field("search", text),
        Field("min_access_level", number),
        Field("id_before", number),
    )
    state = call.state

    def wanted(project: Project) -> bool:
        owners = [(each.kind, each.id) for each in (project, *state.store.ancestors(project))]
        return (
            state.level(call.user, project) >= max(asked.get("min_access_level") or 0, GUEST)
            and (not asked.get("membership") or any(each in call.user.memberships for each in owners))
            and asked.get("archived") in (None, state.store.archived(project))
            and (asked.get("search") or "").lower() in project.name.lower()
            and project.id < (asked.get("id_before") or math.inf)
        )

    # GitLab's default order is by creation, newest first; ids follow it.
    ordered = sorted(filter(wanted, projects), key=lambda project: project.id, reverse=True)
    shown = [_project_document(call, project) for project in ordered]
    by_keyset = call.request.params.get("pagination") == "keyset" and call.request.params.get("order_by") == "id"
    return keyset(call.request, call.state.url, shown) if by_keyset else call.page(shown)


def _list_groups(call: Call, groups: Sequence[Group]) -> Reply:
    search = call.declared(Field("search", text)).get("search") or ""
    seen = [each for each in groups if call.state.sees(call.user, each) and search.lower() in each.name.lower()]
    return call.page([_group_document(call, each) for each in sorted(seen, key=lambda group: group.name.lower())])


def _parent(call: Call, owner: Owner) -> Group | None:
    return next(call.state.store.ancestors(owner), None)


def _project_document(call: Call, project: Project) -> dict[str, Any]:
    parent = next(call.state.store.ancestors(project))
    own = call.user.memberships.get(("project", project.id))
    inherited = [call.user.memberships.get(("group", group.id), 0) for group in call.state.store.ancestors(project)]
    above = max(inherited, default=0)
    return {
        "id": project.id,
        "description": None,
        "name": project.name,
        "name_with_namespace": project.path.replace("/", " / "),
        "path": project.name,
        "path_with_namespace": project.path,
        "default_branch": project.default_branch,
        "web_url": f"{call.state.url}/{project.path}",
        "namespace": {
            "id": parent.id,
            "name": parent.name,
            "path": parent.name,
            "kind": "group",
            "full_path": parent.path,
            "parent_id": getattr(_parent(call, parent), "id", None),
        },
        "visibility": "private",
        "archived": call.state.store.archived(project),
        "ci_id_token_sub_claim_components": ["project_path", "ref_type", "ref"],
        "permissions": {
            "project_access": {"access_level": own, "notification_level": 3} if own else None,
            "group_access": {"access_level": above, "notification_level": 3} if above else None,
        },
    }


def _group_document(call: Call, group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "web_url": f"{call.state.url}/groups/{group.path}",
        "name": group.name,
        "path": group.name,
        "description": "",
        "visibility": "private",
        "full_name": group.path.replace("/", " / "),
        "full_path": group.path,
        "parent_id": getattr(_parent(call, group), "id", None),
        "archived": call.state.store.archived(group),
    }
