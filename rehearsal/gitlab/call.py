"""The context of a route's function: the state, the request, the caller, and what the caller may see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import Any, TypeVar

from . import granular
from .jobs import Jobs
from .messages import (
    ApiError,
    Reply,
    Request,
    forbidden,
    insufficient_scope,
    not_allowed,
    not_found,
)
from .oidc import Issuer
from .pagination import paginate
from .params import Field, declared
from .runners import Runners
from .store import Group, Owner, Project, Store
from .tokens import OWNER, Token, Tokens
from .users import User

_Found = TypeVar("_Found", bound=Owner)


@dataclass
class State:
    """Everything that the emulator knows. A request holds `lock` from its authentication to its reply.

    Attributes:
        value_limit: the most characters of a project's or group's variable; 10,000 in older instances.
        long_poll: seconds for which a runner's request is held while the queue does not change.
        live_traces: whether a runner has to send a job's last update twice, as on instances that store logs in pieces.
        flushed: the ids of the jobs whose last update has come once.
    """

    now: Callable[[], datetime]
    premium: bool
    url: str = ""
    value_limit: int | None = None
    store: Store = field(default_factory=Store)
    runners: Runners = field(default_factory=Runners)
    jobs: Jobs = field(default_factory=Jobs)
    issuer: Issuer = field(default_factory=Issuer)
    long_poll: float = 50.0
    live_traces: bool = False
    flushed: set[int] = field(default_factory=set[int])
    lock: RLock = field(default_factory=RLock)

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.now)

    def level(self, user: User, owner: Owner) -> int:
        """The highest role on it or on a group above it; 0 is none."""
        if user.admin:
            return OWNER
        owners = (owner, *self.store.ancestors(owner))
        return max(user.memberships.get((each.kind, each.id), 0) for each in owners)

    def sees(self, user: User, owner: Owner) -> bool:
        """A group is also seen by those who see a project in it."""
        return self.level(user, owner) > 0 or any(
            isinstance(each, Project) and self.level(user, each) > 0 for each in self.store.below(owner)
        )


@dataclass
class Call:
    """One request with its caller. `values` are the parts of the path that the route names."""

    state: State
    request: Request
    values: dict[str, str]
    _token: Token | None = None
    _acting_as: User | None = None

    @property
    def token(self) -> Token:
        assert self._token is not None, "a public route has no token"  # noqa: S101 - a mistake in the route table
        return self._token

    @property
    def user(self) -> User:
        return self._acting_as or self.token.user

    def authenticate(self, scopes: tuple[str, ...]) -> None:
        rotating = self.request.method == "POST" and self.request.segments[-1] == "rotate"
        self._token = self.state.tokens.authenticate(self._secret(), rotating=rotating)
        if self._token.grant is not None:
            wanted = granular.permission(self.request.method, self.request.segments)
            if wanted not in self._token.grant.permissions:
                raise granular.missing(wanted)
        elif scopes and not set(scopes) & set(self._token.scopes):
            raise insufficient_scope(scopes)
        if wanted := self.request.headers.get("Sudo") or self.request.params.get("sudo"):
            self._acting_as = self._sudo(self._token, str(wanted))

    def _sudo(self, token: Token, wanted: str) -> User:
        """An administrator acts as another user, with a token that was made for it."""
        if not token.user.admin:
            raise forbidden("Must be admin to use sudo")
        if "sudo" not in token.scopes:
            raise insufficient_scope(("sudo",))
        for user in self.state.tokens.users:
            if wanted in (user.username, str(user.id)):
                return user
        raise not_found(f"User with ID or username '{wanted}'")

    @property
    def token_name(self) -> str:
        return self._token.name if self._token else ""

    def project(self, level: int, *, writable: bool = False) -> Project:
        key = self.values["id"]
        project = self._visible(self.state.store.project(key), "Project")
        if not key.isdecimal() and key.lower() != project.path.lower():
            raise self._moved(project)
        return self._permitted(project, level, writable=writable)

    def group(self, level: int, *, writable: bool = False) -> Group:
        return self._permitted(
            self._visible(self.state.store.group(self.values["id"]), "Group"), level, writable=writable
        )

    def administrator(self) -> None:
        """Refuses everybody else."""
        if not self.user.admin:
            raise forbidden()

    def declared(self, *fields: Field) -> dict[str, Any]:
        return declared(self.request.params, *fields)

    def page(self, items: Sequence[Any]) -> Reply:
        return paginate(self.request, self.state.url, items)

    def _visible(self, owner: _Found | None, name: str) -> _Found:
        if owner is None or not self.state.sees(self.user, owner):
            raise not_found(name)
        return owner

    def _permitted(self, owner: _Found, level: int, *, writable: bool) -> _Found:
        if self._token is not None and self._token.grant is not None and not self._token.grant.covers(owner.path):
            raise granular.missing(granular.permission(self.request.method, self.request.segments), owner.path)
        if self.state.level(self.user, owner) < level or (writable and self.state.store.archived(owner)):
            raise forbidden()
        return owner

    def _moved(self, project: Project) -> ApiError:
        """A GET is sent on to the project's id; everything else is refused."""
        if self.request.method != "GET":
            return not_allowed("Non GET methods are not allowed for moved projects")
        raw = self.request.path.split("/")
        raw[raw.index("projects") + 1] = str(project.id)
        query = f"?{self.request.query}" if self.request.query else ""
        url = f"{self.state.url}{'/'.join(raw)}{query}"
        body = f"This resource has been moved permanently to {url}".encode()
        return ApiError(Reply(301, body, {"Location": url}))

    def _secret(self) -> str | None:
        headers = self.request.headers
        scheme, _, bearer = (headers.get("Authorization") or "").partition(" ")
        if scheme.lower() == "bearer":
            return bearer.strip()
        return headers.get("Private-Token") or self.request.params.get("private_token")
