"""Derives a consumer's CI/CD variables for each kind of access, without creating resources."""

from collections.abc import Collection, Mapping
from typing import Final, TypedDict

import pulumi

from ..arguments import numbers
from ..contract.plan import Registry
from ..docker import auth as docker_auth
from ..docker.auth import DOCKER_AUTH_CONFIG
from ..names import repository_patterns
from ..names.access import Access
from ..names.choices import choice
from ..names.locations import Mistakes, each, errors_under
from ..names.naming import Names
from ..names.registries import RegistryArgs
from ..names.registry_host import HostForm, host_in
from ..variables.description import PREFIX
from ..variables.keys import ACCESS_KEYS, AWS_REGION, job_variables, push_variables
from ..variables.targets import VariableType
from .args import AuthArgs, ConsumerArgs
from .checks import access_of, has_job_role, kind_of
from .ci_variables import CiVariableArgs

HELPER: Final = "ecr-login"


class _Form(TypedDict, total=False):
    """The properties of a variable that depend on the consumer's access."""

    key: str
    variable_type: VariableType
    masked: bool
    hidden: bool
    protected: bool
    adopt: bool
    value: pulumi.Input[str]
    description: str


def registries(names: Names, consumer: ConsumerArgs) -> tuple[Registry, ...]:
    """The registries of a consumer, with the hosts that its image references use.

    Raises:
        ValueError: a host form does not exist.
    """
    forms = [HostForm.CLASSIC, *(choice(HostForm, form, "host_forms") for form in consumer.get("host_forms", []))]
    own: RegistryArgs = {"account": names.account, "region": names.region}
    where = consumer.get("registries") or [own]
    return tuple(each("registries", where, lambda one: _registry(one["account"], one["region"], forms)))


def _registry(account: str, region: str, forms: list[HostForm]) -> Registry:
    return Registry(account, region, tuple(host_in(form, account, region) for form in dict.fromkeys(forms)))


def variables(
    names: Names, consumers: Mapping[str, ConsumerArgs], repositories: Collection[str]
) -> dict[str, CiVariableArgs]:
    """Every variable of the consumers by the stable name `path:KEY:scope`.

    Raises:
        ValueError: two repositories that a consumer pushes would have one key; a login or helper cannot be written.
    """
    found: dict[str, CiVariableArgs] = {}
    for path, consumer in consumers.items():
        for variable in [*credentials(names, path, consumer), *_for_jobs(names, path, consumer, repositories)]:
            found[f"{path}:{variable.get('key')}:{variable.get('environment_scope')}"] = variable
    return found


def check_forms(names: Names, path: str, consumer: ConsumerArgs, repositories: Collection[str]) -> None:
    """Refuses a consumer if one of its variables could not be written.

    Raises:
        MistakesError: what is wrong.
    """
    mistakes, access, auths = Mistakes(), access_of(consumer), consumer.get("auths", {})
    with mistakes.at():
        registries(names, consumer)
    with mistakes.at(renamed={"credsStore": "helper"}):
        docker_auth.with_store(consumer.get("helper", HELPER))
    for host, login in auths.items() if access is Access.STATIC else ():
        with mistakes.at("auths", host, renamed={"host": ""}):
            docker_auth.check_registry_host(host, "host")
            username = login["username"]
            if isinstance(username, str):
                docker_auth.login_entry(username, "x")
    if consumer.get("push"):
        with mistakes.at("push"):
            _for_push(names, path, consumer, repositories)
    mistakes.refuse()


def credentials(names: Names, path: str, consumer: ConsumerArgs) -> list[CiVariableArgs]:
    """The variables that a consumer's jobs pull with: one for each key and environment scope."""
    access = access_of(consumer)
    if access is Access.ROTATED_VARIABLE and not consumer.get("pull"):
        return []
    return [
        {**_owner(path, consumer), **form, "environment_scope": scope}
        for form in _forms(names, path, consumer, access)
        for scope in consumer.get("environment_scopes", ["*"])
    ]


