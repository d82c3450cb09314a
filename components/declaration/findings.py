"""Finds everything that is wrong with a declaration, before anything is made."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ..consumers import derivation as consumers
from ..consumers.args import ConsumerArgs, GitLabArgs
from ..consumers.checks import access_of, check_consumers, has_job_role, kind_of, reads_secret
from ..consumers.forms import check_forms
from ..consumers.gitlab_checks import check_gitlab, gitlab_url
from ..contract.load import too_many
from ..contract.token_renewal import TokenRenewal
from ..ecr.checks import find_in_registry
from ..iam.args import JobIssuerArgs
from ..iam.checks import check_roles, find_in_issuer
from ..iam.policies import checked_size, pull_policy
from ..iam.role_documents import (
    job_role_documents,
    pull_role_documents,
    runner_role_documents,
    secret_role_documents,
)
from ..names.access import Access
from ..names.gitlab_release import GITLAB_COM
from ..names.locations import Mistake, Mistakes
from ..names.naming import Names
from ..names.registries import repository_arns
from ..rotator.args import RotationBackend, RotatorArgs
from ..rotator.checks import find_in_settings
from ..runner.checks import find_in_options
from ..runner.identities import runner_identities
from ..variables.targets import OwnerKind
from .args import RegistryAccessArgs, RotationArgs
from .breadth import find_breadth
from .checks import check_names
from .gitlab_instance import backend_of
from .job_secrets import find_beside_push
from .nested import find_nested
from .parts import Parts, key_life_of, rotator_settings, size_mistakes
from .token_renewal import find_in_renewal, renewal_of

_JOB_ROLE: Final = {"project": "", "project_id": "id"}
_ISSUER: Final = {"audience": "id_token_audience"}
_NUMBERS: Final = ("id", "namespace_id", "generation")
_SOME_GITLAB: Final = "https://gitlab.stand-in.example"
_SELF_MANAGED: Final = "a self-managed GitLab"
_URL: Final = ("gitlab", "url")


def find(args: RegistryAccessArgs) -> Mistakes:
    """The mistakes in the whole declaration, and warnings about what may surprise."""
    return find_in(Parts(args))


def find_in(parts: Parts) -> Mistakes:
    """The same, for a caller that goes on with the parts of the declaration."""
    args, found = parts.args, Mistakes()
    names = _names(args, found)
    gitlab = _gitlab(args.get("gitlab", {}), found)
    with found.at():
        check_roles(args.get("max_session_duration"), args.get("permissions_boundary"))
    repositories, caches = args["repositories"], args.get("caches", {})
    found.take(find_in_registry(names.account, names.region, repositories, caches, args.get("registry", {})))
    declared, runners = args.get("consumers", {}), args.get("runners", {})
    with found.at():
        check_consumers(declared, gitlab_url(gitlab))
    with found.at():
        check_names(names.account, repositories, caches, declared, runners)
    issuer = _issuer(args, gitlab, found)
    for path, consumer in declared.items():
        with found.at("consumers", path, renamed=_JOB_ROLE):
            _check_rights(names, path, consumer, {**args, "gitlab": gitlab}, issuer)
    found.take(find_nested(declared, {"account": names.account, "region": names.region}))
    found.take(find_beside_push(declared))
    found.take(find_breadth(declared, gitlab_url(gitlab)))
    for name in runners:
        found.take(_runner(names, name, args, gitlab), "runners", name)
    found.take(_rotation(names, args, issuer), "rotation")
    found.take(find_in_renewal(args.get("rotation", {}), gitlab), "rotation")
    if not found.found:
        plan = parts.plan
        found.take(size_mistakes(plan))
        if plan.gitlab and (problem := too_many(len(plan.targets), plan.gitlab.requests_per_second)):
            found.add("consumers", text=problem)
        if plan.gitlab is None:
            _refuse_token_settings(args.get("rotation", {}), found)
    found.found = _without_repeats(found.found)
    return _without_stand_ins(found, args, names)


def _refuse_token_settings(rotation: RotationArgs, found: Mistakes) -> None:
    wrong = {
        "adopt_token_secret": "true" if rotation.get("adopt_token_secret") else "",
        "token_renewal": "managed" if renewal_of(rotation) is TokenRenewal.MANAGED else "",
    }
    for key, got in wrong.items():
        if got:
            why = "every consumer fetches its login itself, so this stack has no GitLab token"
            found.add("rotation", key, text=f"got {got}; {why}: leave it out")


def _names(args: RegistryAccessArgs, found: Mistakes) -> Names:
    """The names. A wrong part is replaced by a valid one, so that the rest can be checked."""
    given = {key: args.get(key, "") for key in ("account", "region", "prefix", "role_path")}
    with found.at():
        return Names(**given)
    wrong = {mistake.path[0] for mistake in found.found}
    other = Names.standing_in()
    return Names(**{key: getattr(other, key) if key in wrong else value for key, value in given.items()})


def _gitlab(gitlab: GitLabArgs, found: Mistakes) -> GitLabArgs:
    with found.at("gitlab"):
        check_gitlab(gitlab)
    if any(mistake.path == _URL for mistake in found.found):
        return {**gitlab, "url": GITLAB_COM if "gitlab.com" in gitlab.get("url", "") else _SOME_GITLAB}
    return gitlab


def _issuer(args: RegistryAccessArgs, gitlab: GitLabArgs, found: Mistakes) -> JobIssuerArgs | None:
    """The issuer of the jobs' tokens; None when nothing needs it, or when its settings are wrong."""
    declared = args.get("consumers", {}).values()
    assumes = any(has_job_role(consumer) or reads_secret(consumer) for consumer in declared)
    if backend_of(args) is RotationBackend.LAMBDA and not assumes:
        return None
    issuer, before = consumers.issuer(gitlab), len(found.found)
    found.take(find_in_issuer(issuer), "gitlab", renamed=_ISSUER)
    return None if any(mistake.path == _URL for mistake in found.found[before:]) else issuer


