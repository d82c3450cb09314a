"""Renders gitlab-runner's `config.toml` from one runner's declaration.

The declaration has the runner's own keys, section by section. Keys without an argument come from the section's `more`;
an argument wins over the same key in `more`. Every key and type is checked against the runner's own table, so that the
rendered file loads.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import tomli_w

from ..names.choices import choice
from ..names.gitlab_release import GITLAB_COM
from . import keys as runner_keys
from .args import Executor, RunnerArgs, RunnerOptions
from .values import check_values

Config = dict[str, Any]
"""A table of config.toml with the runner's own keys."""

GLOBAL_KEYS: Final = (
    "concurrent",
    "check_interval",
    "log_level",
    "log_format",
    "listen_address",
    "sentry_dsn",
    "shutdown_timeout",
    "connection_max_age",
)
RUNNER_KEYS: Final = (
    "limit",
    "output_limit",
    "request_concurrency",
    "builds_dir",
    "cache_dir",
    "clone_url",
    "shell",
    "pre_get_sources_script",
    "post_get_sources_script",
    "pre_build_script",
    "post_build_script",
    "feature_flags",
)
WRITTEN_BY_REGISTRATION: Final = ("token", "id", "token_obtained_at", "token_expires_at")
_SECTIONS: Final = ("docker", "kubernetes", "autoscaler", "cache")
_CACHE_KEYS: Final = {
    "type": "Type",
    "path": "Path",
    "shared": "Shared",
    "max_uploaded_archive_size": "MaxUploadedArchiveSize",
}
_S3_KEYS: Final = {
    "server_address": "ServerAddress",
    "bucket_name": "BucketName",
    "bucket_location": "BucketLocation",
    "authentication_type": "AuthenticationType",
    "server_side_encryption": "ServerSideEncryption",
    "server_side_encryption_key_id": "ServerSideEncryptionKeyID",
}


def config(args: RunnerArgs, runner_id: int, token: str, environment: Sequence[str] = ()) -> Config:
    """The complete config.toml as a document; `environment` is appended to the declared entries.

    The id tells the machine whether its token, which it may have rotated, belongs to the same registration.

    Raises:
        ValueError: an argument is wrong. The message names it, its value, and what to write instead.
    """
    options = args["options"]
    settings = _merged(options, GLOBAL_KEYS, options.get("more", {}))
    settings.setdefault("concurrent", 1)
    runner = runner_section(args, environment)
    document: Config = {**settings, "runners": [{**runner, "id": runner_id, "token": token}]}
    runner_keys.check({key: value for key, value in document.items() if key != "runners"}, "Config", "runner")
    return document


def runner_section(args: RunnerArgs, environment: Sequence[str] = ()) -> Config:
    """The `[[runners]]` section of a declaration, without its token.

    Raises:
        ValueError: an argument is wrong. The message names it, its value, and what to write instead.
    """
    options = args["options"]
    section = _merged(options, RUNNER_KEYS, options.get("runner_more", {}))
    section |= {"name": args["name"], "url": args.get("gitlab_url", GITLAB_COM)}
    section["executor"] = executor_of(options).value
    entries = [*options.get("environment", []), *environment]
    if entries:
        section["environment"] = entries
    for name in _SECTIONS:
        if name in options:
            section[name] = _section(name, options.get(name))
    if written := [key for key in WRITTEN_BY_REGISTRATION if key in section]:
        raise ValueError(f"runner.runner_more: names {written[0]}; take it out, the registration puts it in")
    runner_keys.check(section, "RunnerConfig", "runner")
    check_values(section)
    return section


def render(document: Config) -> str:
    """The document as TOML."""
    return tomli_w.dumps(document, multiline_strings=False)


def executor_of(options: RunnerOptions) -> Executor:
    """The declared executor, or the one that the declared sections imply."""
    executor = options.get("executor")
    if executor is None:
        if "kubernetes" in options:
            return Executor.KUBERNETES
        return Executor.DOCKER_AUTOSCALER if "autoscaler" in options else Executor.DOCKER
    if str(executor) == "docker+machine":
        raise ValueError("runner.executor: got 'docker+machine', which GitLab has deprecated; write docker-autoscaler")
    return choice(Executor, executor, "runner.executor")


def _section(name: str, declared: object) -> Config:
    if not isinstance(declared, Mapping):
        raise ValueError(f"runner.{name}: got {declared!r}; write a table")  # noqa: TRY004 - settings want one error
    section = cast("Mapping[str, Any]", declared)
    named = {key: value for key, value in section.items() if key != "more"}
    if name == "cache":
        named = _cache(named)
    return {**_plain(section.get("more") or {}), **_plain(named)}


def _cache(named: Mapping[str, Any]) -> Config:
    renamed = {_CACHE_KEYS.get(key, key): value for key, value in named.items()}
    if "s3" in named:
        s3 = cast("Mapping[str, Any]", named["s3"])
        more = cast("Mapping[str, Any]", s3.get("more") or {})
        renamed["s3"] = {**more, **{_S3_KEYS.get(key, key): value for key, value in s3.items() if key != "more"}}
        renamed.setdefault("Type", "s3")
    return renamed


def _merged(options: RunnerOptions, keys: Sequence[str], more: Mapping[str, Any]) -> Config:
    return {**_plain(more), **{key: _plain(options.get(key)) for key in keys if key in options}}


def _plain(value: Any) -> Any:
    """A copy made of plain dicts and lists, as the TOML library requires; None leaves its key out."""
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return {key: _plain(item) for key, item in items if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in cast("Sequence[Any]", value)]
    return value
