"""The commands of the pages, run in the rehearsed world, with its names instead of a page's."""

import io
import json
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
from pages import ROOT, own_commands

from components.cli.__main__ import main
from components.cli.exit_codes import ExitCode
from components.cli.plan_source import Source
from components.contract import plan as plans
from components.rotation.clock import SystemClock
from components.variables.description import describe
from rehearsal.world import BOT, World

_LOG: Final = ROOT / "tests" / "data" / "job-logs" / "expired.log"
_PREVIEW: Final = Path(__file__).parents[1] / "data" / "preview" / "9-own-remove-consumer-and-repository.json"
# Those of a rotator in GitLab run beside their own stack, in test_bucket.py.
_OURS: Final = [words for words in own_commands() if "--bucket" not in words]


def _adopted_before(world: World, kind: str, path: str) -> None:
    """The consumer that a page takes out: its variable has an entry of ours, and is not in the plan."""
    host = world.registry_host
    with suppress(ValueError):  # several commands name it, and share the world
        (world.gitlab.create_group if kind == "group" else world.gitlab.create_project)(path)
    world.gitlab.add_member(BOT, path, 50 if kind == "group" else 40)
    document = json.dumps({"auths": {host: {"auth": "QVdTOmZha2U="}}})
    described = describe([host], SystemClock().now(), path)
    world.gitlab.set_variable(kind, path, "DOCKER_AUTH_CONFIG", document, description=described)


@pytest.mark.parametrize("words", _OURS, ids=" ".join)
def test_a_command_of_a_page_works(
    at_home: World,
    words: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(plans.dumps(Source(None, "gitlab-ecr-local-rotator").plan()))
    here: dict[str, Any] = {
        "IMAGE": f"{at_home.registry_host}/ci/node:1.0",
        "gitlab-ecr-prod-rotator": "gitlab-ecr-local-rotator",
        "<prefix>-rotator": "gitlab-ecr-local-rotator",
        "job.log": str(_LOG),
        "plan.json": str(plan),
        "preview.json": str(_PREVIEW),
        "destroy.json": str(_PREVIEW),
    }
    if "forget" in words:
        _adopted_before(at_home, *words[1:3])
    monkeypatch.setattr("sys.stdin", io.StringIO(at_home.rotator_token))
    code = main([here.get(word, word) for word in words])
    message = capsys.readouterr()
    assert code == (ExitCode.FOUND if "job.log" in words else ExitCode.OK), message
    assert message.out