def _check_rights(
    names: Names, path: str, consumer: ConsumerArgs, args: RegistryAccessArgs, issuer: JobIssuerArgs | None
) -> None:
    mistakes, gitlab = Mistakes(), args.get("gitlab", {})
    for audience in consumers.audiences({path: consumer}).values():
        with mistakes.at():
            pull_role_documents(names, audience)
    if issuer is not None and kind_of(consumer) is OwnerKind.PROJECT:
        for role in consumers.jobs(gitlab, {path: consumer}).values():
            with mistakes.at():
                job_role_documents(names, role, issuer)
        for role in consumers.secret_roles(gitlab, {path: consumer}).values():
            with mistakes.at():
                secret_role_documents(names, role, issuer)
    if access_of(consumer) is Access.ACCESS_KEYS:
        with mistakes.at():
            arns = repository_arns(names, consumer.get("pull", []), consumer.get("registries", []))
            if arns:
                checked_size(pull_policy(arns), "user", "pull")
    with mistakes.at():
        check_forms(names, path, consumer, args["repositories"])
    mistakes.refuse()


def _runner(names: Names, name: str, args: RegistryAccessArgs, gitlab: GitLabArgs) -> Mistakes:
    options = args.get("runners", {})[name]
    found = find_in_options(
        {
            "account": names.account,
            "region": names.region,
            "prefix": names.prefix,
            "name": name,
            "gitlab_url": gitlab_url(gitlab),
            "options": options,
        }
    )
    pull, machine = options.get("access", {}).get("pull"), options.get("machine")
    if machine is not None and not pull and "instance_profile" not in machine:
        found.add(
            *("access", "pull"),
            text='got none; write the repositories that the machine\'s role pulls, such as ["ci/*"], or write the name '
            "of an existing instance profile as `machine.instance_profile`",
        )
    for identity in runner_identities({name: options}).values():
        with found.at("access"):
            runner_role_documents(names, name, identity)
    return found


def _rotation(names: Names, args: RegistryAccessArgs, issuer: JobIssuerArgs | None) -> Mistakes:
    rotation, backend = args.get("rotation", {}), backend_of(args)
    settings: RotatorArgs = {
        "account": names.account,
        "region": names.region,
        "prefix": names.prefix,
        "plan": "",
        **rotator_settings(rotation),
        "backend": backend,
        "issuer": issuer or {},
    }
    found = find_in_settings(names, settings)
    with found.at():
        key_life_of(rotation)
    return found


def _without_repeats(mistakes: list[Mistake]) -> list[Mistake]:
    """Each mistake once. A wrong id causes a second mistake in IAM's words."""
    kept: dict[object, Mistake] = {}
    for mistake in mistakes:
        kept.setdefault(mistake.path if mistake.path and mistake.path[-1] in _NUMBERS else mistake, mistake)
    return list(kept.values())


def _without_stand_ins(found: Mistakes, args: RegistryAccessArgs, names: Names) -> Mistakes:
    """Without messages that only come from a value that replaces a wrong one, which the user never wrote."""
    other = Names.standing_in()
    pairs = [(getattr(names, key), getattr(other, key), args.get(key)) for key in ("account", "region", "prefix")]
    replaced = [ours for ours, stand_in, given in pairs if ours == stand_in != given and ours not in repr(args)]

    def cleaned(messages: list[Mistake]) -> Iterator[Mistake]:
        for each in messages:
            of_the_url = each.path == _URL and _SOME_GITLAB in each.text
            if not of_the_url and not any(value in each.text for value in replaced):
                yield replace(each, text=each.text.replace(_SOME_GITLAB, _SELF_MANAGED))

    found.found, found.warnings = list(cleaned(found.found)), list(cleaned(found.warnings))
    return found
