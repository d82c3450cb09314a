"""What the real engine does with the local stack, step by step; each step asserts, and reports in one line."""

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from components.variables.keys import ACCESS_KEYS
from rehearsal.stack_file import StackFile
from rehearsal.world import World

from .engine import Engine
from .leaving import Leaving
from .seen import Seen
from .steps import came_through, expect, taken, words

_VARIABLE: Final = "Variable"
_ROTATION: Final = "Invocation"
_IMPORTED, _OTHERWISE = "ci/imported", "ci/otherwise"


class Journey:
    """The life of one stack, from its first preview to its end. `walk` takes the steps in their order.

    Args:
        stack_file: its declaration has a consumer whose variable is the stack's own, and one that is adopted.
        path: where it is.
        world: made for that declaration.
        engine: with that stack file.
    """

    def __init__(self, stack_file: StackFile, world: World, engine: Engine) -> None:
        self._world, self._engine = world, engine
        self._stack = stack_file.stack
        consumers = stack_file.declaration.get("consumers", {})
        self._own = next(path for path, consumer in consumers.items() if not consumer.get("adopt"))
        self._adopted = next(path for path, consumer in consumers.items() if consumer.get("adopt"))
        self._seen = Seen(world, engine, stack_file.declaration)

    def walk(self) -> Iterator[str]:
        """Takes each step, and yields its report.

        Raises:
            StepError: a step failed. The message names the step and what went wrong.
        """
        steps: tuple[Callable[[], str], ...] = (
            self._preview,
            self._up_without_the_deployers_token,
            self._up,
            self._first_rotation,
            self._up_again,
            self._a_changed_flag,
            self._refresh,
            self._the_state_holds_no_token,
            self._up_again,
            self._keys_through_refreshes,
            self._revoke,
            self._an_import_with_other_settings,
            self._an_import_with_equal_settings,
            *Leaving(self._world, self._engine, self._seen, self._own, self._adopted).steps(),
        )
        return taken(steps)

    def _preview(self) -> str:
        asked = len(self._world.gitlab.events)
        with self._engine.acting(GITLAB_TOKEN=None):
            outcome = came_through(self._engine.preview())
        requested = [event.path for event in self._world.gitlab.events[asked:]]
        expect(requested == [], f"a preview without a token asked GitLab: {requested}")
        expect(outcome.count().keys() == {"create"}, f"the first preview does more than create: {outcome.count()}")
        self._first_preview = outcome.count()["create"]
        return f"preview without a GitLab token: {self._first_preview} resources to create, no request to GitLab"

    def _up_without_the_deployers_token(self) -> str:
        with self._engine.acting(GITLAB_TOKEN=None):
            outcome = self._engine.up()
        expect(
            not outcome.ok and "GITLAB_TOKEN: not set" in outcome.errors, f"the error does not say so: {outcome.errors}"
        )
        return "up without a GitLab token: it says what to set, and creates nothing"

    def _up(self) -> str:
        came_through(self._engine.up())
        secret = self._engine.outputs()["gitlabTokenSecret"]
        self._world.aws("secretsmanager").put_secret_value(SecretId=secret, SecretString=self._world.rotator_token)
        return f"up: everything is created; the rotation waited for a GitLab token in {secret}, which now holds one"

    def _first_rotation(self) -> str:
        done = self._rotate()
        expect(done.returncode == 0, f"it ended with {done.returncode}: {done.stdout[-800:]}{done.stderr[-800:]}")
        allowed = self._seen.pulls_are_as_declared()
        return f"rotate: consumers pull what they may ({allowed} images) and nothing else"

    def _rotate(self) -> subprocess.CompletedProcess[str]:
        return self._engine.command("rotate", "--function", str(self._engine.outputs()["rotator"]), "--json")

    def _up_again(self) -> str:
        outcome = came_through(self._engine.up())
        expect(not outcome.changes, f"an unchanged stack changed: {outcome.changes}")
        published = {self._seen.published_key(path, ACCESS_KEYS[0]) for path in self._seen.with_keys}
        expect(
            published == self._seen.recorded_keys(),
            "the rotator's record of its access keys, in tags of their users, is lost",
        )
        return f"up again: {outcome.count()['same']} resources, none changed"

    def _a_changed_flag(self) -> str:
        before, asked = self._seen.variable(self._own), len(self._world.gitlab.events)
        with self._engine.edit() as config:
            config["gitlab-ecr:consumers"][self._own]["protected"] = True
        outcome = came_through(self._engine.up())
        expect(not outcome.of_type(_VARIABLE), f"an update reached the variable: {outcome.of_type(_VARIABLE)}")
        writers = {event.token for event in self._world.gitlab.events[asked:] if event.method == "PUT"}
        expect(writers == {"rotator"}, f"others than the rotator wrote variables: {writers}")
        expect(bool(outcome.of_type(_ROTATION)), "the plan changed, and no rotation followed")
        after = self._seen.variable(self._own)
        expect(before["protected"] is False and after["protected"] is True, "the rotator did not write the flag")
        self._seen.pulls_are_as_declared()
        return f"a changed flag: {words(outcome.changes)}; the rotator wrote it into the variable, with a valid token"

    def _refresh(self) -> str:
        outcome = came_through(self._engine.refresh())
        return f"refresh: {outcome.count()['refresh']} resources read"

    def _the_state_holds_no_token(self) -> str:
        state = self._engine.export()
        expect('"resources"' in state, "there is no state")
        secrets = self._seen.secrets()
        found = [name for name, secret in secrets.items() if secret in state]
        expect(not found, f"in clear text in the exported state: {', '.join(found)}")
        return f"export: searched the state for {len(secrets)} secrets, and found none in clear text"

    def _keys_through_refreshes(self) -> str:
        """Changes a key, refreshes, and runs `up --refresh`, until the previous key's grace period is over."""
        for age in (timedelta(hours=7), timedelta(hours=3)):  # past the age of a key, past its grace period
            self._world.cloud.move(age.total_seconds())
            done = self._rotate()
            expect(done.returncode == 0, f"a rotation after {age}: {done.stdout[-800:]}{done.stderr[-800:]}")
            came_through(self._engine.refresh())
            for outcome in (self._engine.up(), self._engine.up(refresh=True)):
                expect(not came_through(outcome).changes, f"after {age} and a refresh: {outcome.changes}")
            published = {self._seen.published_key(path, ACCESS_KEYS[0]) for path in self._seen.with_keys}
            expect(published == self._seen.recorded_keys(), f"after {age}, the rotator's record of its keys is lost")
        states = self._seen.states_of_keys()
        expect(
            states == {"Active": 1, "Inactive": 1},
            f"after the grace period, keys are not one active and one inactive: {states}",
        )
        return "keys: changed, refreshed, past their grace period; no up changed anything, and the old key is inactive"

    def _revoke(self) -> str:
        before, outputs = self._seen.pull_roles(), self._engine.outputs()
        function = ("--function", str(outputs["rotator"]))
        done = self._engine.command("revoke", self._own, *function, "--stack", self._stack, "--now", "--yes", "--json")
        expect(done.returncode == 0, f"it ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
        report = json.loads(done.stdout)
        expect(report["denied"] and bool(report["tried"]), f"it did not deny, or tried no old token: {report}")
        expect(all(each["refused"] for each in report["tried"]), f"the old token is not refused: {report}")
        with self._engine.edit() as config:
            declared = config["gitlab-ecr:consumers"][self._own].get("generation")
        expect(declared == report["generation"], f"the stack file says generation {declared!r}: {report}")
        after = self._seen.pull_roles()
        expect(
            before - after == {report["role"]},
            f"expected {report['role']} to be deleted, and no other: {before - after}",
        )
        expect(len(after) == len(before), f"no role took its place: {after}")
        allowed = self._seen.pulls_are_as_declared()
        return f"revoke: {report['role']} and its tokens are void; {allowed} images are pulled with new ones"

    def _an_import_with_other_settings(self) -> str:
        ecr = self._world.aws("ecr")
        ecr.create_repository(
            repositoryName=_OTHERWISE, imageTagMutability="MUTABLE", encryptionConfiguration={"encryptionType": "KMS"}
        )
        with self._engine.edit() as config:
            config["gitlab-ecr:repositories"][_OTHERWISE] = {"adopt": True}
        preview, outcome = self._engine.preview(), self._engine.up()
        named = sorted({key for step in preview.of_type(":Repository") for key in step.diffs})
        expect("imageTagMutability" in named, f"the preview does not name the keys: {preview.changes}")
        expect(not outcome.ok, "a repository with another encryption was imported")
        expect("encryptionConfigurations" in outcome.errors, f"the error does not name the key: {outcome.errors}")
        found = ecr.describe_repositories(repositoryNames=[_OTHERWISE])["repositories"][0]
        expect(found["encryptionConfiguration"]["encryptionType"] == "KMS", "the repository was created again")
        with self._engine.edit() as config:
            del config["gitlab-ecr:repositories"][_OTHERWISE]
        came_through(self._engine.up())
        return f"an import with other settings: refused; the preview names {', '.join(named)}"

    def _an_import_with_equal_settings(self) -> str:
        made = self._world.aws("ecr").create_repository(
            repositoryName=_IMPORTED,
            imageTagMutability="IMMUTABLE",
            imageScanningConfiguration={"scanOnPush": True},
        )["repository"]
        with self._engine.edit() as config:
            config["gitlab-ecr:repositories"][_IMPORTED] = {"adopt": True}
        outcome = came_through(self._engine.up())
        ops = [step.op for step in outcome.of_type(":Repository")]
        expect(ops == ["import"], f"the repository was not just imported: {ops}")
        found = self._world.aws("ecr").describe_repositories(repositoryNames=[_IMPORTED])["repositories"][0]
        expect(found["createdAt"] == made["createdAt"], "the repository was created again")
        return "an import with equal settings: the repository is imported unchanged, without a create call"
