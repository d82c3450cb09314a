import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.variables.keys import push_variables, repository_key

_HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
_ROLE = "arn:aws:iam::123456789012:role/gitlab-ecr/push/gitlab-ecr-push-app"


@pytest.mark.parametrize(
    ("repository", "key"),
    [
        ("ci/python", "ECR_REPOSITORY_CI_PYTHON"),
        ("app", "ECR_REPOSITORY_APP"),
        ("team-a/web.front__end", "ECR_REPOSITORY_TEAM_A_WEB_FRONT__END"),
        ("a" * 240, f"ECR_REPOSITORY_{'A' * 240}"),
    ],
)
def test_a_repository_has_one_key(repository: str, key: str) -> None:
    assert repository_key(repository) == key


def test_a_key_that_gitlab_would_refuse_is_refused_here() -> None:
    with pytest.raises(ValueError, match="makes a key of 256 characters; GitLab takes 255"):
        repository_key("a" * 241)


@given(st.from_regex(r"[a-z0-9]+(?:[._/-][a-z0-9]+)*", fullmatch=True).filter(lambda name: len(name) <= 240))
def test_every_key_is_one_that_gitlab_accepts(repository: str) -> None:
    assert set(repository_key(repository)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


def test_a_pushing_job_gets_role_registry_and_images() -> None:
    assert push_variables(_HOST, _ROLE, ["ci/python", "app"]) == {
        "AWS_ROLE_ARN": _ROLE,
        "ECR_REGISTRY": _HOST,
        "ECR_REPOSITORY_APP": f"{_HOST}/app",
        "ECR_REPOSITORY_CI_PYTHON": f"{_HOST}/ci/python",
    }


def test_two_repositories_with_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^'ci/a-b' and 'ci/a_b' would both be ECR_REPOSITORY_CI_A_B"):
        push_variables(_HOST, _ROLE, ["ci/a_b", "ci/a-b", "ci/c"])
