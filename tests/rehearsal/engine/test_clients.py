import pytest

from rehearsal.engine.clients import EnvironmentClients, NotARehearsalError

LOCAL = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "GITLAB_BASE_URL": "http://localhost:2/api/v4/"}


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("AWS_ENDPOINT_URL", ""),
        ("AWS_ENDPOINT_URL", "https://ecr.eu-central-1.amazonaws.com"),
        ("GITLAB_BASE_URL", ""),
        ("GITLAB_BASE_URL", "https://gitlab.com/api/v4/"),
        ("GITLAB_BASE_URL", "http://127.0.0.1.example.com/api/v4/"),
    ],
)
def test_the_providers_never_meet_a_real_account(name: str, url: str) -> None:
    with pytest.raises(NotARehearsalError, match=f"^{name}: got '{url}'; this provider serves emulators"):
        EnvironmentClients({**LOCAL, name: url}, "eu-central-1")


def test_the_provider_has_the_region_of_its_configuration() -> None:
    clients = EnvironmentClients({**LOCAL, "AWS_REGION": "us-east-1"}, "eu-central-1")
    assert clients.aws("ecr").meta.region_name == "eu-central-1"
    assert clients.aws("ecr", "us-west-2").meta.region_name == "us-west-2"
