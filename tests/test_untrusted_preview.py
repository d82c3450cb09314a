"""A merge request's preview: the program builds with no GitLab token, no AWS key and no network of its own."""

import os
import runpy
from pathlib import Path

import pulumi
import pytest
from program import config_of

from components.preview.rights import ACCESS
from validation.recorder import Recorder

ROOT = Path(__file__).parents[1]
STACKS = sorted((ROOT / "tests" / "data" / "examples").glob("Pulumi.*.yaml"))


@pytest.fixture(autouse=True)
def _nothing_but_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name not in {"PATH", "HOME", "TMPDIR"} and not name.startswith("PYTEST_"):
            monkeypatch.delenv(name)


def _build(recorder: Recorder, path: Path) -> None:
    config = config_of(path)
    identity = {"accountId": config["gitlab-ecr:account"], "arn": "", "userId": ""}
    recorder.invokes["aws:index/getCallerIdentity:getCallerIdentity"] = identity
    pulumi.runtime.set_all_config(config)
    pulumi.runtime.test(lambda: runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__") and None)()


@pytest.mark.parametrize("path", STACKS, ids=lambda path: path.name)
def test_every_stack_builds_without_a_token_and_asks_aws_only_for_its_identity(
    first_preview: Recorder, path: Path
) -> None:
    assert not [name for name in os.environ if "TOKEN" in name or name.startswith(("AWS_", "GITLAB_"))]
    _build(first_preview, path)
    assert len(first_preview.resources) > 10


def test_the_declaration_is_an_input_of_the_component_so_that_a_preview_shows_the_new_one(
    first_preview: Recorder,
) -> None:
    _build(first_preview, ROOT / "tests" / "data" / "examples" / "Pulumi.local.yaml")
    declared = first_preview.one(ACCESS).inputs["declaration"]
    assert declared["repositories"] == ["base/alpine", "ci/node", "ci/python", "secret/tools"]
    assert declared["consumers"]["acme/backend"]["pull"] == ["ci/*"]


def test_a_bootstrap_with_a_mistake_names_the_key(first_preview: Recorder) -> None:
    config = config_of(ROOT / "tests" / "data" / "examples" / "Pulumi.bootstrap.yaml")
    config["gitlab-ecr:bootstrap"] = '{"projet": "acme/infra"}'
    config |= {"gitlab-ecr:repositories": '{"ci/node": {}}', "gitlab-ecr:consumer": "{}", "gitlab-ecr:tags": "{}"}
    pulumi.runtime.set_all_config(config)
    with pytest.raises(pulumi.RunError) as caught:
        pulumi.runtime.test(lambda: runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__") and None)()
    assert "gitlab-ecr:bootstrap.projet: no such key; did you mean project?" in str(caught.value)
    assert "gitlab-ecr:bootstrap.project: missing" in str(caught.value)
    assert "gitlab-ecr:repositories: a bootstrap has none; write {}, and declare them in ano" in str(caught.value)
    assert "gitlab-ecr:consumer: cannot be in a stack with gitlab-ecr:bootstrap" in str(caught.value)
    assert "gitlab-ecr:tags: cannot be beside gitlab-ecr:bootstrap; write tags below bootstrap" in str(caught.value)
