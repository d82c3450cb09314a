"""How a runner logs in to registries: three kinds of access, each with its drawbacks.

Sources of the facts: gitlab-runner 19.4, helpers/docker/auth; amazon-ecr-credential-helper 0.12.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from ..docker import auth as docker_auth
from ..docker.credential_resolution import HOME, JOB_PAYLOAD, VARIABLE, Outcome, Resolution, resolve
from ..docker.image_reference import parse
from ..names.access import RunnerAccess
from ..names.choices import choice
from ..names.locations import each, errors_under
from ..names.registry_host import parse_registry_host, registry_host
from .machine_args import AccessArgs

HELPER: Final = "ecr-login"
_HELPER_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)
_OF_THE_HELPER: Final = ("registries", "registry_hosts")
_STATIC_WARNING: Final = (
    "runner.access: static: every job on this runner can read the passwords from its environment, and a CI/CD "
    "variable DOCKER_AUTH_CONFIG of a project hides all of them; prefer credential-helper"
)
_STORE_WARNING: Final = (
    "runner.access: credentials-store: the helper is asked for all registries, Docker Hub too, and lists only "
    "the registry of its own account and region; one error of it leaves every private image without a "
    "credential. Prefer credential-helper"
)
_STANDIN: Final = "0" * 128
"""A placeholder as long as the longest registry password, so that sizes are known in the preview."""


def declared_kind(access: AccessArgs) -> RunnerAccess:
    """The declared kind; `credential-helper` by default.

    Raises:
        ValueError: it is none.
    """
    return choice(RunnerAccess, access.get("kind", RunnerAccess.CREDENTIAL_HELPER), "runner.access.kind")


def checked_kind(access: AccessArgs) -> RunnerAccess:
    """The declared kind, checked against the other keys of `access`.

    Raises:
        ValueError: an argument is wrong. The message names it, its value, and what to write instead.
    """
    kind = declared_kind(access)
    if kind is RunnerAccess.STATIC and not access.get("logins"):
        raise ValueError("runner.access.logins: got none; static access needs a user and a password per registry host")
    if kind is not RunnerAccess.STATIC and access.get("logins"):
        raise ValueError(
            f"runner.access.logins: got logins beside {kind.value}; if a helper fails, the runner drops the whole "
            "document, logins and all. Write `kind`: static, or take `logins` out"
        )
    if kind is RunnerAccess.STATIC and (more := [key for key in (*_OF_THE_HELPER, "helper") if access.get(key)]):
        raise ValueError(
            f"runner.access: static takes logins only; take {' and '.join(f'`{key}`' for key in more)} out"
        )
    helper = access.get("helper", HELPER)
    if not _HELPER_NAME.fullmatch(helper):
        raise ValueError(
            f"runner.access.helper: got {helper!r}; write its name without docker-credential-, such as {HELPER}"
        )
    if kind is RunnerAccess.CREDENTIALS_STORE and (more := [key for key in _OF_THE_HELPER if access.get(key)]):
        raise ValueError(
            f"runner.access.{more[0]}: got `{more[0]}` beside credentials-store, which is asked for all registries and "
            "lists that of its own account and region only; write `kind`: credential-helper"
        )
    return kind


def helper_hosts(access: AccessArgs, own_host: str) -> list[str]:
    """The registry hosts that the runner's helper is configured for.

    Raises:
        ValueError: a registry is invalid, or none of the declared hosts belongs to it.
    """
    written, registries = access.get("registry_hosts", []), access.get("registries", [])
    with errors_under("runner", "access"):
        each("registries", registries, lambda one: registry_host(one["account"], one["region"]))
    classic = [registry_host(one["account"], one["region"]) for one in registries]
    known = {(host.account, host.region) for text in written if (host := parse_registry_host(text))}
    for host, one in zip(classic, registries, strict=True):
        if written and (one["account"], one["region"]) not in known:
            raise ValueError(
                f"runner.access.registry_hosts: got no host of the registry {host}; write the forms of it that "
                "images use, or leave `registry_hosts` out for the classic ones"
            )
    return list(dict.fromkeys(written or classic or [own_host]))


def helper_of(access: AccessArgs) -> str:
    """The name, without `docker-credential-`, of the credential helper that the machine needs; empty for none."""
    return "" if declared_kind(access) is RunnerAccess.STATIC else access.get("helper", HELPER)


def home_config(access: AccessArgs, own_host: str) -> str:
    """`$HOME/.docker/config.json` of the runner's user; never holds a secret.

    Raises:
        ValueError: an argument is wrong. The message names it, its value, and what to write instead.
    """
    helper = access.get("helper", HELPER)
    match checked_kind(access):
        case RunnerAccess.CREDENTIAL_HELPER:
            return docker_auth.dumps(docker_auth.with_helpers(dict.fromkeys(helper_hosts(access, own_host), helper)))
        case RunnerAccess.CREDENTIALS_STORE:
            return docker_auth.dumps(docker_auth.with_store(helper))
        case RunnerAccess.STATIC:
            return docker_auth.PLACEHOLDER


def environment(access: AccessArgs, passwords: Mapping[str, str] | None = None) -> list[str]:
    """The runner's `environment` entries for static access: one `DOCKER_AUTH_CONFIG`, or none for the other kinds.

    Args:
        access: the declaration.
        passwords: by registry host; without them the entry only has the right size.
    """
    if checked_kind(access) is not RunnerAccess.STATIC:
        return []
    entries = {
        host: docker_auth.login_entry(login["username"], _STANDIN if passwords is None else passwords[host])
        for host, login in access.get("logins", {}).items()
    }
    return [f"{docker_auth.DOCKER_AUTH_CONFIG}={docker_auth.dumps(docker_auth.with_auths(entries))}"]


def explain(access: AccessArgs, own_host: str, images: Sequence[str], own_environment: Sequence[str] = ()) -> list[str]:
    """One sentence for each image: the credential that the runner uses, what overrides it, or why there is none.

    Args:
        access: the declaration.
        own_host: the registry host of the stack.
        images: image references.
        own_environment: the runner's declared `environment`; a `DOCKER_AUTH_CONFIG` in it wins over the helper.

    Raises:
        ValueError: an image is not an image reference.
    """
    document = own_document(own_environment)
    return each("images", images, lambda image: _sentence(image, resolution(access, own_host, image, document)))


def own_document(own_environment: Sequence[str]) -> str | None:
    """The `DOCKER_AUTH_CONFIG` of a runner's declared `environment`; of several entries the last one counts."""
    prefix = f"{VARIABLE}="
    return next((entry.removeprefix(prefix) for entry in reversed(own_environment) if entry.startswith(prefix)), None)


