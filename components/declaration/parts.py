"""Derives the arguments of every component and the rotator's plan from one declaration, without creating resources."""

from functools import cached_property
from typing import NotRequired, TypedDict

import pulumi

from ..arguments.check import check
from ..consumers import derivation as consumers
from ..consumers import key_life as key_lives
from ..consumers.checks import check_consumers
from ..consumers.ci_variables import CiVariablesArgs
from ..consumers.forms import check_forms, variables
from ..consumers.gitlab_checks import check_gitlab, gitlab_url
from ..consumers.key_life import KeyLife, key_life
from ..contract import plan as plans
from ..contract.schedule import INTERVAL
from ..contract.sizes import size_findings
from ..ecr.args import RepositoriesArgs
from ..iam.args import IdentitiesArgs
from ..iam.pull_user import PullUserArgs
from ..names.locations import Mistakes
from ..names.naming import Names
from ..rotator.args import RotationBackend, RotatorArgs
from ..runner.args import RunnerArgs, RunnerOptions
from ..runner.identities import runner_identities
from .args import RegistryAccessArgs, RotationArgs, RotationParts, RotationPartsArgs
from .checks import check_names
from .gitlab_instance import backend_of
from .token_renewal import find_in_renewal, renewal_of


class _Account(TypedDict):
    account: str
    region: str
    prefix: str


class _Iam(TypedDict):
    role_path: str
    tags: NotRequired[dict[str, pulumi.Input[str]]]
    permissions_boundary: NotRequired[pulumi.Input[str]]


class Parts:
    """The arguments of every component of a `RegistryAccess`, and the plan: each derived once, when first asked for.

    A declaration has to be checked before anything is asked for.
    """

    def __init__(self, args: RegistryAccessArgs) -> None:
        self.args = args
        self._gitlab, self._consumers = args.get("gitlab", {}), args.get("consumers", {})

    @cached_property
    def names(self) -> Names:
        """The names of everything in AWS."""
        return _names(self.args)

    @cached_property
    def plan(self) -> plans.Plan:
        """The rotator's plan."""
        life = key_life_of(self.args.get("rotation", {}))
        stack, repositories = self.args["stack"], self.args["repositories"]
        renewal = renewal_of(self.args.get("rotation", {}))
        return consumers.plan(
            self.names, stack, self._gitlab, repositories, self._consumers, life=life, renewal=renewal
        )

    @cached_property
    def repositories(self) -> RepositoriesArgs:
        """The arguments of Repositories."""
        args = self.args
        return {
            "account": args["account"],
            "region": args["region"],
            "repositories": args["repositories"],
            "caches": args.get("caches", {}),
            "registry": args.get("registry", {}),
            "tags": args.get("tags", {}),
        }

    @cached_property
    def identities(self) -> IdentitiesArgs:
        """The arguments of Identities."""
        args: IdentitiesArgs = {
            **self._account,
            **self._iam,
            "audiences": consumers.audiences(self._consumers),
            "jobs": consumers.jobs(self._gitlab, self._consumers),
            "issuer": consumers.issuer(self._gitlab),
            "trusts_jobs": not self.in_lambda,
            "runners": runner_identities(self.args.get("runners", {})),
        }
        if secrets := consumers.secret_roles(self._gitlab, self._consumers):
            args["secrets"] = secrets
        if "max_session_duration" in self.args:
            args["max_session_duration"] = self.args["max_session_duration"]
        return args

    @cached_property
    def users(self) -> dict[str, PullUserArgs]:
        """The arguments of each PullUser, by consumer."""
        users = consumers.pull_users(self.names, self._consumers)
        return {path: {**user, **self._iam} for path, user in users.items()}

    @cached_property
    def variables(self) -> CiVariablesArgs:
        """The arguments of CiVariables."""
        return {"variables": variables(self.names, self._consumers, self.args["repositories"])}

    @cached_property
    def runners(self) -> dict[str, RunnerArgs]:
        """The arguments of each Runner, by its name."""
        return {name: self._runner(name, options) for name, options in self.args.get("runners", {}).items()}

    @cached_property
    def rotator(self) -> RotatorArgs:
        """The arguments of Rotator."""
        return {
            **self._account,
            **self._iam,
            **rotator_settings(self.args.get("rotation", {})),
            "backend": backend_of(self.args),
            "issuer": consumers.issuer(self._gitlab),
            "plan": plans.dumps(self.plan),
            "owner_ids": consumers.owner_ids(self.plan, self._consumers),
        }

    @property
    def in_lambda(self) -> bool:
        """Whether the rotator is a function in AWS."""
        return backend_of(self.args) is not RotationBackend.GITLAB

    @property
    def has_no_gitlab_token(self) -> bool:
        """Whether the rotator writes nothing to GitLab, and so has no token for it."""
        return self.plan.gitlab is None

    @property
    def makes_something_in_gitlab(self) -> bool:
        """Whether Pulumi creates variables, runners or schedules, for which it needs a GitLab token.

        Adopted variables exist already.
        """
        created = (not variable.get("adopt", False) for variable in self.variables["variables"].values())
        return not self.in_lambda or bool(self.args.get("runners")) or any(created)

    @property
    def _account(self) -> _Account:
        return {"account": self.names.account, "region": self.names.region, "prefix": self.names.prefix}

    @property
    def _iam(self) -> _Iam:
        iam: _Iam = {"role_path": self.names.path}
        if "tags" in self.args:
            iam["tags"] = self.args["tags"]
        if "permissions_boundary" in self.args:
            iam["permissions_boundary"] = self.args["permissions_boundary"]
        return iam

    def _runner(self, name: str, options: RunnerOptions) -> RunnerArgs:
        url = consumers.gitlab_url(self._gitlab)
        runner: RunnerArgs = {**self._account, "name": name, "gitlab_url": url, "options": options}
        if "tags" in self.args:
            runner["aws_tags"] = self.args["tags"]
        return runner


