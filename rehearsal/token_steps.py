"""The steps of a person with the rotator's GitLab token, before or after the first `up`."""

from collections.abc import Callable
from typing import Any

from components.names.gitlab_release import GITLAB_COM

from . import command_line
from .accesses import is_managed
from .command_line import CommandRun
from .faults import one_line
from .findings import failures
from .rotations import RotationError
from .scheduled_jobs import Watched
from .world import World

Say = Callable[[str], None]


def adopt_secret(world: World, declaration: Any, say: Say) -> CommandRun | None:
    """Before the first `up` of a stack that adopts the secret of its GitLab token, or has Secrets Manager renew it.

    None for any other.

    Raises:
        RotationError: the command failed.
    """
    managed = is_managed(declaration)
    if not managed and not declaration.get("rotation", {}).get("adopt_token_secret"):
        return None
    name = f"{declaration['prefix']}/gitlab-token{'-managed' if managed else ''}"
    # AWS itself reaches GitLab by its own name only.
    url = declaration.get("gitlab", {}).get("url", GITLAB_COM) if managed else world.gitlab.url
    where = ("--secret", name, *(["--managed"] if managed else []), "--gitlab-url", url)
    made = command_line.run(world, "token", "set", *where, typed=f"{world.rotator_token}\n")
    if made.exit_code:
        raise RotationError(made.words)
    say(f"Administrator stores the rotator's GitLab token before `up`: {made.command}")
    return made


def store_token(world: World, rotations: Watched, say: Say) -> tuple[int, CommandRun]:
    """After the first `up`, whose rotation has waited for it: how many results waited, and the command.

    Raises:
        RotationError: the first rotation did not wait, or the command failed.
    """
    first = rotations.reports.pop()
    results = [each for each in (*first["targets"], *first["access_keys"]) if not _of_jobs(each)]
    wrong = [each for each in results if each["status"] != "waiting"]
    wrong += [each for each in first["targets"] if _of_jobs(each) and each["status"] != "published"]
    if not first["ok"] or wrong:
        raise RotationError(_words("the first rotation did not wait for its GitLab token:", first, wrong))
    say(f"`up` succeeds, and {len(results)} variables and pairs of keys wait for the rotator's GitLab token")
    stored = rotations.store_token(world.rotator_token)
    say(f"Administrator stores it: {stored.command}")
    return len(results), stored


def no_token(rotations: Watched, say: Say) -> None:
    """After the first `up` of a stack whose jobs read all of their logins: its rotation has written them.

    Raises:
        RotationError: it has not.
    """
    (first,) = rotations.reports
    wrong = [each for each in first["targets"] if each["status"] != "published"]
    if not first["ok"] or wrong:
        raise RotationError(_words("the first rotation did not write every secret:", first, wrong))
    say(f"`up` succeeds, and {len(first['targets'])} secrets hold a login; there is no GitLab token to store")


def _words(headline: str, report: dict[str, Any], wrong: list[dict[str, Any]]) -> str:
    others = [one_line(each) for each in wrong if each["status"] != "failed"]
    return "\n".join([headline, *failures(report), *others])


def _of_jobs(target: dict[str, Any]) -> bool:
    """Whether jobs read the target themselves; nothing of GitLab is needed to write it."""
    return str(target["target"]).startswith("secret ")
