from typing import Any

import pulumi
import pulumi_gitlab as gitlab
import pytest
from program import ROOT, config_of

import settings
from components.declaration.gitlab_instance import api_url
from components.declaration.parts import Parts
from components.registry_access import RegistryAccess
from validation.recorder import Recorder

LOCAL = ROOT / "tests" / "data" / "examples" / "Pulumi.local.yaml"
OURS = "https://gitlab.example.com"


def declaration(**changes: Any) -> settings.RegistryAccessArgs:
    values = {key.partition(":")[2]: value for key, value in config_of(LOCAL).items() if key.startswith("gitlab-ecr:")}
    return settings.parse({**values, **changes}, stack="local", region="eu-central-1")


def build(base_url: Any = "", **changes: Any) -> None:
    """As a library user would, with a provider of their own unless `base_url` is empty."""

    def program() -> None:
        own: list[pulumi.ProviderResource] = []
        if base_url != "":
            own = [gitlab.Provider("own", base_url=base_url)]
        RegistryAccess("access", declaration(**changes), pulumi.ResourceOptions(providers=own))

    pulumi.runtime.test(program)()


@pytest.fixture(autouse=True)
def _answers(request: pytest.FixtureRequest) -> None:
    if "recorder" in request.fixturenames:
        answers = request.getfixturevalue("recorder").answers
        answers["gitlab:index/userRunner:UserRunner"] = {"id": "9171", "token": pulumi.Output.secret("glrt-fake-0000")}


@pytest.mark.parametrize("base_url", [f"{OURS}/api/v4/", f"{OURS}/api/v4", OURS, f"{OURS}/"])
def test_a_library_users_provider_of_the_declared_instance_makes_everything_in_gitlab(
    recorder: Recorder, base_url: str
) -> None:
    build(base_url)
    in_gitlab = [resource for resource in recorder.resources if resource.type.startswith("gitlab:")]
    assert len(in_gitlab) > 3
    assert {resource.provider for resource in in_gitlab} == {"own"}


@pytest.mark.parametrize(
    "base_url",
    ["https://gitlab.com/api/v4/", f"{OURS}.evil.example/api/v4/", f"http://{OURS[8:]}/api/v4/", f"{OURS}:8443/", None],
)
def test_a_library_users_provider_of_another_instance_is_refused(recorder: Recorder, base_url: Any) -> None:
    with pytest.raises(ValueError, match=f"gitlab.url: got '{OURS}', but the GitLab provider talks to"):
        build(base_url)


def test_a_provider_without_a_url_is_accepted_if_its_environment_names_the_instance(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITLAB_BASE_URL", f"{OURS}/api/v4/")
    build(None)
    build()


def test_the_default_provider_is_refused_where_it_talks_to_another_instance(recorder: Recorder) -> None:
    with pytest.raises(
        ValueError, match=r"default GitLab provider talks to 'https://gitlab.com'.*providers=\["
    ) as raised:
        build()
    assert f'base_url="{OURS}/api/v4/"' in str(raised.value)
    assert [resource for resource in recorder.resources if resource.type.startswith("gitlab:")] == []


def test_the_default_provider_is_accepted_for_gitlab_com_and_for_the_instance_of_its_setting(
    recorder: Recorder,
) -> None:
    build(gitlab={"url": "https://gitlab.com"}, consumers={"acme/web": {"pull": ["ci/node"]}})
    pulumi.runtime.set_all_config({"gitlab:baseUrl": f"{OURS}/api/v4/"})
    build()


def test_a_program_that_makes_nothing_in_gitlab_needs_no_provider(recorder: Recorder) -> None:
    adopted = {"acme/web": {"pull": ["ci/node"], "adopt": True}}
    build(consumers=adopted, runners={})
    assert not Parts(declaration(consumers=adopted, runners={})).makes_something_in_gitlab
    assert [resource for resource in recorder.resources if resource.type.startswith("gitlab:")] == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"consumers": {}, "runners": {}}, False),
        ({"consumers": {"acme/web": {"pull": ["ci/node"]}}, "runners": {}}, True),
        ({"consumers": {"acme/web": {"pull": ["ci/node"], "adopt": True}}, "runners": {}}, False),
        ({"consumers": {}}, True),
        ({"consumers": {}, "runners": {}, "rotationBackend": "gitlab"}, True),
    ],
)
def test_a_token_is_needed_if_something_is_made_in_gitlab(changes: dict[str, Any], expected: bool) -> None:
    assert Parts(declaration(**changes)).makes_something_in_gitlab is expected


def test_the_api_url_of_an_instance_below_a_path_keeps_the_path() -> None:
    assert api_url({"url": "https://example.com/gitlab/"}) == "https://example.com/gitlab/api/v4/"
    assert api_url({}) == "https://gitlab.com/api/v4/"
