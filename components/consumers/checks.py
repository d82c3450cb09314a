"""Checks consumers, and names the key of each mistake."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from ..arguments import numbers
from ..names.access import Access
from ..names.choices import choice
from ..names.gitlab_release import GITLAB_COM
from ..names.locations import Mistakes
from ..names.spelling import shown
from ..variables.targets import INSTANCE, OwnerKind, VariableType
from .args import ConsumerArgs
from .instance import check_instance

_WITH_LOGIN_VARIABLE: Final = frozenset(Access) - {Access.JOB_ROLE, Access.JOB_SECRET}
_WITH_DOCUMENT: Final = _WITH_LOGIN_VARIABLE - {Access.ACCESS_KEYS}
_BELONGS_TO: Final[Mapping[str, frozenset[Access]]] = {
    "pull": frozenset({Access.ROTATED_VARIABLE, Access.JOB_SECRET, Access.JOB_ROLE, Access.ACCESS_KEYS}),
    "registries": frozenset(Access) - {Access.STATIC, Access.CREDENTIALS_STORE},
    "host_forms": frozenset({Access.ROTATED_VARIABLE, Access.JOB_SECRET, Access.CREDENTIAL_HELPER}),
    "caches": frozenset({Access.ROTATED_VARIABLE, Access.JOB_SECRET, Access.JOB_ROLE}),
    "generation": frozenset({Access.ROTATED_VARIABLE, Access.JOB_SECRET}),
    "kms_key": frozenset({Access.JOB_SECRET}),
    "auths": frozenset({Access.STATIC}),
    "helper": frozenset({Access.CREDENTIAL_HELPER, Access.CREDENTIALS_STORE}),
    "variable_type": _WITH_DOCUMENT,
    "hidden": _WITH_LOGIN_VARIABLE,
    "protected": _WITH_LOGIN_VARIABLE,
    "environment_scopes": _WITH_LOGIN_VARIABLE,
    "unprotected_refs": frozenset({Access.JOB_ROLE, Access.JOB_SECRET}),
    "adopt": frozenset({Access.ROTATED_VARIABLE}),
    "foreign_auths_secret": frozenset({Access.ROTATED_VARIABLE}),
    "long_lived_keys": frozenset({Access.ACCESS_KEYS}),
}
_PATH: Final = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*(/[A-Za-z0-9_.][A-Za-z0-9_.-]*)*")
_SCOPE: Final = re.compile(r"[A-Za-z0-9_/${} .*-]{1,255}")  # GitLab: an environment's name, and `*`
_FOR_JOBS: Final = ("branches", "tags", "namespace_id")


def access_of(consumer: ConsumerArgs) -> Access:
    """The consumer's access; `rotated-variable` by default."""
    return choice(Access, consumer.get("access", Access.ROTATED_VARIABLE), "access")


def kind_of(consumer: ConsumerArgs) -> OwnerKind:
    """Whether the consumer is a project (the default), a group, or the whole instance."""
    return choice(OwnerKind, consumer.get("kind", OwnerKind.PROJECT), "kind")


def has_docker_auth_config(consumer: ConsumerArgs) -> bool:
    """Whether the consumer has a `DOCKER_AUTH_CONFIG`. One that only pushes has none."""
    access = access_of(consumer)
    return access in _WITH_DOCUMENT and (access is not Access.ROTATED_VARIABLE or bool(consumer.get("pull")))


def has_job_role(consumer: ConsumerArgs) -> bool:
    """Whether the project's jobs have their own role."""
    return bool(consumer.get("push")) or access_of(consumer) is Access.JOB_ROLE


def reads_secret(consumer: ConsumerArgs) -> bool:
    """Whether the project's jobs read their login from a secret, by a role of their own."""
    return access_of(consumer) is Access.JOB_SECRET


