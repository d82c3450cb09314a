"""What the real engine does with the local stack, step by step; each step asserts and tells one line."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from components.contract.key_tags import CURRENT
from components.variables.keys import ACCESS_KEYS
from rehearsal.clients import OwnClient
from rehearsal.consumers import Consumer, access_of, rotated
from rehearsal.namespaces import FOREIGN_HOST
from rehearsal.patterns import names
from rehearsal.puller import pull
from rehearsal.pulls import Pull, Puller, pull_all
from rehearsal.registries import Image
from rehearsal.stack_file import StackFile
from rehearsal.world import TAG, World

from .engine import Engine, Outcome, Step

_VARIABLE: Final = "Variable"
_ROTATION: Final = "Invocation"
_IMPORTED, _OTHERWISE = "ci/imported", "ci/otherwise"


class StepError(Exception):
    """Something is not as it should be."""


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
        self._repositories = sorted(stack_file.declaration["repositories"])
        kinds = {
            path: (access_of(each), each.get("kind", "project")) for path, each in consumers.items() if each.get("pull")
        }
        self._kinds = {path: kind for path, (access, kind) in kinds.items() if access == "rotated-variable"}
        self._with_keys = {path: kind for path, (access, kind) in kinds.items() if access == "access-keys"}

    def walk(self) -> Iterator[str]:
        """Takes each step, and tells it.

        Raises:
            StepError: names the step, and what is not as it should be.
        """
        steps: tuple[Callable[[], str], ...] = (
            self._preview,
            self._up_without_a_token,
            self._up,
            self._up_again,
            self._a_changed_flag,
            self._refresh,
            self._the_state_holds_no_token,
            self._up_again,
            self._revoke,
            self._a_consumer_removed,
            self._an_import_with_other_settings,
            self._an_import_with_equal_settings,
            self._destroy_with_images,
            self._destroy,
        )
        for step in steps:
            try:
                yield step()
            except StepError as error:
                raise StepError(f"{step.__name__.strip('_').replace('_', ' ')}: {error}") from None

    def _preview(self) -> str:
        outcome = _came_through(self._engine.preview())
        _expect(outcome.count().keys() == {"create"}, f"the first preview does more than create: {outcome.count()}")
        self._first_preview = outcome.count()["create"]
        return f"preview: {self._first_preview} resources to create"

    def _up_without_a_token(self) -> str:
        outcome = self._engine.up()
        _expect(not outcome.ok, "it came through without a GitLab token")
        _expect("no GitLab token in the secret" in outcome.errors, f"it does not name the secret: {outcome.errors}")
        secret = self._engine.outputs()["gitlabTokenSecret"]
        self._world.aws("secretsmanager").put_secret_value(SecretId=secret, SecretString=self._world.rotator_token)
        return f"up: all is made; the first rotation waits for a GitLab token in {secret}, which is stored now"

    def _up(self) -> str:
        outcome = _came_through(self._engine.up())
        _expect(
            [step.op for step in outcome.of_type(_ROTATION)] == ["create"] and len(outcome.changes) == 1,
            f"more than the first rotation was left to do: {outcome.changes}",
        )
        allowed = self._pulls_are_as_declared()
        return f"up: the first rotation; consumers pull what they may ({allowed} images) and nothing else"

    def _up_again(self) -> str:
        outcome = _came_through(self._engine.up())
        _expect(not outcome.changes, f"an unchanged stack changed: {outcome.changes}")
        published = {self._published_key(path, ACCESS_KEYS[0]) for path in self._with_keys}
        _expect(
            published == self._recorded_keys(),
            "the rotator's record of its access keys, in tags of their users, is lost",
        )
        return f"up again: {outcome.count()['same']} resources, none changed"

    def _a_changed_flag(self) -> str:
        before, asked = self._variable(self._own), len(self._world.gitlab.events)
        with self._engine.edit() as config:
            config["gitlab-ecr:consumers"][self._own]["protected"] = True
        outcome = _came_through(self._engine.up())
        _expect(not outcome.of_type(_VARIABLE), f"an update reached the variable: {outcome.of_type(_VARIABLE)}")
        writers = {event.token for event in self._world.gitlab.events[asked:] if event.method == "PUT"}
        _expect(writers == {"rotator"}, f"others than the rotator wrote variables: {writers}")
        _expect(bool(outcome.of_type(_ROTATION)), "the plan changed, and no rotation followed")
        after = self._variable(self._own)
        _expect(before["protected"] is False and after["protected"] is True, "the rotator did not write the flag")
        self._pulls_are_as_declared()
        return f"a changed flag: {_words(outcome.changes)}; the variable got it from the rotator, with a living token"

    def _refresh(self) -> str:
        outcome = _came_through(self._engine.refresh())
        return f"refresh: {outcome.count()['refresh']} resources read"

    def _the_state_holds_no_token(self) -> str:
        state = self._engine.export()
        _expect('"resources"' in state, "there is no state")
        secrets = self._secrets()
        found = [name for name, secret in secrets.items() if secret in state]
        _expect(not found, f"in clear in the exported state: {', '.join(found)}")
        return f"export: {len(secrets)} secrets looked for in the state, none there in clear"

    def _revoke(self) -> str:
        before, outputs = self._pull_roles(), self._engine.outputs()
        function = ("--function", str(outputs["rotator"]))
        done = self._engine.command("revoke", self._own, *function, "--stack", self._stack, "--now", "--yes", "--json")
        _expect(done.returncode == 0, f"it ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
        said = json.loads(done.stdout)
        _expect(said["denied"] and bool(said["tried"]), f"it did not deny, or tried no old token: {said}")
        _expect(all(each["refused"] for each in said["tried"]), f"the old token is not refused: {said}")
        with self._engine.edit() as config:
            declared = config["gitlab-ecr:consumers"][self._own].get("generation")
        _expect(declared == said["generation"], f"the stack file says generation {declared!r}: {said}")
        after = self._pull_roles()
        _expect(before - after == {said["role"]}, f"other roles went than {said['role']}: {before - after}")
        _expect(len(after) == len(before), f"no role took its place: {after}")
        allowed = self._pulls_are_as_declared()
        return f"revoke: {said['role']} and its tokens are void; {allowed} images are pulled as before, with new ones"

    def _pull_roles(self) -> set[str]:
        return {
            role["RoleName"] for role in self._world.aws("iam").list_roles()["Roles"] if role["Path"].endswith("/pull/")
        }

    def _a_consumer_removed(self) -> str:
        auth = self._consumer(self._own).auth()
        open_to_it = [
            cell.repository for cell in self._pulls() if (cell.consumer, cell.actual) == (self._own, "allowed")
        ]
        with self._engine.edit() as config:
            del config["gitlab-ecr:consumers"][self._own]
        outcome = _came_through(self._engine.up())
        deleted = sorted({step.type.rpartition(":")[2] for step in outcome.changes if step.op == "delete"})
        _expect(any(kind.endswith(_VARIABLE) for kind in deleted), f"its variable stays: {outcome.changes}")
        _expect("Role" in deleted, f"its role stays: {outcome.changes}")
        _expect(self._consumer(self._own).variable() is None, "its variable is still there")
        _expect(not self._opens(auth, open_to_it[0]), f"its old token still opens {open_to_it[0]}")
        self._pulls_are_as_declared()
        return f"a consumer removed: its {', '.join(deleted)} are gone, its old token opens nothing"

    def _an_import_with_other_settings(self) -> str:
        ecr = self._world.aws("ecr")
        ecr.create_repository(
            repositoryName=_OTHERWISE, imageTagMutability="MUTABLE", encryptionConfiguration={"encryptionType": "KMS"}
        )
        with self._engine.edit() as config:
            config["gitlab-ecr:repositories"][_OTHERWISE] = {"adopt": True}
        preview, outcome = self._engine.preview(), self._engine.up()
        named = sorted({key for step in preview.of_type(":Repository") for key in step.diffs})
        _expect("imageTagMutability" in named, f"the preview does not name the keys: {preview.changes}")
        _expect(not outcome.ok, "a repository with another encryption was taken")
        _expect("encryptionConfigurations" in outcome.errors, f"the error does not name the key: {outcome.errors}")
        found = ecr.describe_repositories(repositoryNames=[_OTHERWISE])["repositories"][0]
        _expect(found["encryptionConfiguration"]["encryptionType"] == "KMS", "the repository was made anew")
        with self._engine.edit() as config:
            del config["gitlab-ecr:repositories"][_OTHERWISE]
        _came_through(self._engine.up())
        return f"an import with other settings: refused; the preview names {', '.join(named)}"

    def _an_import_with_equal_settings(self) -> str:
        made = self._world.aws("ecr").create_repository(
            repositoryName=_IMPORTED,
            imageTagMutability="IMMUTABLE",
            imageScanningConfiguration={"scanOnPush": True},
        )["repository"]
        with self._engine.edit() as config:
            config["gitlab-ecr:repositories"][_IMPORTED] = {"adopt": True}
        outcome = _came_through(self._engine.up())
        ops = [step.op for step in outcome.of_type(":Repository")]
        _expect(ops == ["import"], f"the repository was not just imported: {ops}")
        found = self._world.aws("ecr").describe_repositories(repositoryNames=[_IMPORTED])["repositories"][0]
        _expect(found["createdAt"] == made["createdAt"], "the repository was made anew")
        return "an import with equal settings: taken as it is, without a create call"

    def _destroy_with_images(self) -> str:
        for repository in self._repositories:
            self._world.aws("ecr").put_image(
                repositoryName=repository, imageTag=TAG, imageManifest=json.dumps({"schemaVersion": 2})
            )
        outcome = self._engine.destroy()
        _expect(not outcome.ok, "repositories with images were deleted")
        _expect("force_delete" in outcome.errors, f"it does not say how: {outcome.errors}")
        for repository in self._repositories:
            self._world.aws("ecr").batch_delete_image(repositoryName=repository, imageIds=[{"imageTag": TAG}])
        return "destroy with images: refused, and says how"

    def _destroy(self) -> str:
        outcome = _came_through(self._engine.destroy())
        _expect('"resources"' not in self._engine.export(), "something is left in the state")
        kept = self._consumer(self._adopted).variable() or ""
        _expect(FOREIGN_HOST in kept, "the adopted variable lost the registry that is not ours")
        left = {found["repositoryName"] for found in self._world.aws("ecr").describe_repositories()["repositories"]}
        _expect(left == {_IMPORTED, _OTHERWISE}, f"repositories that should be left are not, or others are: {left}")
        return f"destroy: {len(outcome.changes)} deleted; what was adopted, a variable and repositories, is still there"

    def _pulls(self) -> list[Pull]:
        consumers = rotated(self._world, self._engine.outputs()["declaration"])
        client = OwnClient(self._world.registry_http)
        images = [Image(self._world.place, self._world.registry_host, name, name) for name in self._repositories]
        return pull_all(
            [
                Puller(
                    each.path,
                    {image: any(names(pattern, image.repository) for pattern in each.pull) for image in images},
                    [(client, each.variable())],
                )
                for each in consumers
            ]
        )

    def _pulls_are_as_declared(self) -> int:
        pulls = self._pulls()
        wrong = [f"{p.consumer} pulling {p.repository}: {p.actual} ({p.reason})" for p in pulls if not p.as_declared]
        _expect(not wrong, "; ".join(wrong))
        return sum(cell.actual == "allowed" for cell in pulls)

    def _opens(self, auth: str | None, repository: str) -> bool:
        world = self._world
        return pull(world.registry_http, world.registry_host, repository, TAG, auth=auth).allowed

    def _consumer(self, path: str) -> Consumer:
        return Consumer(self._world, path, self._kinds[path], (), (self._world.registry_host,))

    def _variable(self, path: str) -> dict[str, Any]:
        return self._world.gitlab.variable(self._kinds[path], path, "DOCKER_AUTH_CONFIG") or {}

    def _published_key(self, path: str, key: str) -> str:
        record = self._world.gitlab.variable(self._with_keys[path], path, key)
        return record["value"] if record else ""

    def _recorded_keys(self) -> set[str]:
        iam = self._world.aws("iam")
        tags = [iam.list_user_tags(UserName=user["UserName"])["Tags"] for user in iam.list_users()["Users"]]
        return {tag["Value"] for of_user in tags for tag in of_user if tag["Key"] == CURRENT}

    def _secrets(self) -> dict[str, str]:
        """Everything that nobody may read in a state."""
        auths = {f"token of {path}": self._consumer(path).auth() or "" for path in self._kinds}
        keys = {f"{key} of {path}": self._published_key(path, key) for path in self._with_keys for key in ACCESS_KEYS}
        parameters = self._world.aws("ssm").describe_parameters()["Parameters"]
        configs = {
            found["Name"]: self._world.aws("ssm").get_parameter(Name=found["Name"], WithDecryption=True)
            for found in parameters
        }
        tokens = {
            f"runner token in {name}": line.split('"')[1]
            for name, answer in configs.items()
            for line in answer["Parameter"]["Value"].splitlines()
            if line.strip().startswith("token =")
        }
        return {
            **auths,
            **keys,
            **tokens,
            "GitLab token of the administrator": self._world.administrator_token,
            "GitLab token of the rotator": self._world.rotator_token,
        }


def _came_through(outcome: Outcome) -> Outcome:
    _expect(outcome.ok, outcome.errors)
    return outcome


def _expect(condition: bool, otherwise: str) -> None:
    if not condition:
        raise StepError(otherwise)


def _words(steps: list[Step]) -> str:
    """The changes in few words: "2 update, 1 replace"."""
    return ", ".join(f"{count} {op}" for op, count in sorted(Counter(step.op for step in steps).items()))
