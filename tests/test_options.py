"""Pulumi's options and tags of a component apply to everything in it."""

import inspect
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_gitlab as gitlab
import pytest
from every_component import ARGUMENTS, INSTANCE, REGION, answers, make
from urns import urns

from validation.recorder import Recorder, Registered

EVERY = pytest.mark.parametrize("name", sorted(ARGUMENTS))
_CONFIG = {"gitlab:baseUrl": f"{INSTANCE}/api/v4/"}


def made(recorder: Recorder, name: str, options: Any = pulumi.ResourceOptions) -> list[Registered]:
    """What a component registers with the options that the function makes."""
    recorder.answers |= answers()
    pulumi.runtime.set_all_config(_CONFIG)
    pulumi.runtime.test(lambda: make(name, options()) and None)()
    return [each for each in recorder.resources if each.name not in ("first", "outer")]


def of_providers(resources: list[Registered]) -> list[Registered]:
    return [each for each in resources if not each.type.startswith("gitlab-ecr:")]


@EVERY
def test_an_alias_of_the_component_is_one_of_each_child(recorder: Recorder, name: str) -> None:
    now = urns(made(recorder, name, lambda: pulumi.ResourceOptions(aliases=[pulumi.Alias(name="before")])))
    assert {urn for urn, all_ in now.items() if not any("::before" in other for other in all_)} == set()


@EVERY
def test_a_protected_component_protects_each_child(recorder: Recorder, name: str) -> None:
    resources = made(recorder, name, lambda: pulumi.ResourceOptions(protect=True))
    assert [each.name for each in resources if not each.protect] == []


@EVERY
def test_a_component_that_stays_keeps_each_child(recorder: Recorder, name: str) -> None:
    resources = made(recorder, name, lambda: pulumi.ResourceOptions(retain_on_delete=True))
    assert [each.name for each in resources if not each.retain_on_delete] == []


@EVERY
def test_without_the_option_nothing_stays_that_was_made_here(recorder: Recorder, name: str) -> None:
    assert [each.name for each in made(recorder, name) if each.retain_on_delete] == []


@EVERY
def test_what_the_component_depends_on_is_made_before_each_child(recorder: Recorder, name: str) -> None:
    resources = made(recorder, name, lambda: pulumi.ResourceOptions(depends_on=[aws.sns.Topic("first")]))
    assert [each.name for each in resources if "first" not in each.dependencies] == []


@EVERY
def test_each_child_has_the_providers_of_the_component(recorder: Recorder, name: str) -> None:
    def options() -> pulumi.ResourceOptions:
        own = gitlab.Provider("own-gitlab", base_url=f"{INSTANCE}/api/v4/")
        return pulumi.ResourceOptions(providers=[aws.Provider("own-aws", region=REGION), own])

    resources = of_providers(made(recorder, name, options))
    assert {(each.type.partition(":")[0], each.provider) for each in resources} <= {
        ("aws", "own-aws"),
        ("gitlab", "own-gitlab"),
    }


@EVERY
def test_each_child_is_transformed_as_the_component_is(recorder: Recorder, name: str) -> None:
    def marked(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        return pulumi.ResourceTransformationResult({**args.props, "marked": "yes"}, args.opts)

    resources = made(recorder, name, lambda: pulumi.ResourceOptions(transformations=[marked]))
    assert [each.name for each in resources if each.inputs.get("marked") != "yes"] == []


@EVERY
def test_each_child_is_below_the_component_and_that_below_its_parent(recorder: Recorder, name: str) -> None:
    def options() -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=pulumi.ComponentResource("acme:index:Outer", "outer"))

    components = {"outer"}
    for each in made(recorder, name, options):
        assert each.parent in components, each.name
        components |= {each.name} if each.type.startswith("gitlab-ecr:") else set()


def takes_tags(type_: str) -> bool:
    _, module, class_ = type_.split(":")
    folder = module.partition("/")[0]
    resource: Any = getattr(getattr(aws, {"lambda": "lambda_"}.get(folder, folder)), class_)
    return "tags" in inspect.signature(resource._internal_init).parameters


@pytest.mark.parametrize("name", ["Identities", "PullUser", "RegistryAccess", "Repositories", "Rotator", "Runner"])
def test_tags_reach_everything_that_has_them(recorder: Recorder, name: str) -> None:
    taggable = [each for each in made(recorder, name) if each.type.startswith("aws:") and takes_tags(each.type)]
    assert taggable
    untagged = [
        f"{each.type} {each.name}" for each in taggable if each.inputs.get("tags", {}).get("team") != "platform"
    ]
    assert untagged == []