def check_consumers(consumers: Mapping[str, ConsumerArgs], gitlab_url: str) -> None:
    """Refuses consumers that contradict themselves or each other.

    Raises:
        MistakesError: each names the consumer, its key, and what to write.
    """
    mistakes, owners = Mistakes(), dict[str, str]()
    for path, consumer in consumers.items():
        before = len(mistakes.found)
        with mistakes.at("consumers", path):
            _check_choices(consumer)
        if len(mistakes.found) > before:
            continue
        with mistakes.at("consumers", path):
            _check_consumer(path, consumer, gitlab_url)
        owner = f"{consumer.get('kind', OwnerKind.PROJECT)} {_known_owner(path, consumer)}"
        if owner in owners:
            text = f"`consumers`.{owners[owner]} is {owner} too; write one consumer for it"
            mistakes.add("consumers", path, *(["id"] if "id" in consumer else []), text=text)
        owners[owner] = path
    mistakes.refuse()


def _known_owner(path: str, consumer: ConsumerArgs) -> object:
    number: object = consumer.get("id")
    if isinstance(number, float) and number.is_integer():
        return int(number)
    return number if number is not None and numbers.is_plain(number) else path.lower()


def _check_choices(consumer: ConsumerArgs) -> None:
    mistakes = Mistakes()
    with mistakes.at():
        access_of(consumer)
    with mistakes.at():
        kind_of(consumer)
    with mistakes.at():
        choice(VariableType, consumer.get("variable_type", VariableType.FILE), "variable_type")
    mistakes.refuse()


def _check_consumer(path: str, consumer: ConsumerArgs, gitlab_url: str) -> None:
    mistakes = Mistakes()
    with mistakes.at():
        check_path(path, kind_of(consumer), gitlab_url)
    _check_values(consumer, mistakes)
    _check_needs(consumer, mistakes)
    if kind_of(consumer) is OwnerKind.INSTANCE:
        with mistakes.at():
            check_instance(consumer, gitlab_url)
    with mistakes.at():
        _check_jobs(consumer, gitlab_url)
    mistakes.refuse()


def check_path(path: str, kind: OwnerKind, gitlab_url: str) -> None:
    """Refuses a text that is not the full path of a project or group, or that is another name for the instance.

    Raises:
        MistakesError: it is not.
    """
    mistakes = Mistakes()
    if kind is OwnerKind.INSTANCE and path != INSTANCE:
        mistakes.add(text=f"got {path!r} with `kind`: instance; write the consumer of the whole instance as {INSTANCE}")
        mistakes.refuse()
    bare = path.partition("://")[2].partition("/")[2] if "://" in path else path
    host = urlsplit(gitlab_url).netloc
    bare = bare.removeprefix(f"{host}/").strip("/ ").removesuffix(".git")
    if bare != path:
        mistakes.add(text=f"got {path!r}; write the full path alone, without host, .git or a slash at its ends: {bare}")
    elif path.isdecimal():
        mistakes.add(text=f"got a number; write the full path, such as acme/web, and below it `id`: {path}")
    elif not _PATH.fullmatch(path):
        text = f"got {path!r}; write the full path as GitLab has it, letters, digits, _ - and . between single slashes"
        mistakes.add(text=f"{text}, such as acme/web")
    elif kind is OwnerKind.PROJECT and "/" not in path:
        text = f"got {path!r}; a project's full path has its group in it, such as {path}/web"
        mistakes.add(text=f"{text}; for a group write `kind`: group")
    mistakes.refuse()


