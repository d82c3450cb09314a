import json
from typing import Any

import pulumi
import pytest

from components.ecr.repositories import Repositories, RepositoryArgs
from validation.recorder import Recorder

_KEY = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
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


def test_untagged_images_are_archived_by_their_last_pull(recorder: Recorder) -> None:
    _declare({"ci/python": {}})
    lifecycle = recorder.one("aws:ecr/lifecyclePolicy:LifecyclePolicy")
    first = json.loads(lifecycle.inputs["policy"])["rules"][0]
    assert first["selection"]["tagStatus"] == "untagged"
    assert (first["selection"]["countType"], first["selection"]["countNumber"]) == ("sinceImagePulled", 30)


def test_the_lifecycle_policy_belongs_to_its_repository(recorder: Recorder) -> None:
    _declare({"ci/python": {}})
    lifecycle = recorder.one("aws:ecr/lifecyclePolicy:LifecyclePolicy")
    assert (lifecycle.name, lifecycle.parent) == ("images-ci/python", "images")
    assert lifecycle.inputs["repository"] == "ci/python"
    assert lifecycle.delete_before_replace  # or the new policy would go with the old one
    assert lifecycle.dependencies == ("images-ci/python",)


def test_urls_are_known_in_the_first_preview(first_preview: Recorder) -> None:
    _declare({"ci/python": {}, "ci/node": {}})
    assert first_preview.outputs["images"]["urls"] == {
        "ci/python": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/python",
        "ci/node": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/node",
    }


def test_each_option_reaches_the_repository(recorder: Recorder) -> None:
    options: RepositoryArgs = {
        "mutable_tags": ["3.*", "latest"],
        "scan_on_push": False,
        "kms_key": pulumi.Output.from_input(_KEY),
        "force_delete": True,
        "protect": True,
        "retain_on_delete": True,
        "tags": {"team": "ci"},
        "lifecycle_rules": [{"tags": ["dev-*"], "days_since_pushed": 7}],
        "protected_tags": ["release-*"],
    }
    _declare({"ci/python": options})
    repository = recorder.one("aws:ecr/repository:Repository")
    assert (repository.protect, repository.retain_on_delete, repository.import_id) == (True, True, "")
    assert repository.inputs == {
        "name": "ci/python",
        "region": "eu-central-1",
        "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "imageTagMutabilityExclusionFilters": [
            {"filter": "3.*", "filterType": "WILDCARD"},
            {"filter": "latest", "filterType": "WILDCARD"},
        ],
        "imageScanningConfiguration": {"scanOnPush": False},
        "encryptionConfigurations": [
            {
                "encryptionType": "KMS",
                "kmsKey": _KEY,
            }
        ],
        "forceDelete": True,
        "tags": {"team": "ci"},
    }
    rules = json.loads(recorder.one("aws:ecr/lifecyclePolicy:LifecyclePolicy").inputs["policy"])["rules"]
    assert [rule["description"] for rule in rules][:2] == [
        "keep release-*",
        "delete dev-* 7 days after their push",
    ]


def test_by_default_nothing_is_protected_retained_or_imported(recorder: Recorder) -> None:
    _declare({"ci/python": {}})
    repository = recorder.one("aws:ecr/repository:Repository")
    assert (repository.protect, repository.retain_on_delete, repository.import_id) == (False, False, "")


def test_a_repository_of_another_region_has_its_url_arn_and_policies_there(recorder: Recorder) -> None:
    _declare({"ci/python": {"region": "us-east-1", "pull": {"accounts": ["111111111111"]}}})
    kinds = ("repository:Repository", "lifecyclePolicy:LifecyclePolicy", "repositoryPolicy:RepositoryPolicy")
    assert [recorder.one(f"aws:ecr/{kind}").inputs["region"] for kind in kinds] == ["us-east-1"] * 3
    assert recorder.outputs["images"] == {
        "urls": {"ci/python": "123456789012.dkr.ecr.us-east-1.amazonaws.com/ci/python"},
        "arns": {"ci/python": "arn:aws:ecr:us-east-1:123456789012:repository/ci/python"},
    }


@pytest.mark.parametrize(
    ("options", "import_id"),
    [({"adopt": True}, "ci/python"), ({"adopt": True, "region": "us-east-1"}, "ci/python@us-east-1")],
)
def test_an_existing_repository_is_adopted_by_its_name(
    recorder: Recorder, options: RepositoryArgs, import_id: str
) -> None:
    _declare({"ci/python": options})
    assert recorder.one("aws:ecr/repository:Repository").import_id == import_id
    assert recorder.one("aws:ecr/lifecyclePolicy:LifecyclePolicy").import_id == ""


@pytest.mark.parametrize(
    ("options", "retained"),
    [({"adopt": True}, True), ({"adopt": True, "retain_on_delete": False}, False)],
)
def test_an_adopted_repository_outlives_the_stack_by_default(
    recorder: Recorder, options: RepositoryArgs, *, retained: bool
) -> None:
    _declare({"ci/python": options})
    assert recorder.one("aws:ecr/repository:Repository").retain_on_delete is retained


def test_only_a_repository_that_others_use_has_a_repository_policy(recorder: Recorder) -> None:
    _declare({"ci/python": {"pull": {"accounts": ["111111111111"]}}, "ci/node": {}})
    policy = recorder.one("aws:ecr/repositoryPolicy:RepositoryPolicy")
    assert (policy.name, policy.parent, policy.dependencies) == ("images-ci/python", "images", ("images-ci/python",))
    assert policy.inputs["repository"] == "ci/python"
    assert json.loads(policy.inputs["policy"])["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::111111111111:root"}


@pytest.mark.parametrize(
    ("repository", "options", "message"),
    [
        ("CI/Python", {}, r"^repositories\.CI/Python: got 'CI/Python'; did you mean ci/python\?"),
        ("ci/a", {"mutable_tags": ["a b"]}, r"^repositories\.ci/a\.mutable_tags\[0\]: got 'a b'; write"),
        ("ci/a", {"lifecycle_rules": [{}]}, r"^repositories\.ci/a\.lifecycle_rules\[0\]: got no count; write"),
        (
            "ci/a",
            {"kms_key": "alias/ci"},
            r"^repositories\.ci/a\.kms_key: got 'alias/ci'; write the ARN of",
        ),
        ("ci/a", {"pull": {"accounts": ["1"]}}, r"^repositories\.ci/a\.pull\.accounts\[0\]: got '1'; write"),
    ],
)
def test_what_aws_would_refuse_is_refused_with_its_key(
    recorder: Recorder, repository: str, options: RepositoryArgs, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        _declare({repository: options})


@pytest.mark.parametrize(("key", "value"), [("account", "12345"), ("region", "europe")])
def test_an_impossible_registry_is_refused_even_without_repositories(recorder: Recorder, key: str, value: str) -> None:
    with pytest.raises(ValueError, match=rf"^{key}: got '{value}'"):
        _declare({}, **{key: value})
