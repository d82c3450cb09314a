"""What a note says about a renewal by Secrets Manager, and about its end."""

from previews import preview_json, stack, step

from components.preview.note import note
from components.preview.reading import read

_ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
_NAME = "gitlab-ecr-prod/gitlab-token-managed"
_INPUTS = {"secretId": _NAME, "rotationRules": {"automaticallyAfterDays": 30}}
_RESOURCE = f"access-rotator-{_NAME}"


def test_the_note_says_who_calls_gitlab_and_what_must_exist_before() -> None:
    words = note(read(preview_json(stack(), step("create", _ROTATION, _RESOURCE, new=_INPUTS))))
    assert (
        f"renewal of the GitLab token in `{_NAME}` by Secrets Manager itself, which calls GitLab at the end of this "
        "`up` and every 30 days: the secret must hold a token before"
    ) in words


def test_the_note_about_its_end_names_the_secret_that_stays() -> None:
    words = note(read(preview_json(stack(), step("delete", _ROTATION, _RESOURCE, old=_INPUTS))))
    assert f"- **deletes renewal of the GitLab token in** `{_NAME}`" in words
