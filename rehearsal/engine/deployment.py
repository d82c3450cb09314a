"""What GitLab's jobs do with a stack: previews and deployments, each in its role of the bootstrap, with IAM enforced.

Two deployers take turns. The rotator is in Lambda or in GitLab's jobs; the steps are the same.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Final

from components.bootstrap.deploy_policy import deploy_policy, services_policy
from components.bootstrap.naming import DEFAULT_PREFIX, BootstrapNames
from components.bootstrap.policies import boundary, preview_policy
from components.ecr.pull_through import CACHE_DAYS, cached_lifecycle
from components.iam.policies import policy_json
from rehearsal.world import World

from .engine import Engine, Outcome
from .steps import StepError, came_through, expect, taken, words

_TAKEN, _CACHE = "ci/taken-over", "k8s"
_IMPORTED: Final = ("PullThroughCacheRule", "Repository", "RepositoryCreationTemplate")
_SCHEDULE: Final = ":PipelineSchedule"
_RUNNER: Final = ":UserRunner"


class Deployment:
    """One stack, deployed by the jobs of a project. `walk` takes the steps in their order.

    Args:
        world: made for the stack's declaration.
        engine: with its stack file, which is edited: a boundary, and the OIDC provider that the bootstrap made.
        job: `rotation.job` of a rotator in GitLab's jobs; None for one in Lambda.
    """

    def __init__(self, world: World, engine: Engine, job: dict[str, Any] | None) -> None:
        self._world, self._engine, self._job = world, engine, job
        self._names = BootstrapNames(world.account, world.region, DEFAULT_PREFIX)
        self._where = "GitLab's jobs" if job else "Lambda"
        self._tokens = {name: self._deployer(name) for name in ("first-deployer", "second-deployer")}

    def walk(self) -> Iterator[str]:
        """Takes each step, and yields its report.

        Raises:
            StepError: a step failed. The message names the step and what went wrong.
        """
        steps: tuple[Callable[[], str], ...] = (
            self._bootstrap,
            self._preview_of_nothing_yet,
            self._up,
            self._nothing_to_do_for_another_deployer,
            self._preview_with_state,
            self._adoptions,
            self._a_change_by_the_other_deployer,
            self._deleted_by_hand,
            self._destroy,
        )
        try:
            yield from (f"{self._where}: {report}" for report in taken(steps))
        except StepError as error:
            raise StepError(f"{self._where}: {error}") from None

    def _bootstrap(self) -> str:
        iam, names = self._world.aws("iam"), self._names
        key = names.arn("kms", "key/00000000-0000-4000-8000-000000000000")
        documents = {"boundary": boundary(names), "services": services_policy(names)}
        for name, document in documents.items():
            iam.create_policy(
                PolicyName=f"{names.prefix}-{name}", Path=names.path, PolicyDocument=policy_json(document)
            )
        everybody = {"Effect": "Allow", "Principal": {"AWS": names.arn("iam", "root", "")}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
        rights = {"preview": preview_policy(names, key), "deploy": deploy_policy(names, key)}
        for name, document in rights.items():
            role = f"{names.prefix}-{name}"
            iam.create_role(RoleName=role, Path=names.path, AssumeRolePolicyDocument=trust)
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=policy_json(document))
        services = f"{names.prefix}-services"
        iam.attach_role_policy(RoleName=f"{names.prefix}-deploy", PolicyArn=self._policy_arn(services))
        with self._engine.edit() as config:
            url = config["gitlab-ecr:gitlab"]["url"]
            iam.create_open_id_connect_provider(Url=url, ClientIDList=[url])
            config["gitlab-ecr:gitlab"]["existingOidcProvider"] = True
            config["gitlab-ecr:permissionsBoundary"] = names.boundary_arn
            if self._job:
                config["gitlab-ecr:rotationBackend"] = "gitlab"
                config.setdefault("gitlab-ecr:rotation", {})["job"] = self._job
        return "the bootstrap's boundary, preview role and deploy role are there"

    def _preview_of_nothing_yet(self) -> str:
        outcome = self._preview()
        expect(outcome.count().keys() == {"create"}, f"the first preview does more than create: {outcome.count()}")
        return f"preview as the preview role, without a GitLab token: {outcome.count()['create']} to create"

    def _up(self) -> str:
        outcome = self._deploys("first-deployer", self._engine.up)
        return f"up as the deploy role, bound by the boundary: {words(outcome.changes)}"

    def _nothing_to_do_for_another_deployer(self) -> str:
        for name in ("second-deployer", "first-deployer"):
            outcome = self._deploys(name, self._engine.up)
            expect(not outcome.changes, f"{name} changed what nobody edited: {outcome.changes}")
        return f"up by either of two deployers: {outcome.count()['same']} resources, none changed"

    def _preview_with_state(self) -> str:
        outcome = self._preview()
        expect(not outcome.changes, f"a preview of nothing new shows changes: {outcome.changes}")
        return "preview with state, without a GitLab token: nothing to change"

    def _adoptions(self) -> str:
        """A preview reads what others created, and `up` adopts it unchanged and adds the registry's settings."""
        ecr = self._world.aws("ecr")
        ecr.create_repository(
            repositoryName=_TAKEN, imageTagMutability="IMMUTABLE", imageScanningConfiguration={"scanOnPush": True}
        )
        ecr.create_repository_creation_template(
            prefix=_CACHE,
            appliedFor=["PULL_THROUGH_CACHE"],
            description="Cache of registry.k8s.io",
            imageTagMutability="MUTABLE",
            lifecyclePolicy=policy_json(cached_lifecycle(CACHE_DAYS)),
        )
        ecr.create_pull_through_cache_rule(ecrRepositoryPrefix=_CACHE, upstreamRegistryUrl="registry.k8s.io")
        with self._engine.edit() as config:
            config["gitlab-ecr:repositories"][_TAKEN] = {"adopt": True}
            config["gitlab-ecr:caches"] = {_CACHE: {"upstream": _CACHE, "adopt": True}}
            config["gitlab-ecr:registry"] = {
                "scanContinuously": ["*"],
                "replicateTo": [{"region": "eu-west-1"}],
                "replicasFrom": {"210987654321": ["ci/*"]},
            }
        previewed = Counter(step.op for step in self._preview().changes)
        outcome = self._deploys("first-deployer", self._engine.up)
        imported = sorted(step.type.rpartition(":")[2] for step in outcome.changes if step.op == "import")
        expect(imported == sorted(_IMPORTED), f"the imports are not {_IMPORTED}: {outcome.changes}")
        expect(previewed["import"] == len(imported), f"the preview did not show the imports: {previewed}")
        again = self._deploys("second-deployer", self._engine.up)
        expect(not again.changes, f"the next up changed what was adopted: {again.changes}")
        return (
            f"adoption: the preview role reads it, the deploy role imports it: {words(outcome.changes)}, then nothing"
        )

    def _a_change_by_the_other_deployer(self) -> str:
        with self._engine.edit() as config:
            config.setdefault("gitlab-ecr:rotation", {})["interval"] = "1 hour"
            config["gitlab-ecr:tags"] = {"team": "ci"}
            config["gitlab-ecr:maxSessionDuration"] = 7200
            config["gitlab-ecr:rolePath"] = f"/{self._names.prefix}-moved/"
        self._preview()
        outcome = self._deploys("second-deployer", self._engine.up)
        owners = {each["description"].split("-", 3)[3]: each["owner"]["username"] for each in self._schedules()}
        # The renewal has its own clock: nobody changed it.
        wanted = {"rotator": "second-deployer", "token-renewal": "first-deployer"} if self._job else {}
        expect(owners == wanted, f"schedules do not belong to those who created or changed them: {owners}")
        again = self._deploys("first-deployer", self._engine.up)
        expect(not again.changes, f"the other deployer changed what nobody edited: {again.changes}")
        return f"interval, tags, sessions and role path by the other deployer: {words(outcome.changes)}, then nothing"

    def _deleted_by_hand(self) -> str:
        """Deletes a runner and any schedules: only a refresh notices."""
        gone = [f"runners/{runner['id']}" for runner in self._world.gitlab_api("GET", "runners/all", {})[1]]
        gone += [f"{self._schedule_path()}/{schedule['id']}" for schedule in self._schedules()]
        for path in gone:
            self._world.gitlab_api("DELETE", path, {})
        outcome = self._deploys("first-deployer", self._engine.up)
        expect(not outcome.changes, f"an unchanged up noticed what was deleted by hand: {outcome.changes}")
        healed = self._deploys("first-deployer", lambda: self._engine.up(refresh=True))
        made = [step for kind in (_RUNNER, _SCHEDULE) for step in healed.of_type(kind) if step.op == "create"]
        expect(len(made) == len(gone), f"up --refresh did not create {len(gone)} again: {healed.changes}")
        return f"{len(gone)} deleted by hand: up does not notice, up --refresh creates them again"

    def _destroy(self) -> str:
        outcome = self._deploys("second-deployer", self._engine.destroy)
        expect('"resources"' not in self._engine.export(), "something is left in the state")
        expect(self._world.elsewhere.events == [], f"another GitLab was asked: {self._world.elsewhere.events}")
        return f"destroy as the deploy role: {words(outcome.changes)}"

    def _preview(self) -> Outcome:
        asked = len(self._world.gitlab.events)
        with self._in_role("preview", GITLAB_TOKEN=None):
            outcome = came_through(self._engine.preview())
        requested = [event.path for event in self._world.gitlab.events[asked:]]
        expect(requested == [], f"a preview without a token asked GitLab: {requested}")
        return outcome

    def _deploys(self, deployer: str, run: Callable[[], Outcome]) -> Outcome:
        with self._in_role("deploy", GITLAB_TOKEN=self._tokens[deployer]):
            return came_through(run())

    def _in_role(self, name: str, **variables: str | None) -> AbstractContextManager[None]:
        arn = self._names.role_arn(name)
        made = self._world.aws("sts").assume_role(RoleArn=arn, RoleSessionName="job")["Credentials"]
        return self._engine.acting(
            AWS_ACCESS_KEY_ID=made["AccessKeyId"],
            AWS_SECRET_ACCESS_KEY=made["SecretAccessKey"],
            AWS_SESSION_TOKEN=made["SessionToken"],
            **variables,
        )

    def _deployer(self, name: str) -> str:
        """A person who may deploy: Owner of every group at the top."""
        for group in self._world.gitlab_api("GET", "groups?per_page=100", {})[1]:
            if group["parent_id"] is None:
                self._world.gitlab.add_member(name, group["full_path"], 50)
        return self._world.gitlab.create_token(name, ["api"], user=name)

    def _policy_arn(self, name: str) -> str:
        return self._names.arn("iam", f"policy{self._names.path}{name}", "")

    def _schedules(self) -> list[dict[str, Any]]:
        return self._world.gitlab_api("GET", self._schedule_path(), {})[1] if self._job else []

    def _schedule_path(self) -> str:
        project = self._job["project"].replace("/", "%2F") if self._job else ""
        return f"projects/{project}/pipeline_schedules"
