"""The file for `gitlab-runner register --template-config`, and the command that uses it.

`register` takes from a template only what its flags leave empty. So a template cannot hold global keys, a name or a
token; a list given by a flag replaces the template's; and no flag can turn off what the template turns on.
Source: gitlab-runner 19.4, commands/register.go, and runs of it.
"""

import shlex
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from . import keys as runner_keys
from .args import RunnerArgs, RunnerOptions
from .config import GLOBAL_KEYS, WRITTEN_BY_REGISTRATION, render, runner_section

PATH: Final = "/etc/gitlab-runner/template.toml"
_BY_FLAG: Final = ("name", "url", "executor")


def template(args: RunnerArgs, environment: Sequence[str] = ()) -> str:
    """The template for a runner's declaration; `left_out` names what it cannot hold."""
    section = runner_section(args, environment)
    text = render({"runners": [{key: value for key, value in section.items() if key not in _BY_FLAG}]})
    check_template(text)
    return text


def left_out(options: RunnerOptions) -> list[str]:
    """The declared keys that a template cannot hold; add them to the machine's config.toml by hand."""
    return [key for key in GLOBAL_KEYS if key in options] + sorted(options.get("more", {}))


def check_template(text: str, where: str = "template", wanted: Mapping[str, Any] | None = None) -> None:
    """Refuses a template that `register` would refuse or silently use only in part.

    Args:
        text: TOML.
        where: names the argument in an error.
        wanted: the intended sections; what is false there must not be true in the template.

    Raises:
        ValueError: a key is wrong. The message names it, what was found, and what to write instead.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{where}: is not TOML: {error}") from None
    runners: object = document.get("runners")
    if not isinstance(runners, list):
        raise ValueError(f"{where}: has no [[runners]]; write exactly one")  # noqa: TRY004 - settings want one error
    found = cast("list[Any]", runners)
    if len(found) != 1:
        raise ValueError(
            f"{where}: has {len(found)} [[runners]], and register takes exactly one; write a file for each"
        )
    section = cast("Mapping[str, Any]", found[0])
    if ignored := sorted(set(document) - {"runners"}):
        raise ValueError(f"{where}: has {', '.join(ignored)}, which register ignores; write it into config.toml")
    if "name" in section:
        raise ValueError(f"{where}: has the name {section['name']!r}, which register ignores; write --name")
    if written := [key for key in WRITTEN_BY_REGISTRATION if key in section]:
        raise ValueError(f"{where}: has {written[0]}, which register clears; pass the token as CI_SERVER_TOKEN")
    runner_keys.check(section, "RunnerConfig", where)
    _refuse_true(section, wanted or {}, where)


def section_of(text: str, declared: Mapping[str, Any]) -> dict[str, Any]:
    """The one `[[runners]]` of a checked template, with the executor that the command names."""
    (section,) = tomllib.loads(text)["runners"]
    return {**section, "executor": declared["executor"]}


def register_command(args: RunnerArgs, path: str = PATH) -> str:
    """The command that registers the runner with the template; the token is taken from `CI_SERVER_TOKEN`.

    There are no flags for what GitLab stores (tags, locked, run_untagged, maximum_timeout): with a runner's token,
    `register` fails if it gets one.
    """
    section = runner_section(args)
    words = ["gitlab-runner", "register", "--non-interactive"]
    for key in _BY_FLAG:
        words += [f"--{key}", section[key]]
    image = section.get("docker", {}).get("image")
    return shlex.join([*words, *(["--docker-image", image] if image else []), "--template-config", path])


def _refuse_true(section: Mapping[str, Any], wanted: Mapping[str, Any], where: str) -> None:
    for key, value in wanted.items():
        found = section.get(key)
        if isinstance(value, Mapping) and isinstance(found, Mapping):
            _refuse_true(cast("Mapping[str, Any]", found), cast("Mapping[str, Any]", value), f"{where}.{key}")
        elif value is False and found is True:
            raise ValueError(f"{where}.{key}: is true, and no flag can turn it off; remove it from the template")
