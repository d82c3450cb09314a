"""Step three: which credential the runner chooses for the image, and whether ECR can accept it."""

import json
from typing import Final

from ...docker import auth as docker_auth
from ...docker.config import DockerConfig, load
from ...docker.credential_resolution import VARIABLE, Resolution, image_path, registry_path, resolve
from ...docker.go_json import GoJsonError
from ...docker.image_reference import ImageReference
from ...names.registry_host import parse_registry_host
from .causes.cause import Cause
from .causes.finding import Finding
from .facts import KEY, Facts

_USER: Final = "AWS"
_ECR_STORE: Final = "ecr-login"
_PAYLOAD: Final = '{"payload"'


def resolution_of(text: str | None, image: ImageReference, facts: Facts) -> Resolution:
    """How the runner resolves the credential. An installed helper is assumed to know every registry that names it."""
    hosts = dict.fromkeys(_hosts(text, image, facts), (_USER, ""))
    home = facts.machine.home_config
    # Whoever wrote the runner user's file knew what is installed there; the author of the variable may not know.
    known = dict.fromkeys({*facts.machine.helpers, *_programs(_config(home))}, hosts)
    return resolve(str(image), text, home, known)


def from_helper(resolution: Resolution, text: str | None, facts: Facts) -> bool:
    """Whether the credential comes from a helper, which only the runner's machine can call."""
    source = text if resolution.source == VARIABLE else facts.machine.home_config
    config = _config(source)
    return config is not None and (resolution.key in config.cred_helpers or bool(config.creds_store))


def document_finding(name: str, text: str, facts: Facts) -> Finding | None:
    """A mistake that makes the runner drop the whole document; None when there is none."""
    config = _config(text)
    if config is None:
        return _malformed(name, text) or _unreadable(name)
    programs = _programs(config)
    if any(not program or "/" in program for program in programs):
        return _malformed(name, text)
    missing = sorted({program for program in programs if program not in facts.machine.helpers})
    return _helper_finding(name, missing[0], config) if missing else None


def unmatched(  # noqa: PLR0911 - one difference, one return
    name: str, text: str, image: ImageReference
) -> Finding:
    """No entry matches the image: compares it with the nearest entry to say what differs."""
    config = _config(text) or DockerConfig()
    keys = sorted({*config.auths, *config.cred_helpers})
    if not keys:
        return _malformed(name, text) or Finding(
            Cause.OTHER_KEY, f"{name} names no registry", "let gitlab-ecr write the variable: `gitlab-ecr rotate`"
        )
    wanted = parse_registry_host(image.host)
    for key in keys:
        host, slash, path = registry_path(key).partition("/")
        bare = host.partition(":")[0]
        if "*" in key:
            return Finding(
                Cause.OTHER_KEY,
                f"{name} names {key}, and the runner does not support wildcards",
                f"name {image.host} in it",
            )
        if image.host in (host, bare):
            other = f"the path {path}" if slash else f"port {host.partition(':')[2]}"
            return Finding(Cause.OTHER_KEY, f"{name} names {image.host} for {other} only", f"name only {image.host}")
        found = parse_registry_host(bare)
        if wanted is None or found is None:
            continue
        pair = f"{name} is for {host}, but the image is on {image.host}"
        if found.account != wanted.account:
            return Finding(
                Cause.OTHER_ACCOUNT,
                f"{pair}: another account",
                "correct the account in the image reference, or add the account to the consumer's registries",
            )
        if found.region != wanted.region:
            return Finding(
                Cause.OTHER_REGION,
                f"{pair}: another region",
                "correct the region in the image reference, or add the region to the consumer's registries",
            )
        return Finding(
            Cause.OTHER_FORM,
            f"{pair}: the same registry in another form, and the runner compares hosts literally",
            f"use {host} in the image reference, or add the form to the consumer's hostForms",
        )
    return Finding(
        Cause.OTHER_HOST,
        f"{name} is for {', '.join(keys)}, not for {image.host}",
        "add the project or its group to consumers in the stack file, with adopt: true to keep what is in it",
    )