def _forms(names: Names, path: str, consumer: ConsumerArgs, access: Access) -> list[_Form]:
    document: _Form = {
        "key": DOCKER_AUTH_CONFIG,
        "variable_type": VariableType(consumer.get("variable_type", VariableType.FILE)),
        "hidden": consumer.get("hidden", False),
        "protected": consumer.get("protected", False),
    }
    helper = consumer.get("helper", HELPER)
    match access:
        case Access.ROTATED_VARIABLE:
            return [{**document, "masked": True, "adopt": consumer.get("adopt", False)}]
        case Access.STATIC:
            value = _logins(path, consumer.get("auths", {}))
            return [{**document, "masked": True, "value": value, "description": f"{PREFIX}fixed passwords"}]
        case Access.CREDENTIAL_HELPER:
            hosts = [host for registry in registries(names, consumer) for host in registry.hosts]
            value = docker_auth.dumps(docker_auth.with_helpers(dict.fromkeys(hosts, helper)))
            return [_helper_form(document, value, helper)]
        case Access.CREDENTIALS_STORE:
            value = docker_auth.dumps(docker_auth.with_store(helper))
            return [_helper_form(document, value, helper)]
        case Access.JOB_ROLE | Access.JOB_SECRET:
            return []
        case Access.ACCESS_KEYS:
            return _access_keys(names.region, consumer)


def _access_keys(region: str, consumer: ConsumerArgs) -> list[_Form]:
    common: _Form = {"variable_type": VariableType.ENV_VAR, "protected": consumer.get("protected", True)}
    hidden = consumer.get("hidden", False)
    note = f"{PREFIX}region of the access keys"
    return [
        *({**common, "key": key, "masked": True, "hidden": hidden} for key in ACCESS_KEYS),
        {**common, "key": AWS_REGION, "value": region, "masked": False, "description": note},
    ]


def _helper_form(document: _Form, value: str, helper: str) -> _Form:
    # It holds no password, so anyone may read which helper it names.
    masked = document.get("hidden", False)
    return {**document, "masked": masked, "value": value, "description": f"{PREFIX}docker-credential-{helper}"}


def _logins(path: str, auths: Mapping[str, AuthArgs]) -> pulumi.Output[str]:
    def document(logins: Mapping[str, tuple[str, str]]) -> str:
        entries: dict[str, docker_auth.AuthEntry] = {}
        for host, (username, password) in logins.items():
            with errors_under("consumers", path, "auths", host):
                entries[host] = docker_auth.login_entry(username, password)
        return docker_auth.dumps(docker_auth.with_auths(entries))

    logins = {host: pulumi.Output.all(login["username"], login["password"]) for host, login in auths.items()}
    return pulumi.Output.secret(pulumi.Output.all(**logins)).apply(document)


def _for_jobs(names: Names, path: str, consumer: ConsumerArgs, repositories: Collection[str]) -> list[CiVariableArgs]:
    if not has_job_role(consumer):
        return []
    values = (
        _for_push(names, path, consumer, repositories) if consumer.get("push") else _for_pull(names, path, consumer)
    )
    return [
        {
            **_owner(path, consumer),
            "key": key,
            "value": value,
            "environment_scope": "*",
            "variable_type": VariableType.ENV_VAR,
            "masked": False,
            "description": f"{PREFIX}for jobs that {'push' if consumer.get('push') else 'pull by themselves'}",
        }
        for key, value in values.items()
    ]


def _for_push(names: Names, path: str, consumer: ConsumerArgs, repositories: Collection[str]) -> dict[str, str]:
    pushed = repository_patterns.matching(consumer.get("push", []), repositories)
    return push_variables(names.registry_host, names.push_role_arn(path), pushed)


def _for_pull(names: Names, path: str, consumer: ConsumerArgs) -> dict[str, str]:
    return job_variables(registries(names, consumer)[0].hosts[0], names.job_role_arn(path))


def _owner(path: str, consumer: ConsumerArgs) -> CiVariableArgs:
    return {"owner_kind": kind_of(consumer), "owner": owner(path, consumer)}


def owner(path: str, consumer: ConsumerArgs) -> pulumi.Input[str]:
    """How GitLab finds the consumer: by its number, where it has one here."""
    return numbers.text(consumer["id"], "consumers", path, "id") if "id" in consumer else path
