"""Runs the real `__main__.py` under the recorder, with the config of a stack file. Nothing is made."""

import asyncio
import runpy
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pulumi
import pulumi_aws

from components.names.secrecy import without_tokens
from stack_file.mistakes import FileMistake, SettingsError
from stack_file.text import StackText

from .event_loop import OneThreadLoop
from .recorder import Recorder, record

ROOT: Final = Path(__file__).parents[1]
_IDENTITY: Final = "aws:index/getCallerIdentity:getCallerIdentity"
ANSWERS: Final[dict[str, dict[str, Any]]] = {
    "gitlab:index/userRunner:UserRunner": {"id": "9171", "token": "glrt-fake-0000"},
    "aws:kms/key:Key": {"arn": "arn:aws:kms:eu-central-1:123456789012:key/fake", "keyId": "fake"},
}
"""Outputs that resources have beyond their inputs once they are made."""


@dataclass
class Run:
    """The result of a run.

    Attributes:
        recorder: what the program registered, and its warnings.
        mistakes: the mistakes that it found in the stack file.
        failed: the error that stopped it otherwise; empty when there was none.
    """

    recorder: Recorder = field(default_factory=Recorder)
    mistakes: list[FileMistake] = field(default_factory=list)
    failed: str = ""


def run(text: StackText) -> Run:
    """Runs the program to its end."""
    loop = OneThreadLoop()
    asyncio.set_event_loop(loop)
    found = Run()
    config = text.config
    try:
        found.recorder = record(stack=text.stack, preview=True)
        found.recorder.invokes[_IDENTITY] = {"accountId": config.get("gitlab-ecr:account", ""), "arn": "", "userId": ""}
        found.recorder.answers |= ANSWERS
        pulumi.runtime.set_all_config(config, text.secret_keys)
        with _light():
            pulumi.runtime.test(_main)()
    except SettingsError as error:
        found.mistakes = error.mistakes
    except Exception as error:  # noqa: BLE001 - the file is the user's: whatever it causes becomes a message
        found.failed = _words(error)
    finally:
        _close(loop)
    return found


class _LaunchTemplate(pulumi.CustomResource):
    """Replaces the provider's own class, whose module alone takes as long to import as a whole validation."""

    def __init__(self, resource: str, /, *, opts: pulumi.ResourceOptions | None = None, **inputs: Any) -> None:
        super().__init__("aws:ec2/launchTemplate:LaunchTemplate", resource, inputs, opts)


@contextmanager
def _light() -> Generator[None]:
    own = pulumi_aws.ec2
    pulumi_aws.ec2 = SimpleNamespace(LaunchTemplate=_LaunchTemplate)  # pyright: ignore[reportAttributeAccessIssue] - a module's stand-in
    try:
        yield
    finally:
        pulumi_aws.ec2 = own


def _main() -> None:
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")


def _close(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    asyncio.set_event_loop(None)
    pulumi.runtime.set_all_config({}, [])
    pulumi.runtime.settings.reset_options()


def _words(error: Exception) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if str(ROOT) in frame.filename]
    own = [frame for frame in frames if ".venv" not in frame.filename]
    where = f" ({Path(own[-1].filename).name}:{own[-1].lineno})" if own else ""
    return f"{type(error).__name__}: {without_tokens(str(error))}{where}"
