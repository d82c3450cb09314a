from collections.abc import Mapping

import pytest

from components.ecr.registry_policy import registry_policy


def test_each_account_replicates_what_is_named_and_nothing_else() -> None:
    policy = registry_policy("123456789012", "eu-central-1", {"111111111111": ["ci/*", "base"]})
    assert policy["Statement"] == [
        {
            "Sid": "ReplicasFrom111111111111",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
            "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"],
            "Resource": [
                "arn:aws:ecr:eu-central-1:123456789012:repository/base",
                "arn:aws:ecr:eu-central-1:123456789012:repository/ci/*",
            ],
        }
    ]


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({"1": ["ci/*"]}, r"^replicas_from\.1: write the twelve digits"),
        ({"111111111111": []}, r"^replicas_from\.111111111111: got no repository; write names"),
        ({"111111111111": ["*"]}, r"^replicas_from\.111111111111\[0\]: got '\*'; write a repository's name"),
    ],
)
def test_a_policy_for_everything_or_nothing_is_refused(sources: Mapping[str, list[str]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        registry_policy("123456789012", "eu-central-1", sources)
