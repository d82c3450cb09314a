"""Pulumi's options and tags of a component apply to everything in it."""

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_gitlab as gitlab
import pytest
from every_component import ARGUMENTS, INSTANCE, REGION, answers, make
from recording import recording
from urns import urns

from validation.recorder import Registered

EVERY = pytest.mark.parametrize("name", sorted(ARGUMENTS))
_CONFIG = {"gitlab:baseUrl": f"{INSTANCE}/api/v4/"}


def _marked(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
    return pulumi.ResourceTransformationResult({**args.props, "marked": "yes"}, args.opts)


def _options() -> pulumi.ResourceOptions:
    own = gitlab.Provider("own-gitlab", base_url=f"{INSTANCE}/api/v4/")
    return pulumi.ResourceOptions(
        parent=pulumi.ComponentResource("acme:index:Outer", "outer"),
        aliases=[pulumi.Alias(name="before")],
        protect=True,
        retain_on_delete=True,
        depends_on=[aws.sns.Topic("first")],
        providers=[aws.Provider("own-aws", region=REGION), own],
        transformations=[_marked],
    )


def _made(name: str, options: Callable[[], pulumi.ResourceOptions | None]) -> list[Registered]:
    with recording() as recorder:
        recorder.answers |= answers()
        pulumi.runtime.set_all_config(_CONFIG)
        pulumi.runtime.test(lambda: make(name, options()) and None)()
    found = [each for each in recorder.resources if each.name not in ("first", "outer")]
    assert of_providers(found)
    return found


@cache
def plain(name: str) -> list[Registered]:
    """What a component registers without options."""
    return _made(name, lambda: None)


@cache
def with_options(name: str) -> list[Registered]:
    """What a component registers with every option; a test looks at one of them."""
    return _made(name, _options)


def of_providers(resources: list[Registered]) -> list[Registered]:
    return [each for each in resources if not each.type.startswith("gitlab-ecr:")]


@EVERY
def test_an_alias_of_the_component_applies_to_each_child(name: str) -> None:
    now = urns(with_options(name))
    assert {urn for urn, all_ in now.items() if not any("::before" in other for other in all_)} == set()


@EVERY
def test_a_protected_component_protects_each_child(name: str) -> None:
    assert [each.name for each in with_options(name) if not each.protect] == []


@EVERY
def test_a_component_with_retain_on_delete_retains_each_child(name: str) -> None:
    assert [each.name for each in with_options(name) if not each.retain_on_delete] == []


@EVERY
def test_without_retain_on_delete_no_child_is_retained(name: str) -> None:
    assert [each.name for each in plain(name) if each.retain_on_delete] == []


@EVERY
def test_each_child_depends_on_what_the_component_depends_on(name: str) -> None:
    assert [each.name for each in with_options(name) if "first" not in each.dependencies] == []


@EVERY
def test_each_child_has_the_providers_of_the_component(name: str) -> None:
    assert {(each.type.partition(":")[0], each.provider) for each in of_providers(with_options(name))} <= {
        ("aws", "own-aws"),
        ("gitlab", "own-gitlab"),
    }


@EVERY
def test_a_transformation_of_the_component_applies_to_each_child(name: str) -> None:
    assert [each.name for each in with_options(name) if each.inputs.get("marked") != "yes"] == []


@EVERY
def test_the_component_is_below_its_parent_and_each_child_below_the_component(name: str) -> None:
    components = {"outer"}
    for each in with_options(name):
        assert each.parent in components, each.name
        components |= {each.name} if each.type.startswith("gitlab-ecr:") else set()


def takes_tags(type_: str) -> bool:
    _, module, class_ = type_.split(":")
    folder = module.partition("/")[0]
    resource: Any = getattr(getattr(aws, {"lambda": "lambda_"}.get(folder, folder)), class_)
    return "tags" in inspect.signature(resource._internal_init).parameters


@pytest.mark.parametrize("name", ["Identities", "PullUser", "RegistryAccess", "Repositories", "Rotator", "Runner"])
def test_tags_reach_every_resource_that_can_have_tags(name: str) -> None:
    taggable = [each for each in plain(name) if each.type.startswith("aws:") and takes_tags(each.type)]
    assert taggable
    untagged = [
        f"{each.type} {each.name}" for each in taggable if each.inputs.get("tags", {}).get("team") != "platform"
    ]
    assert untagged == []