def rotation_parts(args: RotationPartsArgs) -> RotationParts:
    """What `Identities`, `CiVariables` and `Rotator` need from each other, for programs that compose them themselves.

    Raises:
        MistakesError: there are mistakes. A line for each names the key, its value, and what to write instead.
    """
    check(RotationPartsArgs, args, _find)
    names, gitlab, repositories, declared = (
        _names(args),
        args.get("gitlab", {}),
        args["repositories"],
        args["consumers"],
    )
    plan = consumers.plan(names, args["stack"], gitlab, repositories, declared, renewal=renewal_of(args))
    return {
        "audiences": consumers.audiences(declared),
        "variables": variables(names, declared, repositories),
        "plan": plans.dumps(plan),
        "owner_ids": consumers.owner_ids(plan, declared),
    }


def _names(args: RegistryAccessArgs | RotationPartsArgs) -> Names:
    return Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))


def _find(args: RotationPartsArgs) -> Mistakes:
    found, declared = Mistakes(), args["consumers"]
    names = Names.standing_in()
    with found.at():
        names = _names(args)
    with found.at("gitlab"):
        check_gitlab(args.get("gitlab", {}))
    if found.found:
        return found
    found.take(find_in_renewal(args, args.get("gitlab", {})))
    with found.at():
        check_consumers(declared, gitlab_url(args.get("gitlab", {})))
    caches = {cache for consumer in declared.values() for cache in consumer.get("caches", [])}  # whoever owns them
    with found.at():
        check_names(names.account, args["repositories"], caches, declared, {})
    for path, consumer in declared.items():
        with found.at("consumers", path):
            check_forms(names, path, consumer, args["repositories"])
    if not found.found:
        with found.at():
            plan = consumers.plan(names, args["stack"], args.get("gitlab", {}), args["repositories"], declared)
            found.take(size_mistakes(plan))
    return found


def rotator_settings(rotation: RotationArgs) -> RotationArgs:
    """The settings for the rotator, without those that are in the plan."""
    settings = rotation.copy()
    settings.pop("access_key_age", None)
    settings.pop("access_key_grace", None)
    settings.pop("token_renewal", None)
    return settings


def key_life_of(rotation: RotationArgs) -> KeyLife:
    """How long access keys live, by the settings of the rotation.

    Raises:
        ValueError: the settings contradict each other.
    """
    return key_life(
        rotation.get("access_key_age", key_lives.AGE),
        rotation.get("access_key_grace", key_lives.GRACE),
        rotation.get("interval", INTERVAL),
    )


def size_mistakes(plan: plans.Plan) -> Mistakes:
    """Mistakes for values that become too long for GitLab, and warnings for those that may."""
    found = Mistakes()
    for finding in size_findings(plan):
        (found.add if finding.certain else found.warn)("consumers", finding.path, text=finding.message)
    return found
