"""docs/cli.md: every command with its options, exit codes and JSON, generated from click."""

import inspect
import re
from collections.abc import Iterator
from typing import Final

import click

from components.cli.__main__ import commands
from components.cli.exit_codes import ExitCode

_NAME: Final = "gitlab-ecr"
_HEAD: Final = f"""# The command line

`make reference` generates this page from the commands, and a test keeps it up to date. `{_NAME}` comes with the
wheel's extra `cli`. In this repository, `make venv` installs it into `.venv/bin`; `. .venv/bin/activate` puts that
folder on the shell's path.

On a terminal, commands print tables, and show that they are working if they take longer than a second. In a pipe, each
row is a line with tabs between the cells. Results go to standard output; questions, notes, progress and errors go to
standard error.
"""
_ENVIRONMENT: Final = """## The environment

| variable | used for |
|---|---|
| `GITLAB_TOKEN` | reading GitLab: scope `read_api`, Maintainer of the projects and Owner of the groups |
| `GITLAB_ECR_ROTATOR` | the rotator's function, in place of `--function` |
| `AWS_PROFILE`, `AWS_REGION` and AWS's other variables | access to the rotator, its log and its secret |
| `CI_SERVER_URL`, `CI_SERVER_TLS_CA_FILE` | in a job: the GitLab instance, and the CA of its certificate |
| `GITLAB_ECR_ALLOW_HTTP` | `true` allows `http://` on other machines, to which tokens then go unencrypted |
| `GITLAB_ECR_NOTE_TOKEN` | `plan-note --post`: scope `api`, role Reporter |
"""
_SHAPE: Final = re.compile(r"With --json, (?P<kind>[^:]+):\n(?P<keys>.*)", re.DOTALL)


def document() -> str:
    """The whole page."""
    root = click.Context(commands, info_name=_NAME)
    lines = [_HEAD, "## Exit codes\n", "| code | meaning |", "|---|---|"]
    lines += [f"| {code.value} | {code.meaning} |" for code in ExitCode]
    lines += ["", _ENVIRONMENT]
    for command, context in every(commands, root):
        lines += _section(command, context)
    return "\n".join(lines).rstrip() + "\n"


def every(group: click.Group, above: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """Every command with its context. The commands of a group take the group's place."""
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        if command is None:
            continue
        context = click.Context(command, info_name=name, parent=above)
        if isinstance(command, click.Group):
            yield from every(command, context)
        else:
            yield command, context


def _section(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"## {context.command_path}\n"
    yield f"`{' '.join(command.get_usage(context).removeprefix('Usage:').split())}`\n"
    yield inspect.cleandoc(command.help or "") + "\n"
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    if options:
        yield from ("| option | meaning |", "|---|---|")
        yield from (_row(option) for option in options)
        yield ""
    if shape := _SHAPE.search(command.epilog or ""):
        yield f"With `--json` it prints {shape['kind']}:\n"
        yield from (f"- `{key}`: {says}" for key, says in re.findall(r"^ +(\w+) +(.+)$", shape["keys"], re.MULTILINE))
        yield ""


def _row(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    value = "" if option.is_flag else f" `{option.metavar or option.name.upper() if option.name else ''}`"
    default = f" Default `{option.default}`." if option.show_default and option.default else ""
    text = re.sub(r" ?\[env: (\w+)\]", "", " ".join((option.help or "").split())).replace("|", "\\|")
    return f"| {names}{value} | {text}{default} |"
