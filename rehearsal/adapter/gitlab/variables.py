"""`gitlab:GroupVariable`, `gitlab:ProjectVariable` and `gitlab:InstanceVariable`, over the instance's own REST API."""

from typing import Any, Final
from urllib.parse import quote, urlencode

from rehearsal.adapter.clients import Clients, given
from rehearsal.adapter.kind import Created, Kind, Values, keys

from .call import call

_INSTANCE: Final = "admin/ci/variables"


def _create_variable(owner: str) -> Any:
    def create(clients: Clients, inputs: Values) -> Created:
        hidden = inputs.get("hidden") or None
        body = given(key=inputs["key"], **_attributes(inputs), masked_and_hidden=hidden)
        call(clients, "POST", _variables(owner, inputs[owner]), body)
        return f"{inputs[owner]}:{inputs['key']}:{inputs.get('environmentScope', '*')}", {}

    return create


def _read_variable(owner: str) -> Any:
    def read(clients: Clients, id_: str, _state: Values) -> Values:
        owner_id, key, _ = id_.split(":", 2)
        found = call(clients, "GET", _one(owner, id_))
        return {
            owner: owner_id,
            "key": key,
            "description": found.get("description"),
            "environmentScope": found["environment_scope"],
            "variableType": found["variable_type"],
            "masked": found["masked"],
            "hidden": found.get("hidden", False),
            "protected": found["protected"],
            "raw": found["raw"],
            # GitLab shows a hidden value to nobody.
            **given(value=found["value"]),
        }

    return read


def _update_variable(owner: str) -> Any:
    def update(clients: Clients, id_: str, _state: Values, inputs: Values) -> None:
        """Like the provider, sends every attribute, even if only one has changed."""
        call(clients, "PUT", _one(owner, id_), _attributes(inputs))

    return update


def _delete_variable(owner: str) -> Any:
    def delete(clients: Clients, id_: str, _state: Values) -> None:
        call(clients, "DELETE", _one(owner, id_))

    return delete


def _variables(owner: str, owner_id: str) -> str:
    return f"{owner}s/{quote(owner_id, safe='')}/variables"


def _one(owner: str, id_: str) -> str:
    owner_id, key, scope = id_.split(":", 2)
    return f"{_variables(owner, owner_id)}/{key}?{urlencode({'filter[environment_scope]': scope})}"


def _attributes(inputs: Values) -> Values:
    return given(
        value=inputs["value"],
        description=inputs.get("description"),
        environment_scope=inputs.get("environmentScope"),
        variable_type=inputs.get("variableType"),
        masked=inputs.get("masked"),
        protected=inputs.get("protected"),
        raw=inputs.get("raw"),
    )


def _variable(owner: str) -> Kind:
    return Kind(
        create=_create_variable(owner),
        read=_read_variable(owner),
        update=_update_variable(owner),
        delete=_delete_variable(owner),
        replaced_by=keys(owner, "key", "environmentScope", "hidden"),
        auto_named=False,
        gone_is_an_error=True,
    )


def _create_of_instance(clients: Clients, inputs: Values) -> Created:
    call(clients, "POST", _INSTANCE, given(key=inputs["key"], **_attributes(inputs)))
    return inputs["key"], {}


def _read_of_instance(clients: Clients, id_: str, _state: Values) -> Values:
    found = call(clients, "GET", f"{_INSTANCE}/{id_}")
    return {
        "key": id_,
        "description": found.get("description"),
        "variableType": found["variable_type"],
        **{name: found[name] for name in ("masked", "protected", "raw", "value")},
    }


def _update_of_instance(clients: Clients, id_: str, _state: Values, inputs: Values) -> None:
    call(clients, "PUT", f"{_INSTANCE}/{id_}", _attributes(inputs))


def _delete_of_instance(clients: Clients, id_: str, _state: Values) -> None:
    call(clients, "DELETE", f"{_INSTANCE}/{id_}")


KINDS: Final = {
    "gitlab:index/instanceVariable:InstanceVariable": Kind(
        create=_create_of_instance,
        read=_read_of_instance,
        update=_update_of_instance,
        delete=_delete_of_instance,
        replaced_by=keys("key"),
        auto_named=False,
        gone_is_an_error=True,
    ),
    "gitlab:index/groupVariable:GroupVariable": _variable("group"),
    "gitlab:index/projectVariable:ProjectVariable": _variable("project"),
}
