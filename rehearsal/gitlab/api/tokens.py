"""Personal, project and group access tokens."""

from http import HTTPStatus
from typing import Any

from rehearsal.gitlab.call import Call
from rehearsal.gitlab.messages import Reply, bad_request, json_reply, no_content, not_allowed, not_found, unauthorized
from rehearsal.gitlab.params import Field, day, number, text, words
from rehearsal.gitlab.router import ANY, READ, WRITE, route
from rehearsal.gitlab.store import Owner
from rehearsal.gitlab.tokens import MAINTAINER, OWNER, Token

_SELF_ROTATE = ("api", "self_rotate")
_SCOPES = ("api", "read_api", "self_rotate", "create_runner", "read_registry", "read_repository", "manage_runner")


def _document(call: Call, token: Token) -> dict[str, Any]:
    return token.document(call.state.now())


def _with_secret(call: Call, token: Token) -> dict[str, Any]:
    return _document(call, token) | {"token": token.secret}


def _rotate(call: Call, token: Token) -> Reply:
    expires_at = call.declared(Field("expires_at", day)).get("expires_at")
    return json_reply(_with_secret(call, call.state.tokens.rotate(token, expires_at)))


@route("GET", "/personal_access_tokens/self", ANY)
def _show_self(call: Call) -> Reply:
    return json_reply(_document(call, call.token))


@route("DELETE", "/personal_access_tokens/self", ANY)
def _revoke_self(call: Call) -> Reply:
    call.token.revoked = True
    return no_content()


@route("POST", "/personal_access_tokens/self/rotate", _SELF_ROTATE)
def _rotate_self(call: Call) -> Reply:
    return _rotate(call, call.token)


@route("GET", "/personal_access_tokens", READ)
def _list_personal(call: Call) -> Reply:
    return call.page([_document(call, token) for token in call.state.tokens.all if _may_touch(call, token)])


@route("GET", "/personal_access_tokens/:token_id", READ)
def _show_personal(call: Call) -> Reply:
    return json_reply(_document(call, _personal(call)))


@route("DELETE", "/personal_access_tokens/:token_id", WRITE)
def _revoke_personal(call: Call) -> Reply:
    _personal(call).revoked = True
    return no_content()


@route("POST", "/personal_access_tokens/:token_id/rotate", WRITE)
def _rotate_personal(call: Call) -> Reply:
    return _rotate(call, _personal(call))


def _may_touch(call: Call, token: Token) -> bool:
    return call.user.admin or token.user is call.user


def _personal(call: Call) -> Token:
    """The token, if the caller may use it here. Only administrators learn that a token does not exist."""
    found = next((each for each in call.state.tokens.all if str(each.id) == call.values["token_id"]), None)
    if found is not None and _may_touch(call, found):
        return found
    raise not_found() if call.user.admin else unauthorized()


def _owner(call: Call, level: int) -> Owner:
    return call.project(level) if call.request.segments[0] == "projects" else call.group(level)


def _manager(call: Call) -> Owner:
    """The project or group, if the caller may manage its tokens; a bot never may."""
    owner = _owner(call, level=1)
    level = MAINTAINER if owner.kind == "project" else OWNER
    if call.user.bot or call.state.level(call.user, owner) < level:
        raise unauthorized()
    return owner


def _of_owner(call: Call, owner: Owner) -> list[Token]:
    return [token for token in call.state.tokens.all if token.owner is owner]


def _one(call: Call, owner: Owner) -> Token:
    found = next((each for each in _of_owner(call, owner) if str(each.id) == call.values["token_id"]), None)
    if found is None:
        raise not_found(f"{owner.kind} Access Token")
    return found


def _list(call: Call) -> Reply:
    return call.page([_document(call, token) for token in _of_owner(call, _manager(call))])


def _show(call: Call) -> Reply:
    return json_reply(_document(call, _one(call, _manager(call))))


def _revoke(call: Call) -> Reply:
    _one(call, _manager(call)).revoked = True
    return no_content()


def _create(call: Call) -> Reply:
    owner = _owner(call, level=1)
    given = call.declared(
        Field("name", text, required=True),
        Field("scopes", words, required=True, values=_SCOPES),
        Field("expires_at", day, required=True),
        Field("access_level", number),
    )
    level = given.get("access_level") or MAINTAINER
    least = MAINTAINER if owner.kind == "project" else OWNER
    own_level = call.state.level(call.user, owner)
    if call.user.bot or own_level < least or call.state.store.archived(owner):
        raise bad_request(f"User does not have permission to create {owner.kind} access token")
    if level > own_level:
        raise bad_request("Access level of the token contains permissions not held by the creating user")
    tokens = call.state.tokens
    tokens.check_life(given["expires_at"])
    bot = tokens.bot(owner, level)
    token = tokens.create(
        given["name"], given["scopes"], bot, owner=owner, access_level=level, expires_at=given["expires_at"]
    )
    return json_reply(_with_secret(call, token), HTTPStatus.CREATED)


def _rotate_own(call: Call) -> Reply:
    owner = _owner(call, level=1)
    if call.token.owner is not owner:
        raise not_allowed()
    return _rotate(call, call.token)


def _rotate_one(call: Call) -> Reply:
    owner = _manager(call)
    found = next((each for each in _of_owner(call, owner) if str(each.id) == call.values["token_id"]), None)
    if found is None:
        raise not_found() if call.user.admin else unauthorized()
    return _rotate(call, found)


for _kind in ("projects", "groups"):
    route("POST", f"/{_kind}/:id/access_tokens/self/rotate", _SELF_ROTATE)(_rotate_own)
    route("GET", f"/{_kind}/:id/access_tokens", READ)(_list)
    route("POST", f"/{_kind}/:id/access_tokens", WRITE)(_create)
    route("GET", f"/{_kind}/:id/access_tokens/:token_id", READ)(_show)
    route("DELETE", f"/{_kind}/:id/access_tokens/:token_id", WRITE)(_revoke)
    route("POST", f"/{_kind}/:id/access_tokens/:token_id/rotate", WRITE)(_rotate_one)
