"""The emulator as tests and the rehearsal use it: start, seed, look inside, break, stop."""

import socket
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any, Self

from . import environments, variables
from .call import State
from .cron import next_run
from .faults import Fault
from .granular import SCOPE, grant
from .job_control import JobControl
from .notes import MergeRequest
from .oidc import Job
from .params import day
from .server import Event, Server
from .store import Group, Owner, Project
from .tokens import MAINTAINER, OWNER


def _utc_now() -> datetime:
    return datetime.now(UTC)


class GitLab(AbstractContextManager["GitLab"]):
    """GitLab's REST API v4 on a free port of loopback, as far as this project uses it.

    Attributes:
        jobs: those that its runners take.
    """

    def __init__(self, state: State, server: Server) -> None:
        self._state = state
        self._server = server
        self.jobs = JobControl(state)

    @classmethod
    def start(
        cls,
        now: Callable[[], datetime] = _utc_now,
        ssl_context: ssl.SSLContext | None = None,
        latency: float = 0.0,
        *,
        premium: bool = True,
    ) -> Self:
        """`latency` is slept per request; without `premium`, group variables have no environment scope."""
        state = State(now, premium)
        server = Server(state, ssl_context, latency)
        server.start()
        return cls(state, server)

    def stop(self) -> None:
        self._server.stop()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it listens on this machine."""
        return self._server.url

    @property
    def known_as(self) -> str:
        """The URL that its answers and JWTs name."""
        return self._state.url

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def take_over(self, connection: socket.socket, address: Any) -> None:
        """Serve a client's connection, which a proxy accepted."""
        self._server.process_request_thread(connection, address)

    def serve_as(self, url: str, ssl_context: ssl.SSLContext) -> None:
        """Be known as `url`: answer in TLS too, on the same port, and name that URL in answers and JWTs."""
        self._server.serve_as(url, ssl_context)

    @property
    def events(self) -> list[Event]:
        return list(self._server.events)

    @property
    def requests_seen(self) -> int:
        """How many requests there were until now."""
        return len(self._server.events)

    def inject(self, fault: Fault) -> Fault:
        self._server.faults.add(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        self._server.faults.remove(fault)

    def hold_runners(self, seconds: float) -> None:
        """How long a runner's request waits for a job: 50 seconds by default."""
        self._state.long_poll = seconds

    def gather_logs_in_pieces(self) -> None:
        """The first report of a job's end is accepted; the job ends when its runner reports it again."""
        self._state.live_traces = True

    def limit_rate(self, per_minute: int | None) -> None:
        """Requests allowed per token and minute; None lifts the limit."""
        self._server.limiter.per_minute = per_minute

    def limit_values(self, longest: int | None) -> None:
        """How many characters of a project's or group's variable it holds, as older instances do; None for any."""
        self._state.value_limit = longest

    def create_group(self, full_path: str, id: int | None = None) -> int:  # noqa: A002 - GitLab's word
        with self._state.lock:
            return self._state.store.create_group(full_path, id).id

    def create_project(self, full_path: str, id: int | None = None) -> int:  # noqa: A002 - GitLab's word
        with self._state.lock:
            return self._state.store.create_project(full_path, id).id

    def create_merge_request(self, project: str, iid: int) -> None:
        with self._state.lock:
            self._project(project).merge_requests[iid] = MergeRequest(iid)

    def create_environment(self, project: str, name: str) -> None:
        with self._state.lock:
            environments.create(self._project(project).environments, self._state.now(), name)

    def create_token(
        self,
        name: str,
        scopes: list[str],
        *,
        user: str | None = None,
        group: str | None = None,
        project: str | None = None,
        access_level: int | None = None,
        expires_at: date | str | None = None,
    ) -> str:
        """With `user` a personal token (`root` is the administrator), else the project's or group's access token.

        A personal token with `group` or `project` makes its user a member there. The access level defaults to
        Maintainer (40) on a project and Owner (50) on a group.
        """
        with self._state.lock:
            tokens, owner = self._state.tokens, self._member_of(group, project)
            level = access_level or (OWNER if group else MAINTAINER)
            expiry = day(expires_at) if isinstance(expires_at, str) else expires_at
            if user is not None:
                person = tokens.user(user)
                if owner is not None:
                    person.memberships[owner.kind, owner.id] = level
                return tokens.create(name, scopes, person, expires_at=expiry).secret
            if owner is None:
                raise ValueError(
                    f"create_token({name!r}): give user, group or project; user='root' is the administrator"
                )
            bot = tokens.bot(owner, level)
            return tokens.create(name, scopes, bot, owner=owner, access_level=level, expires_at=expiry).secret

    def create_fine_grained_token(
        self, name: str, user: str, permissions: list[str], owners: list[str], expires_at: date | None = None
    ) -> str:
        """A personal token that may do these things, by GitLab's names, on these groups and projects."""
        with self._state.lock:
            tokens, may = self._state.tokens, grant(permissions, owners)
            return tokens.create(name, [SCOPE], tokens.user(user), expires_at=expires_at, grant=may).secret

    def add_member(self, user: str, path: str, access_level: int) -> None:
        """Makes a user a member of a group or project, and so of all below it."""
        with self._state.lock:
            owner = self._state.store.at(path)
            self._state.tokens.user(user).memberships[owner.kind, owner.id] = access_level

    def make_administrator(self, user: str, *, administrator: bool = True) -> None:
        """Makes a user an administrator of the instance, or a normal user again."""
        with self._state.lock:
            self._state.tokens.user(user).admin = administrator

    def revoke_token(self, name: str) -> None:
        """Revokes every token of this name."""
        with self._state.lock:
            for token in self._state.tokens.all:
                token.revoked = token.revoked or token.name == name

    def set_variable(self, owner_kind: str, owner_path: str, key: str, value: str, **flags: Any) -> None:
        """Creates or replaces one, under the model's rules; `flags` are the API's, `masked_and_hidden` among them."""
        with self._state.lock:
            owner = self._owner(owner_kind, owner_path)
            scope = flags.get("environment_scope", "*")
            rows = [row for row in owner.variables if (row.key, row.environment_scope) != (key, scope)]
            variables.create(owner.kind, rows, {"key": key, "value": value, **flags})
            owner.variables = rows

    def variable(
        self, owner_kind: str, owner_path: str, key: str, environment_scope: str = "*"
    ) -> dict[str, Any] | None:
        """The stored record, a hidden value included."""
        with self._state.lock:
            row = variables.find(self._owner(owner_kind, owner_path).variables, key, environment_scope)
            return {**vars(row)} if row else None

    def kind_of(self, path: str) -> str | None:
        """`group`, `project`, or None where nothing is."""
        with self._state.lock:
            found = self._state.store.group(path) or self._state.store.project(path)
            return found.kind if found else None

    def archive(self, path: str) -> None:
        with self._state.lock:
            self._state.store.at(path).archived = True

    def rename(self, path: str, new_path: str) -> None:
        with self._state.lock:
            self._state.store.rename(path, new_path)

    def delete(self, path: str) -> None:
        """A deleted project or group takes its access tokens and runners with it."""
        with self._state.lock:
            for owner in self._state.store.delete(path):
                self._state.tokens.forget(owner)
                self._state.runners.forget(owner)

    def restore(self, path: str) -> None:
        """Brings a deleted project or group back, as an administrator may for some days; its tokens stay gone."""
        with self._state.lock:
            for owner in self._state.store.restore(path):
                self._state.runners.remember(owner)

    def protect_branch(self, path: str, name: str) -> None:
        with self._state.lock:
            self._project(path).protected_branches.append(name)

    def protected_branches(self, path: str) -> list[str]:
        with self._state.lock:
            return list(self._project(path).protected_branches)

    def next_run(self, project: str, schedule: int, after: datetime) -> datetime:
        """When a pipeline schedule is due; nothing here runs it."""
        with self._state.lock:
            found = self._project(project).schedules[schedule]
            return next_run(found.cron, after, found.cron_timezone)

    def protect_tag(self, path: str, name: str) -> None:
        with self._state.lock:
            self._project(path).protected_tags.append(name)

    def issue_id_token(self, project: str, *, aud: str | list[str], ref: str = "main", **job: Any) -> str:
        """The JWT a job of this project gets from `id_tokens`; `job` holds the other fields of `oidc.Job`."""
        with self._state.lock:
            found = self._project(project)
            namespace = next(self._state.store.ancestors(found))
            user = self._state.tokens.user("root")
            return self._state.issuer.issue(
                Job(aud, ref, **job), found, namespace, user, url=self._state.url, now=self._state.now()
            )

    def _owner(self, kind: str, path: str) -> Owner:
        owner = self._state.store.at(path)
        if owner.kind != kind:
            raise ValueError(f"owner_kind: got {kind!r} for {path!r}; write {owner.kind!r}")
        return owner

    def _project(self, path: str) -> Project:
        owner = self._owner("project", path)
        assert isinstance(owner, Project)  # noqa: S101 - its kind says so
        return owner

    def _member_of(self, group: str | None, project: str | None) -> Owner | None:
        if group is not None and project is not None:
            raise ValueError("create_token: give one of group and project; a token belongs to one of them")
        if group is not None:
            owner = self._owner("group", group)
            assert isinstance(owner, Group)  # noqa: S101 - its kind says so
            return owner
        return self._owner("project", project) if project is not None else None