def resolution(access: AccessArgs, own_host: str, image: str, variable: str | None = None) -> Resolution:
    """What the runner does for an image, assuming that its helper is installed and works.

    Args:
        variable: the `DOCKER_AUTH_CONFIG` of the job; it completely replaces the runner's own.
    """
    parse(image, "images")
    entries = environment(access)
    own_variable = entries[0].partition("=")[2] if entries else None
    home = home_config(access, own_host)
    asked = docker_auth.parse(home).get("credHelpers", {})
    # Used as a store, ecr-login lists only the registry of its own account and region.
    known = dict.fromkeys(asked or [own_host], (docker_auth.ECR_USER, _STANDIN))
    helpers = {access.get("helper", HELPER): known}
    chosen = own_variable if variable is None else variable
    for host, helper in _helpers_of(chosen).items():
        helpers.setdefault(helper, {}).setdefault(host, (docker_auth.ECR_USER, _STANDIN))
    return resolve(image, chosen, home, helpers)


def _helpers_of(document: str | None) -> Mapping[str, str]:
    """The helpers that a document names, by registry host; none of one that cannot be read."""
    try:
        return docker_auth.parse(document).get("credHelpers", {}) if document else {}
    except ValueError:
        return {}


def warnings(access: AccessArgs) -> list[str]:
    """Warnings for the preview about the declared kind."""
    match checked_kind(access):
        case RunnerAccess.STATIC:
            return [_STATIC_WARNING]
        case RunnerAccess.CREDENTIALS_STORE:
            return [_STORE_WARNING]
        case RunnerAccess.CREDENTIAL_HELPER:
            return []


def _sentence(image: str, answer: Resolution) -> str:
    if answer.outcome is not Outcome.FOUND:
        reasons = "; ".join(f"{_READABLE[source]} {why}" for source, why in answer.passed_over if source != JOB_PAYLOAD)
        return f"{image}: pulled without a credential ({reasons})"
    if answer.source == HOME:
        return (
            f"{image}: the runner asks its credential helper for {answer.key} ({_READABLE[HOME]}); a "
            "DOCKER_AUTH_CONFIG that the job sees and that names this registry wins over it"
        )
    return (
        f"{image}: the runner takes the login for {answer.key} from its own environment; a CI/CD variable "
        "DOCKER_AUTH_CONFIG that the job sees replaces all of it, even for registries that it does not name"
    )


_READABLE: Final = {
    VARIABLE: docker_auth.DOCKER_AUTH_CONFIG,
    HOME: "$HOME/.docker/config.json",
    JOB_PAYLOAD: "GitLab's own credentials",
}
