"""Derives the arguments of every component and the rotator's plan from one declaration, without creating resources."""

from dataclasses import dataclass
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
from ..runner.args import RunnerArgs
from ..runner.identities import runner_identities
from .args import RegistryAccessArgs, RotationArgs, RotationParts, RotationPartsArgs
from .checks import check_names
from .gitlab_instance import backend_of, makes_variables


@dataclass(frozen=True)
class Parts:
    """The arguments of every component of a `RegistryAccess`. Users are by consumer, runners by name."""

    repositories: RepositoriesArgs
    identities: IdentitiesArgs
    users: dict[str, PullUserArgs]
    variables: CiVariablesArgs
    runners: dict[str, RunnerArgs]
    rotator: RotatorArgs

    @property
    def in_lambda(self) -> bool:
        """Whether the rotator is a function in AWS."""
        return self.rotator.get("backend") is not RotationBackend.GITLAB

    @property
    def has_no_gitlab_token(self) -> bool:
        """Whether the rotator writes nothing to GitLab, and so has no token for it."""
        return plans.loads(self.rotator["plan"]).gitlab is None

    @property
    def makes_something_in_gitlab(self) -> bool:
        """Whether Pulumi needs a GitLab token, for variables, runners or schedules."""
        return not self.in_lambda or bool(self.runners) or makes_variables(self.variables["variables"])


class _Account(TypedDict):
    account: str
    region: str
    prefix: str


class _Iam(TypedDict):
    role_path: str
    tags: NotRequired[dict[str, pulumi.Input[str]]]
    permissions_boundary: NotRequired[pulumi.Input[str]]


def parts_of(args: RegistryAccessArgs) -> Parts:
    """Derives the arguments of every component from a declaration without mistakes."""
    names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
    gitlab, declared, runners = args.get("gitlab", {}), args.get("consumers", {}), args.get("runners", {})
    rotation = args.get("rotation", {})
    base: _Account = {"account": names.account, "region": names.region, "prefix": names.prefix}
    stack: RotationPartsArgs = {
        **base,
        "stack": args["stack"],
        "gitlab": gitlab,
        "repositories": list(args["repositories"]),
        "consumers": declared,
    }
    rotated = _rotated(names, stack, key_life_of(rotation))
    iam = _iam(names, args)
    return Parts(
        repositories={
            "account": names.account,
            "region": names.region,
            "repositories": args["repositories"],
            "caches": args.get("caches", {}),
            "registry": args.get("registry", {}),
            "tags": args.get("tags", {}),
        },
        identities=_identities(args, {**base, **iam, "audiences": rotated["audiences"]}),
        users={path: {**user, **iam} for path, user in consumers.pull_users(names, declared).items()},
        variables={"variables": rotated["variables"]},
        runners={name: _runner(args, {**base, "name": name, "options": runner}) for name, runner in runners.items()},
        rotator={
            **base,
            **iam,
            **rotator_settings(rotation),
            "backend": backend_of(args),
            "issuer": consumers.issuer(gitlab),
            "plan": rotated["plan"],
            "owner_ids": rotated["owner_ids"],
        },
    )


def rotation_parts(args: RotationPartsArgs) -> RotationParts:
    """What `Identities`, `CiVariables` and `Rotator` need from each other, for programs that compose them themselves.

    Raises:
        MistakesError: there are mistakes. A line for each names the key, its value, and what to write instead.
    """
    check(RotationPartsArgs, args, _find)
    names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
    return _rotated(names, args, key_lives.DEFAULT)


def _find(args: RotationPartsArgs) -> Mistakes:
    found, declared = Mistakes(), args["consumers"]
    names = Names.standing_in()
    with found.at():
        names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
    with found.at("gitlab"):
        check_gitlab(args.get("gitlab", {}))
    if found.found:
        return found
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


def _iam(names: Names, args: RegistryAccessArgs) -> _Iam:
    iam: _Iam = {"role_path": names.path}
    if "tags" in args:
        iam["tags"] = args["tags"]
    if "permissions_boundary" in args:
        iam["permissions_boundary"] = args["permissions_boundary"]
    return iam


def _identities(args: RegistryAccessArgs, identities: IdentitiesArgs) -> IdentitiesArgs:
    gitlab = args.get("gitlab", {})
    identities["jobs"] = consumers.jobs(gitlab, args.get("consumers", {}))
    if secrets := consumers.secret_roles(gitlab, args.get("consumers", {})):
        identities["secrets"] = secrets
    identities["issuer"] = consumers.issuer(gitlab)
    identities["trusts_jobs"] = backend_of(args) is RotationBackend.GITLAB
    identities["runners"] = runner_identities(args.get("runners", {}))
    if "max_session_duration" in args:
        identities["max_session_duration"] = args["max_session_duration"]
    return identities


def _runner(args: RegistryAccessArgs, runner: RunnerArgs) -> RunnerArgs:
    runner["gitlab_url"] = consumers.gitlab_url(args.get("gitlab", {}))
    if "tags" in args:
        runner["aws_tags"] = args["tags"]
    return runner


def rotator_settings(rotation: RotationArgs) -> RotationArgs:
    """The settings for the rotator, without those for access keys, which are in the plan."""
    settings = rotation.copy()
    settings.pop("access_key_age", None)
    settings.pop("access_key_grace", None)
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


def _rotated(names: Names, args: RotationPartsArgs, life: KeyLife) -> RotationParts:
    gitlab, repositories, declared = args.get("gitlab", {}), args["repositories"], args["consumers"]
    plan = consumers.plan(names, args["stack"], gitlab, repositories, declared, life=life)
    return {
        "audiences": consumers.audiences(declared),
        "variables": variables(names, declared, repositories),
        "plan": plans.dumps(plan),
        "owner_ids": consumers.owner_ids(plan, declared),
    }


def size_mistakes(plan: plans.Plan) -> Mistakes:
    """Mistakes for values that become too long for GitLab, and warnings for those that may."""
    found = Mistakes()
    for finding in size_findings(plan):
        (found.add if finding.certain else found.warn)("consumers", finding.path, text=finding.message)
    return found
