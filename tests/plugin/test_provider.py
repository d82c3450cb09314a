"""The plugin over gRPC: what a program in another language writes makes what a Python program would make."""

import json
from collections.abc import Mapping
from typing import Any

import grpc
import pulumi
import pytest
from every_component import ARGUMENTS, INSTANCE, answers, make
from plugin_process import Plugin, output
from program import ROOT
from pulumi.runtime.proto import errors_pb2, provider_pb2, status_pb2

import components
from components.arguments.shape import Field, fields, inner, is_arguments, is_dict, is_list
from components.names.spelling import camel
from plugin.provider import CLASSES, Provider
from validation.recorder import Recorder, Registered

_GITLAB = {"gitlab:baseUrl": INSTANCE}


def written(expected: Any, value: Any) -> Any:
    """Python arguments as another language writes them: keys in camelCase, enums as text."""
    if isinstance(value, Mapping):
        if not is_arguments(expected):
            below = inner(expected).type if is_dict(expected) else Any
            return {key: written(below, item) for key, item in value.items()}
        known: Mapping[str, Field] = fields(expected)
        return {camel(key): written(known[key].type, item) for key, item in value.items()}
    if isinstance(value, list):
        return [written(inner(expected).type if is_list(expected) else Any, item) for item in value]
    return value


def inputs_of(name: str, **changed: Any) -> dict[str, Any]:
    (made,) = [each for each in CLASSES if each.__name__ == name]
    return written(made.__init__.__annotations__["args"], {**ARGUMENTS[name], **changed})


def declaring(consumers: dict[str, Any]) -> dict[str, Any]:
    """A declaration with consumers as another language writes them, and nothing beside them."""
    return {**inputs_of("RegistryAccess", caches={}, registry={}, runners={}), "consumers": consumers}


def shown(resources: list[Registered]) -> dict[str, Any]:
    """What was registered, in no order; archives by the names of their files."""
    return {f"{each.type} {each.name}": _shown(each) for each in resources}


def _shown(each: Registered) -> Any:
    inputs = json.loads(json.dumps(each.inputs, default=lambda archive: sorted(archive.assets)))
    return inputs, each.secret_inputs, each.parent, each.protect, each.ignore_changes


def in_order(value: Any) -> Any:
    """Mappings by their keys, as they come over the wire; the plan has its targets in the order of the consumers."""
    return {key: in_order(value[key]) for key in sorted(value)} if isinstance(value, dict) else value


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_each_component_makes_the_same_as_for_a_python_program(plugin: Plugin, recorder: Recorder, name: str) -> None:
    recorder.answers |= answers()
    pulumi.runtime.set_all_config(_GITLAB)
    pulumi.runtime.test(lambda: make(name, **in_order(ARGUMENTS[name])) and None)()
    answer = plugin.construct(name, inputs_of(name), config=_GITLAB)
    assert answer.urn.endswith(f"::gitlab-ecr:index:{name}::it")
    assert shown(plugin.engine.resources) == shown(recorder.resources)


def test_the_arguments_reach_every_component() -> None:
    assert {each.__name__ for each in CLASSES} == ARGUMENTS.keys()


def test_the_plugin_serves_every_public_component() -> None:
    public = [getattr(components, name) for name in components.__all__]
    found = [each for each in public if isinstance(each, type) and issubclass(each, pulumi.ComponentResource)]
    assert found == CLASSES


def test_the_served_schema_is_the_recorded_one(plugin: Plugin) -> None:
    kept = json.loads((ROOT / "plugin" / "schema.json").read_text())
    assert json.loads(plugin.schema()) == kept, "run `make reference`, and describe the change in CHANGELOG.md"
    assert plugin.version() == kept["version"] == Provider().version


def test_numbers_from_other_languages_become_whole_numbers(plugin: Plugin) -> None:
    plugin.construct("Runner", inputs_of("Runner"))
    (config,) = [each.inputs["value"] for each in plugin.engine.resources if each.name == "it-config"]
    assert "concurrent = 4\n" in config
    assert ".0\n" not in config
    (registration,) = [each for each in plugin.engine.resources if each.type.endswith(":UserRunner")]
    assert repr(registration.inputs["groupId"]) in ("20", "20.0")


def refused(plugin: Plugin, name: str, inputs: dict[str, Any], **request: Any) -> dict[str, str]:
    """The messages that the engine gets, by property."""
    with pytest.raises(grpc.RpcError) as caught:
        plugin.construct(name, inputs, **request)
    call: Any = caught.value
    status = status_pb2.Status.FromString(dict(call.trailing_metadata())["grpc-status-details-bin"])
    message = errors_pb2.InputPropertiesError()
    assert status.details[0].Unpack(message)
    return {each.property_path: each.reason for each in message.errors}


@pytest.mark.parametrize(
    ("changed", "place", "reason"),
    [
        ({"account": 123456789012}, "account", "got 123456789012; write text"),
        ({"maxSessionDuration": 7200.5}, "maxSessionDuration", "got 7200.5; write a whole number"),
        ({"roleePath": "/x/"}, "roleePath", "no such argument; did you mean rolePath?"),
        ({"prefix": output("gitlab-ecr")}, "prefix", "got an output of a resource; write text as a plain value"),
        ({"prefix": output()}, "prefix", "got an output of a resource; write text as a plain value"),
        ({"audiences": {"a": {}}}, "audiences.a.pull", "missing; write a list of text"),
        ({"runners": {"a": {"pull": ["ci/*"], "parameterKy": "x"}}}, "runners.a.parameterKy", "no such argument"),
    ],
)
@pytest.mark.parametrize("preview", [True, False])
def test_a_mistake_names_the_key_as_the_program_spells_it(
    plugin: Plugin, changed: dict[str, Any], place: str, reason: str, preview: bool
) -> None:
    message = refused(plugin, "Identities", {**inputs_of("Identities"), **changed}, dryRun=preview)
    assert message.keys() == {place}
    assert message[place].startswith(reason)
    assert plugin.engine.resources == []