def login_finding(name: str, resolution: Resolution) -> Finding | None:
    """A login that ECR never accepts."""
    credential = resolution.credential
    if credential.username.startswith(_PAYLOAD):
        return Finding(
            Cause.BARE_PASSWORD,
            f"in {name}, auth for {resolution.key} is only the ECR password",
            "write the base64 of AWS:<password>, which GetAuthorizationToken returns as authorizationToken",
        )
    if not credential.username and not credential.identity_token:
        return Finding(
            Cause.BAD_AUTH,
            f"{name} has an empty entry for {resolution.key}, which hides every other login for it",
            "remove the entry, or let gitlab-ecr write it",
        )
    if credential.password.endswith("\n"):
        return Finding(
            Cause.BAD_AUTH,
            f"{name} has a line break after the password for {resolution.key}",
            "encode it with `printf %s` instead of echo, or let gitlab-ecr write the variable",
        )
    if credential.username != _USER:
        return Finding(
            Cause.WRONG_USER,
            f"{name} logs in to {resolution.key} with a user other than AWS, the only user that ECR knows",
            "write the base64 of AWS:<password>, which GetAuthorizationToken returns as authorizationToken",
        )
    return None


def broken(name: str, text: str) -> Finding | None:
    """Why no tool can read the document; None when it can be read."""
    return None if _config(text) is not None else _malformed(name, text) or _unreadable(name)


def touching(text: str, image: ImageReference) -> str:
    """The part of a document that matters for the image: its own entry if there is one, otherwise all of it."""
    try:
        auths = json.loads(text)["auths"]
        wanted = f"{image_path(str(image))}/"
        paths = [path for path in auths if wanted.startswith(f"{registry_path(path)}/")]
    except (ValueError, LookupError, TypeError, AttributeError):
        return text
    return json.dumps({path: auths[path] for path in paths}) if paths else text


def unknown_store(name: str, text: str, image: ImageReference) -> tuple[str, ...]:
    """A note when the login comes from a store, because doctor cannot look into it."""
    config = _config(text)
    store = config.creds_store if config else ""
    if not store or store == _ECR_STORE:
        return ()
    return (f"{name} uses the store {store} for every registry: not checked whether it knows {image.host}",)


def _helper_finding(name: str, program: str, config: DockerConfig) -> Finding:
    if config.auths:
        return Finding(
            Cause.HELPER_MIXED,
            f"{name} holds auths beside the helper {program}; if it fails, the runner drops the good auths, too",
            f"take the helper out of it, or install docker-credential-{program} on the PATH of the runner's process",
        )
    return Finding(
        Cause.HELPER_MISSING,
        f"{name} uses docker-credential-{program}, which is not among the helpers of the runner's machine",
        f"install it on the PATH of the runner's process (and say so here with --helper {program}), or use "
        "access: rotated-variable, which works on any runner",
    )


def _malformed(name: str, text: str) -> Finding | None:
    """The mistake in words, from the module that recognizes the usual ones."""
    try:
        docker_auth.parse(text)
    except ValueError as error:
        what, _, fix = str(error).removeprefix(f"{KEY}: ").partition("; ")
        cause = Cause.BAD_AUTH if "its auth " in what else Cause.BAD_DOCUMENT
        return Finding(cause, f"{name} {what}", fix or "let gitlab-ecr write the variable")
    return None


def _unreadable(name: str) -> Finding:
    return Finding(Cause.BAD_DOCUMENT, f"{name} is not what the runner can read", "let gitlab-ecr write it")


def _programs(config: DockerConfig | None) -> list[str]:
    if config is None:
        return []
    return [*config.cred_helpers.values(), *([config.creds_store] if config.creds_store else [])]


def _hosts(text: str | None, image: ImageReference, facts: Facts) -> list[str]:
    """The registries that the helpers are assumed to know: those that name them; ECR's store knows all."""
    return [
        host
        for source in (text, facts.machine.home_config)
        if (config := _config(source)) is not None
        for host in (*config.cred_helpers, *([image.host] if config.creds_store == _ECR_STORE else []))
    ]


def _config(text: str | None) -> DockerConfig | None:
    if text is None:
        return None
    try:
        return load(text)
    except GoJsonError:
        return None
