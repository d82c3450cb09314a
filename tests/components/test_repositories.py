import json
from typing import Any

import pulumi
import pytest
from pulumi_recorder import Recorder

from components.repositories import Repositories, RepositoryArgs

_ARGS = {"account": "123456789012", "region": "eu-central-1"}


def _declare(repositories: dict[str, Any], **more: Any) -> None:
    pulumi.runtime.test(
        lambda: Repositories("images", {**_ARGS, **more, "repositories": repositories}) and None  # pyright: ignore[reportArgumentType] - options vary by test
    )()


def test_defaults_are_the_safe_ones(recorder: Recorder) -> None:
    _declare({"ci/python": RepositoryArgs()})
    repository = recorder.one("aws:ecr/repository:Repository")
    assert (repository.name, repository.parent) == ("images-ci/python", "images")
    assert repository.inputs == {
        "name": "ci/python",
        "region": "eu-central-1",
        "imageTagMutability": "IMMUTABLE",
        "imageScanningConfiguration": {"scanOnPush": True},
        "encryptionConfigurations": [{"encryptionType": "AES256"}],
        "forceDelete": False,
    }


def test_untagged_images_go_by_the_last_pull(recorder: Recorder) -> None:
    _declare({"ci/python": {}})
    lifecycle = recorder.one("aws:ecr/lifecyclePolicy:LifecyclePolicy")
    (rule,) = json.loads(lifecycle.inputs["policy"])["rules"]
    assert rule["selection"] == {
        "tagStatus": "untagged",
        "countType": "sinceImagePulled",
        "countUnit": "days",
        "countNumber": 30,
    }


def test_the_lifecycle_policy_belongs_to_its_repository(recorder: Recorder) -> None:
    _declare({"ci/python": {}})
    lifecycle = recorder.one("aws:ecr/lifecyclePolicy:LifecyclePolicy")
    assert (lifecycle.name, lifecycle.parent) == ("images-ci/python", "images")
    assert lifecycle.inputs["repository"] == "ci/python"
    assert lifecycle.dependencies == ("images-ci/python",)


def test_urls_are_known_in_the_first_preview(first_preview: Recorder) -> None:
    _declare({"ci/python": {}, "ci/node": {}})
    assert first_preview.outputs["images"]["urls"] == {
        "ci/python": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/python",
        "ci/node": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/node",
    }


def test_a_name_that_ecr_would_refuse_is_refused_before(recorder: Recorder) -> None:
    with pytest.raises(ValueError, match=r"repositories: got 'CI/Python'; write"):
        _declare({"CI/Python": {}})
