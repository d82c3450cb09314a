"""The end of a stack, as docs/taking-it-out.md describes it: consumer by consumer, then everything."""

import json
from collections.abc import Callable
from typing import Final

from rehearsal.namespaces import FOREIGN_HOST
from rehearsal.world import TAG, World

from .engine import Engine
from .seen import Seen
from .steps import came_through, expect

_VARIABLE: Final = "Variable"


class Leaving:
    """The last steps of a journey.

    Args:
        own: a consumer whose variable is the stack's own.
        adopted: one whose variable was there before.
    """

    def __init__(self, world: World, engine: Engine, seen: Seen, own: str, adopted: str) -> None:
        self._world, self._engine, self._seen = world, engine, seen
        self._own, self._adopted = own, adopted

    def steps(self) -> tuple[Callable[[], str], ...]:
        """In their order."""
        return (
            self._a_consumer_removed,
            self._an_adopted_consumer_removed,
            self._its_entries_forgotten,
            self._destroy_says_what_it_will_do,
            self._destroy_with_images,
            self._destroy,
        )

    def _a_consumer_removed(self) -> str:
        auth, opened = self._seen.consumer(self._own).auth(), self._opened(self._own)
        deleted = self._removed(self._own)
        expect(any(kind.endswith(_VARIABLE) for kind in deleted), f"its variable stays: {deleted}")
        expect("Role" in deleted, f"its role stays: {deleted}")
        expect(self._seen.consumer(self._own).variable() is None, "its variable is still there")
        expect(not self._seen.opens(auth, opened), f"its old token still works on {opened}")
        self._seen.pulls_are_as_declared()
        return f"a consumer removed: its {', '.join(deleted)} are deleted, and its old token is refused"

    def _an_adopted_consumer_removed(self) -> str:
        done = self._forget()
        expect(done[0] != 0 and "still in the plan" in done[1], f"forget does not wait for the consumer's end: {done}")
        auth, opened = self._seen.consumer(self._adopted).auth(), self._opened(self._adopted)
        deleted = self._removed(self._adopted)
        expect(not any(kind.endswith(_VARIABLE) for kind in deleted), f"its variable is gone: {deleted}")
        kept = self._seen.consumer(self._adopted).variable() or ""
        expect(self._world.registry_host in kept, "its variable lost the entry that only forget takes out")
        expect(not self._seen.opens(auth, opened), f"its old token still works on {opened}")
        return "an adopted consumer removed: its variable stays, with an entry that no longer works"

    def _its_entries_forgotten(self) -> str:
        status, output = self._forget()
        expect(status == 0, f"forget ended with {status}: {output}")
        kept = self._seen.consumer(self._adopted).variable() or ""
        expect(self._world.registry_host not in kept, "the dead entry is still there")
        expect(FOREIGN_HOST in kept, "it took out the registry that is not ours")
        return f"forget: the entry is gone, {FOREIGN_HOST} is still there"

    def _destroy_says_what_it_will_do(self) -> str:
        file = self._engine.destroy_preview()
        done = self._engine.command("plan-note", "--json", str(file))
        expect(done.returncode == 0, f"plan-note ended with {done.returncode}: {done.stderr[-800:]}")
        note = done.stdout
        expect("**may no longer push**" in note, f"it does not say who loses what: {note}")
        _, _, stays = note.partition("left as it is**")
        for name in self._repositories():
            there = [line for line in note.splitlines() if f"`{name}`" in line and "repository**" in line]
            there += [line for line in stays.splitlines() if line.startswith(f"- repository `{name}`")]
            verb = "- repository" if name in self._imported() else "- **deletes repository**"
            expect(len(there) == 1 and there[0].startswith(verb), f"of {name} it says {there}")
        return "destroy, previewed: the note says who loses what, what is deleted, and what stays"

    def _destroy_with_images(self) -> str:
        ecr, names = self._world.aws("ecr"), sorted(self._repositories() - self._imported())
        for name in names:
            ecr.put_image(repositoryName=name, imageTag=TAG, imageManifest=json.dumps({"schemaVersion": 2}))
        outcome = self._engine.destroy()
        expect(not outcome.ok, "repositories with images were deleted")
        expect("force_delete" in outcome.errors, f"it does not say how: {outcome.errors}")
        for name in names:
            ecr.batch_delete_image(repositoryName=name, imageIds=[{"imageTag": TAG}])
        return "destroy with images: refused, and the error says what to do"

    def _destroy(self) -> str:
        imported = self._imported()
        foreign = {found["repositoryName"] for found in self._all()} - self._repositories()
        outcome = came_through(self._engine.destroy())
        expect('"resources"' not in self._engine.export(), "something is left in the state")
        kept = self._seen.consumer(self._adopted).variable() or ""
        expect(self._world.elsewhere.events == [], f"another GitLab was asked: {self._world.elsewhere.events}")
        expect(FOREIGN_HOST in kept, "the adopted variable lost the registry that is not ours")
        left = {found["repositoryName"] for found in self._all()}
        expect(left == imported | foreign, f"repositories that should be left are not, or others are: {left}")
        return f"destroy: {len(outcome.changes)} deleted; the adopted variable and repositories are still there"

    def _opened(self, path: str) -> str:
        """An image that the consumer pulls now."""
        return next(cell.repository for cell in self._seen.pulls() if (cell.consumer, cell.actual) == (path, "allowed"))

    def _removed(self, path: str) -> list[str]:
        """Removes the consumer from the stack file, runs `up`, and returns the kinds of what was deleted."""
        with self._engine.edit() as config:
            del config["gitlab-ecr:consumers"][path]
        outcome = came_through(self._engine.up())
        return sorted({step.type.rpartition(":")[2] for step in outcome.changes if step.op == "delete"})

    def _forget(self) -> tuple[int, str]:
        kind, function = self._seen.kinds[self._adopted], str(self._engine.outputs()["rotator"])
        done = self._engine.command("forget", kind, self._adopted, "--function", function)
        return done.returncode, f"{done.stdout}{done.stderr}"[-800:]

    def _repositories(self) -> set[str]:
        return set(self._engine.outputs()["repositoryUrls"])

    def _imported(self) -> set[str]:
        with self._engine.edit() as config:
            declared: dict[str, dict[str, bool] | None] = config["gitlab-ecr:repositories"]
            return {name for name, options in declared.items() if options and options.get("adopt")}

    def _all(self) -> list[dict[str, str]]:
        return self._world.aws("ecr").describe_repositories()["repositories"]
