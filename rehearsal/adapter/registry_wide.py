"""`aws:ecr` resources of which the emulator knows nothing: they are accepted unseen, and the rehearsal says so."""

from typing import Final

from .clients import Clients
from .kind import Created, Kind, Values, keys

_CACHE: Final = "pull-through caches: the emulator has none, so no image came through one"
_REGISTRY: Final = "settings of the whole registry: the emulator has none"


def _stand_in(id_key: str, reason: str) -> Kind:
    def create(clients: Clients, inputs: Values) -> Created:
        return str(inputs.get(id_key, clients.account)), {"registryId": clients.account}

    def read(_clients: Clients, _id: str, state: Values) -> Values:
        return state

    def nothing(_clients: Clients, *_: object) -> None:
        pass

    return Kind(
        create=create,
        read=read,
        update=nothing,
        delete=nothing,
        replaced_by=keys(id_key, "region"),
        computed=keys("registryId"),
        stand_in=reason,
    )


KINDS: Final = {
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": _stand_in("ecrRepositoryPrefix", _CACHE),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": _stand_in("prefix", _CACHE),
    "aws:ecr/registryPolicy:RegistryPolicy": _stand_in("registryId", _REGISTRY),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": _stand_in("registryId", _REGISTRY),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": _stand_in("registryId", _REGISTRY),
}
