import pytest

from components.names.naming import Names
from components.names.registries import RegistryArgs, repository_arns

_NAMES = Names("123456789012", "eu-central-1", "gitlab-ecr")


def test_without_registries_the_repositories_are_in_the_stacks_own() -> None:
    assert repository_arns(_NAMES, ["ci/python", "backend/*"]) == [
        "arn:aws:ecr:eu-central-1:123456789012:repository/ci/python",
        "arn:aws:ecr:eu-central-1:123456789012:repository/backend/*",
    ]


def test_each_registry_has_its_own_arn() -> None:
    registries: list[RegistryArgs] = [
        {"account": "210987654321", "region": "us-east-1"},
        {"account": "123456789012", "region": "us-east-1"},
    ]
    assert repository_arns(_NAMES, ["ci/*"], registries) == [
        "arn:aws:ecr:us-east-1:210987654321:repository/ci/*",
        "arn:aws:ecr:us-east-1:123456789012:repository/ci/*",
    ]


@pytest.mark.parametrize(
    ("account", "region", "message"),
    [
        ("1", "us-east-1", r"^registries\[0\]\.account: got '1'"),
        ("123456789012", "us", r"^registries\[0\]\.region: got 'us'"),
        (
            "123456789012",
            "cn-north-1",
            r"^registries\[0\]\.region: got 'cn-north-1' for roles of the partition aws; no identity",
        ),
    ],
)
def test_an_invalid_or_unreachable_registry_is_refused(account: str, region: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        repository_arns(_NAMES, ["ci/*"], [{"account": account, "region": region}])


def test_an_invalid_pattern_is_refused_with_its_field() -> None:
    with pytest.raises(ValueError, match=r"^caches\[0\]: got '\*'"):
        repository_arns(_NAMES, ["*"], field="caches")
