from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.consumers.ci_variables import CiVariables
from validation.recorder import Recorder, Registered

ROOT = Path(__file__).parents[2]

_GROUP = "gitlab:index/groupVariable:GroupVariable"
_PROJECT = "gitlab:index/projectVariable:ProjectVariable"
_IGNORED = ("value", "description", "masked", "protected", "raw", "variableType")


def _declare(variables: dict[str, Any]) -> CiVariables:
    made: list[CiVariables] = []
    pulumi.runtime.test(lambda: made.append(CiVariables("vars", {"variables": variables})))()
    return made[0]


def _one(recorder: Recorder, **variable: Any) -> Registered:
    _declare({"web": {"owner_kind": "project", "owner": "acme/web", **variable}})
    return recorder.one(_PROJECT, "vars-web")


def test_a_rotated_variable_starts_as_a_placeholder_that_a_runner_ignores(recorder: Recorder) -> None:
    assert _one(recorder).inputs == {
        "project": "acme/web",
        "key": "DOCKER_AUTH_CONFIG",
        "environmentScope": "*",
        "variableType": "file",
        "masked": True,
        "hidden": False,
        "protected": False,
        "raw": True,
        "description": "gitlab-ecr: waiting for the first rotation",
        "value": '{"auths":{}}',
    }


def test_no_update_ever_reaches_a_rotated_variable(recorder: Recorder) -> None:
    """Every attribute that the provider can update is ignored; the others replace the variable."""
    found = _one(recorder)
    assert (found.replace_on_changes, found.delete_before_replace) == (("hidden",), True)
    assert found.ignore_changes == _IGNORED
    assert set(found.inputs) - set(_IGNORED) == {"project", "key", "environmentScope", "hidden"}


@pytest.mark.parametrize("more", [{}, {"value": "plain"}, {"value": pulumi.Output.from_input("later")}])
def test_every_value_is_secret_in_inputs_and_outputs(recorder: Recorder, more: dict[str, Any]) -> None:
    found = _one(recorder, **more)
    assert found.secret_inputs == {"value"}
    assert found.additional_secret_outputs == ("value",)


def test_in_the_first_preview_a_value_is_secret_too(first_preview: Recorder) -> None:
    assert _one(first_preview).secret_inputs == {"value"}


def test_a_group_is_addressed_by_its_id(recorder: Recorder) -> None:
    _declare({"backend": {"owner_kind": "group", "owner": "20"}})
    found = recorder.one(_GROUP, "vars-backend")
    assert (found.inputs["group"], found.parent, found.ignore_changes) == ("20", "vars", _IGNORED)
    assert recorder.of_type(_PROJECT) == []


def test_flags_are_passed_on(recorder: Recorder) -> None:
    flags = {"variable_type": "env_var", "masked": False, "hidden": True, "protected": True}
    inputs = _one(recorder, environment_scope="review/*", **flags).inputs
    assert [inputs[key] for key in ("variableType", "masked", "hidden", "protected", "environmentScope")] == [
        "env_var",
        False,
        True,
        True,
        "review/*",
    ]


def test_several_scopes_of_one_key_are_several_variables(recorder: Recorder) -> None:
    web = {"owner_kind": "project", "owner": "acme/web"}
    _declare({scope: {**web, "environment_scope": scope} for scope in ("production", "review/*")})
    assert {found.name: found.inputs["environmentScope"] for found in recorder.of_type(_PROJECT)} == {
        "vars-production": "production",
        "vars-review/*": "review/*",
    }


def test_an_access_key_starts_as_a_placeholder_that_can_be_masked(recorder: Recorder) -> None:
    found = _one(recorder, key="AWS_SECRET_ACCESS_KEY", variable_type="env_var")
    assert found.inputs["value"] == "waiting-for-the-first-rotation"
    assert found.ignore_changes == _IGNORED


def test_pulumi_owns_a_value_that_is_not_rotated(recorder: Recorder) -> None:
    found = _one(recorder, key="ECR_REGISTRY", value="registry.example.com", description="gitlab-ecr: registry")
    assert (found.inputs["value"], found.inputs["description"]) == ("registry.example.com", "gitlab-ecr: registry")
    assert (found.ignore_changes, found.parent) == ((), "vars")


def test_an_adopted_variable_is_not_a_resource(recorder: Recorder) -> None:
    _declare({"web": {"owner_kind": "project", "owner": "acme/web", "adopt": True}})
    assert [found.type for found in recorder.resources] == ["gitlab-ecr:index:CiVariables"]
    assert recorder.outputs["vars"] == {}


@pytest.mark.parametrize("more", [{"value": "fixed"}, {"key": "AWS_ACCESS_KEY_ID"}])
def test_only_a_rotated_document_can_be_adopted(recorder: Recorder, more: dict[str, Any]) -> None:
    with pytest.raises(
        ValueError, match=r"^variables\.web\.adopt: got true; only a rotated DOCKER_AUTH_CONFIG"
    ) as error:
        _one(recorder, adopt=True, **more)
    assert str(error.value).endswith("leave `adopt` out, and delete the variable that exists in GitLab")


def test_nothing_ever_advises_to_import_a_variable() -> None:
    """An import, and each refresh after it, puts the value in clear into the state."""
    pages = [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("templates/**/*"),
        *ROOT.glob("components/**/*.py"),
    ]
    message = [page.name for page in pages if page.is_file() and "pulumi import" in page.read_text()]
    assert message == []


def test_an_owner_of_another_kind_is_refused(recorder: Recorder) -> None:
    with pytest.raises(
        ValueError, match=r"^variables\.web\.owner_kind: got 'user'; write one of project, group, instance"
    ):
        _declare({"web": {"owner_kind": "user", "owner": "acme"}})
