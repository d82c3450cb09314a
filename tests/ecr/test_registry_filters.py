import pytest

from components.ecr.registry_filters import replication_prefix, scan_filter


@pytest.mark.parametrize("text", ["*", "prod/*", "ci/python", "a-*"])
def test_a_filter_that_ecr_accepts_is_accepted(text: str) -> None:
    assert scan_filter(text) == text


@pytest.mark.parametrize("text", ["", "Prod/*", "prod/", "a b", "a" * 257])
def test_a_filter_that_ecr_refuses_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^got '.*'; write a repository's name, or a pattern such as prod/\*"):
        scan_filter(text)


@pytest.mark.parametrize("text", ["prod/", "ci/python", "apps"])
def test_a_prefix_that_ecr_accepts_is_accepted(text: str) -> None:
    assert replication_prefix(text) == text


@pytest.mark.parametrize("text", ["", "p", "prod/*", "Prod/", "/prod"])
def test_a_prefix_that_ecr_refuses_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^got '.*'; write the beginning of names without \*, such as prod/"):
        replication_prefix(text)
