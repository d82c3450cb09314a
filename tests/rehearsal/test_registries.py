"""The registries that a stack file names, and the contents of other accounts' registries."""

from typing import Any, cast

import pytest

from rehearsal.registries import UNNAMED, RegistryLocation, images, registries, tried
from settings import RegistryAccessArgs

OWN, OTHER = RegistryLocation("123456789012", "eu-central-1"), RegistryLocation("210987654321", "us-east-1")
HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
THERE = [{"account": OTHER.account, "region": OTHER.region}]


def declared(**parts: Any) -> RegistryAccessArgs:
    repositories: dict[str, Any] = {"ci/python": {}, "ci/node": {}, "apps/shop": {}}
    own = {"account": OWN.account, "region": OWN.region, "repositories": repositories}
    return cast("RegistryAccessArgs", {**own, **parts})


def test_a_plain_stack_has_one_registry_and_nothing_made_up() -> None:
    (found,) = registries(declared(consumers={"acme/web": {"pull": ["ci/*"]}}))
    assert (found.location, found.hosts, found.own) == (OWN, (HOST,), True)
    assert found.repositories == ("ci/python", "ci/node", "apps/shop")


@pytest.mark.parametrize(
    ("pull", "there"),
    [
        (["base/python"], ("base/python",)),
        (["ci/*"], ("ci/python", "ci/node")),
        (["golden/*", "golden/x"], ("golden/made-up", "golden/x")),
    ],
)
def test_another_registry_holds_the_pulled_repositories_and_one_that_is_not_declared(
    pull: list[str], there: tuple[str, ...]
) -> None:
    _, other = registries(declared(consumers={"acme/web": {"pull": pull, "registries": THERE}}))
    assert (other.location, other.own) == (OTHER, False)
    assert other.repositories == (*there, UNNAMED)


def test_every_form_of_a_host_that_the_stack_uses_is_served() -> None:
    runner = {"access": {"pull": ["ci/*"], "registry_hosts": [HOST.replace(".ecr.", ".ecr-fips.")]}}
    consumer = {"pull": ["ci/*"], "host_forms": ["dual-stack"]}
    (found,) = registries(declared(consumers={"acme/web": consumer}, runners={"a": runner}))
    assert [host.split(".")[1:3] for host in found.hosts] == [
        ["dkr", "ecr"],
        ["dkr-ecr", "eu-central-1"],
        ["dkr", "ecr-fips"],
    ]


def test_each_puller_tries_the_classic_hosts_and_its_own_other_forms() -> None:
    found = registries(declared(consumers={"acme/web": {"pull": ["ci/*"], "host_forms": ["fips"]}}))
    assert {image.host for image in tried(found, ["ci/*"], [HOST])} == {HOST}
    both = tried(found, ["ci/*"], found[0].hosts)
    assert {image.host for image in both} == set(found[0].hosts)
    assert [image.repository for image, expected in both.items() if not expected] == ["apps/shop", "apps/shop"]


def test_the_label_of_an_image_in_another_registry_names_account_and_region() -> None:
    found = registries(declared(consumers={"acme/web": {"pull": ["x"], "registries": THERE}}))
    labels = [image.label for registry in found for image in images(registry, OWN)]
    assert labels[:1] == ["ci/python"]
    assert labels[-2:] == ["x of 210987654321 in us-east-1", f"{UNNAMED} of 210987654321 in us-east-1"]
