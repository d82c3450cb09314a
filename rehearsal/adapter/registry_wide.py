"""`aws:ecr` resources of a whole registry. The emulator stores them, but does not cache, scan or replicate anything."""

from collections.abc import Callable
from typing import Any, Final

from .clients import Clients, given
from .kind import Created, GoneError, Kind, Values, again, keys

_CACHE: Final = "pull-through caches: their rules are kept, and no image came through one"
_REGISTRY: Final = "settings of the whole registry: they are stored, but nothing is scanned or replicated"
_NO_SCANNING: Final[Values] = {"scanType": "BASIC", "rules": []}
_NO_REPLICATION: Final[Values] = {"rules": []}


def _ecr(clients: Clients, values: Values) -> Any:
    return clients.aws("ecr", values.get("region"))


def _region(clients: Clients, state: Values) -> Values:
    """Outputs that the real provider adds to everything that it reads, also in an import."""
    return {"region": state.get("region") or clients.region}


def _create_rule(clients: Clients, inputs: Values) -> Created:
    answer = _ecr(clients, inputs).create_pull_through_cache_rule(
        **given(
            ecrRepositoryPrefix=inputs["ecrRepositoryPrefix"],
            upstreamRegistryUrl=inputs["upstreamRegistryUrl"],
            credentialArn=inputs.get("credentialArn"),
        )
    )
    return inputs["ecrRepositoryPrefix"], {"registryId": answer["registryId"]}


def _read_rule(clients: Clients, id_: str, state: Values) -> Values:
    (rule,) = _ecr(clients, state).describe_pull_through_cache_rules(ecrRepositoryPrefixes=[id_])[
        "pullThroughCacheRules"
    ]
    known = ("ecrRepositoryPrefix", "upstreamRegistryUrl", "credentialArn", "registryId")
    return {**{key: rule.get(key) for key in known}, **_region(clients, state)}


def _update_rule(clients: Clients, id_: str, _state: Values, inputs: Values) -> None:
    wanted = given(credentialArn=inputs.get("credentialArn"))
    _ecr(clients, inputs).update_pull_through_cache_rule(ecrRepositoryPrefix=id_, **wanted)


def _delete_rule(clients: Clients, id_: str, state: Values) -> None:
    _ecr(clients, state).delete_pull_through_cache_rule(ecrRepositoryPrefix=id_)


_TEMPLATE: Final = ("description", "imageTagMutability", "lifecyclePolicy", "repositoryPolicy", "customRoleArn")


def _template(inputs: Values) -> Values:
    return {
        "prefix": inputs["prefix"],
        "appliedFor": inputs["appliedFors"],
        **given(**{key: inputs.get(key) for key in _TEMPLATE}),
    }


def _create_template(clients: Clients, inputs: Values) -> Created:
    answer = _ecr(clients, inputs).create_repository_creation_template(**_template(inputs))
    return inputs["prefix"], {"registryId": answer["registryId"]}


def _read_template(clients: Clients, id_: str, state: Values) -> Values:
    answer = _ecr(clients, state).describe_repository_creation_templates(prefixes=[id_])
    if not answer["repositoryCreationTemplates"]:
        raise GoneError(id_)
    found = answer["repositoryCreationTemplates"][0]
    return {
        "prefix": id_,
        "appliedFors": found["appliedFor"],
        "registryId": answer["registryId"],
        **{key: found.get(key) for key in _TEMPLATE},
        **_region(clients, state),
    }


def _update_template(clients: Clients, _id: str, _state: Values, inputs: Values) -> None:
    _ecr(clients, inputs).update_repository_creation_template(**_template(inputs))


def _delete_template(clients: Clients, id_: str, state: Values) -> None:
    _ecr(clients, state).delete_repository_creation_template(prefix=id_)


def _put_policy(clients: Clients, inputs: Values) -> Created:
    answer = _ecr(clients, inputs).put_registry_policy(policyText=inputs["policy"])
    return answer["registryId"], {"registryId": answer["registryId"]}


def _read_policy(clients: Clients, _id: str, state: Values) -> Values:
    answer = _ecr(clients, state).get_registry_policy()
    return {"policy": answer["policyText"], "registryId": answer["registryId"], **_region(clients, state)}


def _delete_policy(clients: Clients, _id: str, state: Values) -> None:
    _ecr(clients, state).delete_registry_policy()


def _put_scanning(clients: Clients, inputs: Values) -> Created:
    _ecr(clients, inputs).put_registry_scanning_configuration(
        scanType=inputs["scanType"], rules=inputs.get("rules") or []
    )
    return clients.account, {"registryId": clients.account}


def _read_scanning(clients: Clients, _id: str, state: Values) -> Values:
    answer = _ecr(clients, state).get_registry_scanning_configuration()
    return {**answer["scanningConfiguration"], "registryId": answer["registryId"], **_region(clients, state)}


def _put_replication(clients: Clients, inputs: Values) -> Created:
    configuration = inputs.get("replicationConfiguration") or _NO_REPLICATION
    _ecr(clients, inputs).put_replication_configuration(replicationConfiguration=configuration)
    return clients.account, {"registryId": clients.account}


def _read_replication(clients: Clients, _id: str, state: Values) -> Values:
    answer = _ecr(clients, state).describe_registry()
    if not answer["replicationConfiguration"]["rules"]:
        raise GoneError(answer["registryId"])
    return {
        "replicationConfiguration": answer["replicationConfiguration"],
        "registryId": answer["registryId"],
        **_region(clients, state),
    }


def _back_to(put: Callable[[Clients, Values], Created], nothing: Values) -> Callable[[Clients, str, Values], None]:
    """A setting that cannot be deleted goes back to what a registry has at first."""

    def delete(clients: Clients, _id: str, state: Values) -> None:
        put(clients, {**nothing, **given(region=state.get("region"))})

    return delete


def _setting(
    put: Callable[[Clients, Values], Created],
    read: Callable[[Clients, str, Values], Values],
    delete: Callable[[Clients, str, Values], None],
) -> Kind:
    """A setting of the registry in one region."""
    return Kind(
        create=put,
        read=read,
        update=again(put),
        delete=delete,
        replaced_by=keys("region"),
        computed=keys("registryId"),
        unproven=_REGISTRY,
    )


KINDS: Final = {
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": Kind(
        create=_create_rule,
        read=_read_rule,
        update=_update_rule,
        delete=_delete_rule,
        replaced_by=keys("ecrRepositoryPrefix", "upstreamRegistryUrl", "region"),
        computed=keys("registryId"),
        unproven=_CACHE,
    ),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": Kind(
        create=_create_template,
        read=_read_template,
        update=_update_template,
        delete=_delete_template,
        replaced_by=keys("prefix", "region"),
        computed=keys("registryId"),
        unproven=_CACHE,
    ),
    "aws:ecr/registryPolicy:RegistryPolicy": _setting(_put_policy, _read_policy, _delete_policy),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": _setting(
        _put_scanning, _read_scanning, _back_to(_put_scanning, _NO_SCANNING)
    ),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": _setting(
        _put_replication, _read_replication, _back_to(_put_replication, {})
    ),
}