def _check_values(consumer: ConsumerArgs, mistakes: Mistakes) -> None:
    access = access_of(consumer)
    for key, accesses in _BELONGS_TO.items():
        if consumer.get(key) and access not in accesses:
            names = " or ".join(other.value for other in Access if other in accesses)
            text = f"means nothing with `access` {access.value}; leave it out, or write `access`: {names}"
            mistakes.add(key, text=text)
    if consumer.get("generation", 1) < 1:
        mistakes.add("generation", text=f"got {consumer.get('generation')}; write a number of 1 or more")
    for key, whose in (("id", f"{kind_of(consumer)}'s"), ("namespace_id", "group's")):
        number: object = consumer.get(key)
        with mistakes.at(key):
            if number is not None and numbers.is_plain(number):
                numbers.whole(number, whose)
    scopes = consumer.get("environment_scopes", ["*"])
    if not scopes or len(set(scopes)) != len(scopes):
        text = f"got {shown(scopes)}; write each scope once, or leave it out for all jobs"
        mistakes.add("environment_scopes", text=text)
    for position, scope in enumerate(scopes):
        if not _SCOPE.fullmatch(scope):
            text = f"got {scope!r}; write a name such as production, or a pattern such as review/*"
            mistakes.add("environment_scopes", position, text=text)


def _check_needs(consumer: ConsumerArgs, mistakes: Mistakes) -> None:
    access = access_of(consumer)
    needs_pull = access in (Access.ACCESS_KEYS, Access.JOB_ROLE, Access.JOB_SECRET)
    if not consumer.get("pull") and (needs_pull or (access is Access.ROTATED_VARIABLE and not consumer.get("push"))):
        mistakes.add("pull", text='got none; write repositories, or a pattern such as ["ci/*"]')
    if access is Access.ACCESS_KEYS and consumer.get("long_lived_keys") is not True:
        mistakes.add(
            "long_lived_keys",
            text=f"got {shown(consumer.get('long_lived_keys'))}; access keys never expire: write true when scripts "
            "cannot do without them, or leave `access` out for a variable that is rotated",
        )
    if access is Access.ACCESS_KEYS and len(consumer.get("environment_scopes", ["*"])) > 1:
        mistakes.add(
            "environment_scopes",
            text=f"got {shown(consumer.get('environment_scopes'))}; an IAM user has "
            "one pair of variables, since after a crash the secret could not be recovered for a second pair: write one",
        )
    if access is Access.STATIC and not consumer.get("auths"):
        mistakes.add("auths", text="got none; write `username` and `password` by registry host")


def _check_jobs(consumer: ConsumerArgs, gitlab_url: str) -> None:
    mistakes = Mistakes()
    if not has_job_role(consumer) and not reads_secret(consumer):
        for key in _FOR_JOBS:
            if key in consumer:
                text = (
                    "means nothing without `push`; leave it out, or write `push`, or `access`: job-role or job-secret"
                )
                mistakes.add(key, text=text)
        mistakes.refuse()
        return
    key = "push" if consumer.get("push") else "access"
    if access_of(consumer) is Access.ACCESS_KEYS:
        mistakes.add(
            "push",
            text="AWS clients prefer access keys to a role, so jobs would push with pull-only keys; write a "
            "second consumer, or leave `access` out",
        )
    if kind_of(consumer) is not OwnerKind.PROJECT:
        owner = "the instance" if kind_of(consumer) is OwnerKind.INSTANCE else "a group"
        shared = "let each overwrite the others' images and would " if consumer.get("push") else ""
        mistakes.add(
            key,
            text=f"{owner} has no jobs, and a role for all of its projects would {shared}trust future projects; write "
            "each project as a consumer",
        )
    elif gitlab_url == GITLAB_COM:
        for number, whose in (("id", "project"), ("namespace_id", "group")):
            if number not in consumer:
                text = f"missing; write the number, which GitLab shows on the {whose}'s page"
                mistakes.add(number, text=f"{text}: its path could be taken over after a rename")
    if consumer.get("unprotected_refs") and has_job_role(consumer) and consumer.get("push"):
        if not reads_secret(consumer):  # it has two roles, and the one that pushes trusts protected refs only
            text = "got true; a role that pushes trusts protected refs only: leave it out"
            mistakes.add("unprotected_refs", text=text)
        elif gitlab_url != GITLAB_COM and not consumer.get("branches") and not consumer.get("tags"):
            text = f"missing; AWS cannot recognise a protected ref of {gitlab_url}, so name those that may push"
            mistakes.add("branches", text=f"{text}, such as [main]")
    mistakes.refuse()
