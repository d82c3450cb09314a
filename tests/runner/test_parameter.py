"""Which SSM tier a runner's parameters need, and what does not fit into any."""

import pytest
from runner_args import runner_args

from components.runner.documents import documents
from components.runner.parameter import config_tier, docker_tier


def test_the_tier_depends_on_the_size_in_bytes() -> None:
    assert (config_tier("é" * 2048), config_tier("é" * 2049)) == ("Standard", "Advanced")
    assert (docker_tier("é" * 2048, "registries"), docker_tier("é" * 2049, "registries")) == ("Standard", "Advanced")


def test_a_config_that_fits_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^runner: config\.toml has 8194 bytes, .*; move scripts into the image"):
        config_tier("é" * 4097)


@pytest.mark.parametrize("key", ["registries", "registry_hosts"])
def test_a_docker_configuration_that_fits_nowhere_is_not_called_config_toml(key: str) -> None:
    accounts = [f"{number:012}" for number in range(200)]
    values = {
        "registries": [{"account": account, "region": "eu-central-1"} for account in accounts],
        "registry_hosts": [f"{account}.dkr.ecr.eu-central-1.amazonaws.com" for account in accounts],
    }
    with pytest.raises(ValueError, match="SSM parameter holds 8192") as refused:
        documents(runner_args({"docker": {"image": "ruby:3.4"}, "access": {key: values[key]}}))
    assert str(refused.value).startswith(f"runner.access.{key}: the Docker configuration of its helper has ")
    assert "config.toml" not in str(refused.value)