def test_mistakes_of_form_and_of_meaning_are_reported_at_once(plugin: Plugin) -> None:
    inputs = inputs_of("RegistryAccess", consumers={"acme/web": {"pull": ["ci/*"], "environment_scopes": [""]}})
    inputs["rotation"]["interval"] = "2 weeks"
    message = refused(plugin, "RegistryAccess", inputs, config=_GITLAB)
    assert {"consumers.acme/web.environmentScopes[0]", "rotation.interval"} == message.keys()


def test_a_secret_stays_secret(plugin: Plugin) -> None:
    consumers = {
        "acme/partner": {
            "access": "static",
            "auths": {"registry.example.com": {"username": "ci", "password": output("fake-password", secret=True)}},
        }
    }
    plugin.construct("RegistryAccess", declaring(consumers), config=_GITLAB)
    (variable,) = [each for each in plugin.engine.resources if each.type.endswith(":ProjectVariable")]
    assert "value" in variable.secret_inputs
    assert "registry.example.com" in variable.inputs["value"]


def test_what_a_preview_does_not_know_yet_reaches_the_resource_as_unknown(plugin: Plugin) -> None:
    inputs = inputs_of("Identities", permissions_boundary=output(), max_session_duration=output())
    plugin.construct("Identities", inputs, dryRun=True)
    roles = [each for each in plugin.engine.resources if each.type == "aws:iam/role:Role"]
    assert roles
    assert not any(isinstance(role.inputs.get("permissionsBoundary"), str) for role in roles)


@pytest.mark.parametrize("number", [20, "20", output("20"), output(20), output("20", secret=True)])
def test_an_id_may_be_the_output_of_a_group_in_the_same_program(plugin: Plugin, number: Any) -> None:
    consumers = {"acme/backend": {"kind": "group", "id": number, "pull": ["ci/*"]}}
    plugin.construct("RegistryAccess", declaring(consumers), config=_GITLAB)
    (variable,) = [each for each in plugin.engine.resources if each.type.endswith(":GroupVariable")]
    assert variable.inputs["group"] == "20"
    (function,) = [each for each in plugin.engine.resources if each.name == "it-rotator-function"]
    (target,) = json.loads(function.inputs["code"].assets["gitlab_ecr/plan.json"].text)["targets"]
    assert target["owner"] == "20"


def test_an_id_that_is_known_in_up_only_is_unknown_in_the_preview_and_the_rest_is_known(plugin: Plugin) -> None:
    consumers = {"acme/backend": {"kind": "group", "id": output(), "pull": ["ci/*"]}}
    plugin.construct("RegistryAccess", declaring(consumers), config=_GITLAB, dryRun=True)
    unknown = {each.name for each in plugin.engine.resources if "Unknown" in repr(each.inputs)}
    assert {"it-rotator-function", "it-rotator-renewal", "it-rotator-first-rotation"} <= unknown
    assert not [name for name in unknown if "role" in name or "identities" in name]


def test_a_number_in_an_output_becomes_whole_too(plugin: Plugin) -> None:
    plugin.construct("Rotator", {**inputs_of("Rotator"), "logRetentionDays": output(30, secret=True)})
    (group,) = [each for each in plugin.engine.resources if each.name == "it-function-log"]
    assert group.inputs["retentionInDays"] == 30
    assert "retentionInDays" in group.secret_inputs


def test_options_reach_the_children(plugin: Plugin) -> None:
    urn = "urn:pulumi:prod::acme::pulumi:providers:gitlab::own"
    plugin.engine.providers[urn] = {"baseUrl": f"{INSTANCE}/api/v4/"}
    alias = {"spec": {"name": "before"}}
    plugin.construct(
        "RegistryAccess",
        inputs_of("RegistryAccess"),
        protect=True,
        retainOnDelete=True,
        aliases=[alias],
        providers={"gitlab": f"{urn}::1"},
    )
    made = plugin.engine.resources
    assert all(each.protect for each in made if each.type.startswith("aws:"))
    variables = [each for each in made if each.type.endswith("Variable")]
    assert variables
    assert {each.provider for each in variables} == {"own"}
    (top,) = [each for each in made if each.type == "gitlab-ecr:index:RegistryAccess"]
    assert [each.spec.name for each in top.aliases] == ["before"]


def test_the_token_goes_to_no_other_instance(plugin: Plugin) -> None:
    message = refused(plugin, "RegistryAccess", inputs_of("RegistryAccess"))
    assert message["gitlab.url"].startswith(f"got '{INSTANCE}', but the default GitLab provider talks to")


def test_an_unknown_type_is_an_error(plugin: Plugin) -> None:
    with pytest.raises(grpc.RpcError):
        plugin.stub.Construct(provider_pb2.ConstructRequest(type="gitlab-ecr:index:Nothing", name="it"))
