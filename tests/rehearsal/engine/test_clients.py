from typing import Any

import pytest

from rehearsal.engine.clients import EnvironmentClients
from rehearsal.engine.settings import NotARehearsalError

LOCAL = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "GITLAB_TOKEN": "glpat-fake-0000"}
SILENT = {"earlyAuthCheck": False}


@pytest.mark.parametrize("url", ["", "https://ecr.eu-central-1.amazonaws.com", "http://127.0.0.1.example.com/"])
@pytest.mark.parametrize("provider", ["aws", "gitlab"])
def test_the_providers_refuse_to_talk_to_a_real_account(provider: str, url: str) -> None:
    with pytest.raises(NotARehearsalError, match=f"^AWS_ENDPOINT_URL: got '{url}'; this provider serves emulators"):
        EnvironmentClients({**LOCAL, "AWS_ENDPOINT_URL": url}, SILENT, provider)


@pytest.mark.parametrize("proxy", ["", "http://proxy.example.com:3128"])
@pytest.mark.parametrize("setting", [{}, {"baseUrl": "https://gitlab.example.com/api/v4/"}])
def test_a_gitlab_that_is_not_local_is_only_reached_by_the_proxy_of_a_rehearsal(
    proxy: str, setting: dict[str, Any]
) -> None:
    with pytest.raises(NotARehearsalError, match=f"^HTTPS_PROXY: got '{proxy}'; https://gitlab"):
        EnvironmentClients({**LOCAL, "HTTPS_PROXY": proxy}, {**SILENT, **setting}, "gitlab")


def test_the_provider_has_the_region_of_its_configuration() -> None:
    clients = EnvironmentClients({**LOCAL, "AWS_REGION": "us-east-1"}, {"region": "eu-central-1"})
    assert clients.aws("ecr").meta.region_name == "eu-central-1"
    assert clients.aws("ecr", "us-west-2").meta.region_name == "us-west-2"
