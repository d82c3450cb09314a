"""The program's GitLab provider: which instance it talks to, with which token, and that a preview needs no token."""

import json

import pulumi
import pytest
from program import LOCAL, ROOT, config_of, run_program

from validation.recorder import Recorder, Registered

GITLAB_BACKEND = ROOT / "tests" / "data" / "Pulumi.gitlab.yaml"


def provider_of(recorder: Recorder) -> Registered:
    (provider,) = recorder.providers
    in_gitlab = [resource for resource in recorder.resources if resource.type.startswith("gitlab:")]
    assert in_gitlab
    assert {resource.provider for resource in in_gitlab} == {provider.name}
    return provider


@pytest.mark.parametrize("stack", [LOCAL, GITLAB_BACKEND], ids=["lambda", "gitlab"])
def test_up_talks_to_the_declared_instance_with_a_token_that_is_not_an_input(recorder: Recorder, stack: object) -> None:
    run_program(recorder, stack)  # pyright: ignore[reportArgumentType] - paths, by way of a parameter
    declared = json.loads(config_of(stack)["gitlab-ecr:gitlab"])["url"]  # pyright: ignore[reportArgumentType] - the same
    provider = provider_of(recorder)
    # Pulumi hands a provider's settings over as text.
    assert provider.inputs == {"baseUrl": f"{declared}/api/v4/", "earlyAuthCheck": "false"}


@pytest.mark.parametrize("stack", [LOCAL, GITLAB_BACKEND], ids=["lambda", "gitlab"])
@pytest.mark.parametrize("token", [None, ""])
def test_a_preview_without_a_token_uses_a_placeholder_that_opens_nothing(
    first_preview: Recorder, monkeypatch: pytest.MonkeyPatch, token: str | None, stack: object
) -> None:
    monkeypatch.delenv("GITLAB_TOKEN") if token is None else monkeypatch.setenv("GITLAB_TOKEN", token)
    run_program(first_preview, stack)  # pyright: ignore[reportArgumentType] - paths, by way of a parameter
    provider = provider_of(first_preview)
    assert provider.inputs["token"] == "a-preview-has-no-token"
    assert provider.secret_inputs == {"token"}


def test_a_preview_with_a_token_uses_it_as_up_does(first_preview: Recorder) -> None:
    run_program(first_preview)
    assert "token" not in provider_of(first_preview).inputs


def test_up_without_a_token_names_what_to_set_before_anything_is_created(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITLAB_TOKEN")
    with pytest.raises(
        pulumi.RunError, match=r"^GITLAB_TOKEN: not set; .*https://gitlab.example.com/api/v4/: set it to a"
    ):
        run_program(recorder)
    assert recorder.resources == []


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (
            {"gitlab:token": "glpat-fake-0000"},
            "gitlab:token: leave it out, because it would be in the state; .* GITLAB_TOKEN",
        ),
        (
            {"gitlab:baseUrl": "https://gitlab.com/api/v4/"},
            "gitlab:baseUrl: got 'https://gitlab.com/api/v4/'; leave it",
        ),
    ],
)
def test_provider_settings_that_contradict_the_declaration_are_refused(
    recorder: Recorder, setting: dict[str, str], expected: str
) -> None:
    with pytest.raises(pulumi.RunError, match=expected) as raised:
        run_program(recorder, {**config_of(LOCAL), **setting})
    assert "glpat-fake-0000" not in str(raised.value)


def test_connection_settings_of_the_provider_are_passed_on(recorder: Recorder) -> None:
    more = {
        "gitlab:baseUrl": "https://gitlab.example.com/api/v4",
        "gitlab:cacertFile": "/etc/ssl/own.pem",
        "gitlab:insecure": "true",
        "gitlab:retries": "3",
    }
    run_program(recorder, {**config_of(LOCAL), **more})
    inputs = provider_of(recorder).inputs
    assert (inputs["cacertFile"], inputs["insecure"], inputs["retries"]) == ("/etc/ssl/own.pem", "true", "3")


def test_a_stack_that_makes_nothing_in_gitlab_has_no_provider_and_needs_no_token(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITLAB_TOKEN")
    adopted = {"acme/web": {"pull": ["ci/node"], "adopt": True}}
    config = {**config_of(LOCAL), "gitlab-ecr:consumers": json.dumps(adopted), "gitlab-ecr:runners": "{}"}
    run_program(recorder, config)
    assert recorder.providers == []


def test_a_mistake_that_a_component_finds_names_the_keys_of_the_file_without_a_traceback(
    recorder: Recorder,
) -> None:
    rotation = {"interval": "6 hours", "accessKeyGrace": "5 hours"}
    config = {**config_of(LOCAL), "gitlab-ecr:rotation": json.dumps(rotation)}
    with pytest.raises(pulumi.RunError) as raised:
        run_program(recorder, config)
    first, *lines = str(raised.value).splitlines()
    assert first == "the stack file is wrong:"
    assert lines[0].startswith("  gitlab-ecr:rotation.interval: with 6 hours and an outage of 7 hours")
    assert lines[1].startswith(
        "  gitlab-ecr:rotation.accessKeyGrace: got '5 hours'; write an hour or more, and not less"
    )
