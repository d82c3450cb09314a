"""The runner's part of `access: job-secret`: a job's token opens its role, the role its secret, and no other one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from components import Access
from components.names.naming import Names

from . import id_tokens, sessions
from .accesses import access_of
from .attempt import Attempt
from .consumers import Consumer, names_of
from .world import World

_STRANGER: Final = "other-group/no-reader"
_UNPROTECTED: Final = "not-protected"


@dataclass(frozen=True)
class Fetch(Attempt):
    """One attempt: expected from the declaration, actual from STS and Secrets Manager."""

    consumer: str
    secret: str
    job: str
    expected: str
    actual: str
    reason: str

    @property
    def action(self) -> str:
        """Who tried what, in words."""
        return f"{self.consumer} reading {self.secret} from {self.job}"


def fetched(world: World, declaration: Mapping[str, Any], consumer: Consumer) -> str:
    """The `DOCKER_AUTH_CONFIG` that an allowed job of the consumer gets, fetched as its runner fetches it.

    Raises:
        ClientError: STS or Secrets Manager refuses.
    """
    kind, ref = id_tokens.protected_ref(world, consumer.path, declaration["consumers"][consumer.path])
    aud = id_tokens.aud_of(declaration)
    token = world.gitlab.issue_id_token(consumer.path, aud=aud, ref=ref, ref_type=kind)
    return _read(world, names_of(declaration).secret_role_arn(consumer.path), consumer.secret, token)


def fetch_all(world: World, declaration: Mapping[str, Any], consumers: Sequence[Consumer]) -> list[Fetch]:
    """Jobs that may read their login, and jobs that may not: of another project or ref, with another `aud`."""
    readers = [consumer for consumer in consumers if consumer.secret]
    if readers and world.gitlab.kind_of(_STRANGER) is None:
        world.gitlab.create_project(_STRANGER)
    return [found for consumer in readers for found in _attempts(world, declaration, consumer, readers)]


def _attempts(
    world: World, declaration: Mapping[str, Any], consumer: Consumer, readers: Sequence[Consumer]
) -> Iterator[Fetch]:
    options, names = declaration["consumers"][consumer.path], names_of(declaration)
    role, own, aud = names.secret_role_arn(consumer.path), consumer.secret, id_tokens.aud_of(declaration)
    kind, ref = id_tokens.protected_ref(world, consumer.path, options)
    any_ref = "allowed" if options.get("unprotected_refs") and not _named(options) else "denied"
    jobs = [
        (f"protected {kind} {ref}", consumer.path, aud, ref, own, "allowed"),
        ("unprotected branch", consumer.path, aud, _UNPROTECTED, own, any_ref),
        ("another project", _STRANGER, aud, ref, own, "denied"),
        ("another aud", consumer.path, "https://other.example", ref, own, "denied"),
        *(
            (f"protected {kind} {ref}", consumer.path, aud, ref, other, "denied")
            for other in _others(declaration, names, consumer, readers)
        ),
    ]
    for job, project, aud_of_job, on, secret, expected in jobs:
        ref_type = kind if on == ref else "branch"
        token = world.gitlab.issue_id_token(project, aud=aud_of_job, ref=on, ref_type=ref_type)
        try:
            _read(world, role, secret, token)
            actual, reason = "allowed", ""
        except ClientError as error:
            answer: dict[str, Any] = error.response
            code = str(answer.get("Error", {}).get("Code", ""))
            actual, reason = ("denied" if "AccessDenied" in code else "failed"), str(error)
        yield Fetch(consumer.path, secret, job, expected, actual, reason)


def _others(
    declaration: Mapping[str, Any], names: Names, consumer: Consumer, readers: Sequence[Consumer]
) -> Iterator[str]:
    """Secrets that are not the consumer's: another one's, and the GitLab token's where there is one."""
    yield from [other.secret for other in readers if other is not consumer][:1]
    if any(access_of(each) is Access.ROTATED_VARIABLE for each in declaration["consumers"].values()):
        yield names.gitlab_token_secret


def _named(options: Mapping[str, Any]) -> bool:
    """Whether only refs with certain names may read. If the consumer pushes, the names are of the refs that push."""
    return bool(options.get("branches") or options.get("tags")) and not options.get("push")


def _read(world: World, role: str, secret: str, token: str) -> str:
    keys = sessions.of_job(world, role, token)
    with world.cloud.client_of("secretsmanager", keys) as secrets:
        return str(secrets.get_secret_value(SecretId=secret)["SecretString"])
