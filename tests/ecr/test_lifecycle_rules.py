import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.ecr.lifecycle_rules import LifecycleRuleArgs, lifecycle_policy


def _selection(rule: LifecycleRuleArgs) -> dict[str, Any]:
    return lifecycle_policy([rule])["rules"][0]["selection"]


def test_by_default_untagged_images_are_archived_by_their_last_pull_and_deleted_later() -> None:
    assert lifecycle_policy() == {
        "rules": [
            {
                "rulePriority": 1,
                "description": "archive untagged images 30 days after their last pull",
                "selection": {
                    "tagStatus": "untagged",
                    "countType": "sinceImagePulled",
                    "countNumber": 30,
                    "countUnit": "days",
                },
                "action": {"type": "transition", "targetStorageClass": "archive"},
            },
            {
                "rulePriority": 2,
                "description": "delete untagged images 90 days after they were archived",
                "selection": {
                    "tagStatus": "untagged",
                    "countType": "sinceImageTransitioned",
                    "countNumber": 90,
                    "countUnit": "days",
                    "storageClass": "archive",
                },
                "action": {"type": "expire"},
            },
        ]
    }


@pytest.mark.parametrize(
    ("rule", "selection", "action"),
    [
        (
            {"tags": ["1.*"], "keep": 5},
            {"tagStatus": "tagged", "tagPatternList": ["1.*"], "countType": "imageCountMoreThan", "countNumber": 5},
            {"type": "expire"},
        ),
        (
            {"tags": ["dev-*"], "days_since_pushed": 7, "archive": True},
            {
                "tagStatus": "tagged",
                "tagPatternList": ["dev-*"],
                "countType": "sinceImagePushed",
                "countNumber": 7,
                "countUnit": "days",
            },
            {"type": "transition", "targetStorageClass": "archive"},
        ),
        (
            {"untagged": True, "days_since_pushed": 1},
            {"tagStatus": "untagged", "countType": "sinceImagePushed", "countNumber": 1, "countUnit": "days"},
            {"type": "expire"},
        ),
    ],
)
def test_each_rule_becomes_ecrs_selection_and_action(
    rule: LifecycleRuleArgs, selection: dict[str, Any], action: dict[str, Any]
) -> None:
    first = lifecycle_policy([rule])["rules"][0]
    assert (first["selection"], first["action"]) == (selection, action)


def test_a_rule_for_untagged_images_takes_the_place_of_the_default() -> None:
    rules = lifecycle_policy([{"untagged": True, "keep": 3}])["rules"]
    assert [rule["description"] for rule in rules] == ["delete untagged images but the newest 3"]


def test_protected_tags_come_first_and_any_comes_last() -> None:
    rules = lifecycle_policy([{"keep": 100}, {"tags": ["dev-*"], "days_since_pushed": 7}], ["release-*"])["rules"]
    assert [(rule["rulePriority"], rule["description"]) for rule in rules] == [
        (1, "keep release-*"),
        (2, "delete dev-* 7 days after their push"),
        (3, "archive untagged images 30 days after their last pull"),
        (4, "delete untagged images 90 days after they were archived"),
        (5, "delete any images but the newest 100"),
    ]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({}, r"\[0\]: got no count; write exactly one of `keep`, `days_since_pushed`"),
        ({"keep": 1, "days_since_pushed": 2}, r"\[0\]: got `keep` and `days_since_pushed`; write exactly one"),
        ({"keep": 0}, r"\[0\]\.keep: got 0; write a number of 1 or more"),
        ({"days_since_archived": 89}, r"\[0\]\.days_since_archived: got 89; write a number of 90 or more"),
        ({"days_since_pulled": 5, "archive": False}, r"\[0\]\.archive: got false; ECR can only archive images by th"),
        ({"days_since_archived": 90, "archive": True}, r"\[0\]\.archive: got true; what is archived can only be del"),
        ({"tags": ["a"], "untagged": True, "keep": 1}, r"\[0\]\.untagged: got true beside `tags`; write one of them"),
        ({"tags": [], "keep": 1}, r"\[0\]\.tags: got \[\]; write tag patterns"),
        ({"tags": ["a*b*c*d*e*"], "keep": 1}, r"\[0\]\.tags\[0\]: got 'a\*b\*c\*d\*e\*'; write letters"),
        ({"tags": ["v 1"], "keep": 1}, r"\[0\]\.tags\[0\]: got 'v 1'; write letters"),
    ],
)
def test_what_ecr_would_refuse_is_refused_with_its_key(rule: LifecycleRuleArgs, message: str) -> None:
    with pytest.raises(ValueError, match=rf"^lifecycle_rules{message}"):
        lifecycle_policy([rule])


@pytest.mark.parametrize(
    ("rules", "protected"),
    [
        ([{"keep": 1}, {"days_since_pushed": 3}], []),
        ([{"untagged": True, "keep": 1}, {"untagged": True, "days_since_pulled": 3}], []),
        ([{"tags": ["a", "b"], "keep": 1}, {"tags": ["b", "a"], "days_since_pushed": 3}], []),
        ([{"tags": ["release-*"], "keep": 1}], ["release-*"]),
    ],
)
def test_two_rules_for_the_same_images_are_refused(rules: list[LifecycleRuleArgs], protected: list[str]) -> None:
    with pytest.raises(ValueError, match=r"^lifecycle_rules: got .* and .* for the same images; ECR lets the first"):
        lifecycle_policy(rules, protected)


def test_archiving_and_deleting_from_the_archive_are_two_rules_for_the_same_images() -> None:
    rules = lifecycle_policy([{"days_since_pulled": 60}, {"days_since_archived": 365}])["rules"]
    assert [rule["selection"]["tagStatus"] for rule in rules] == ["untagged", "untagged", "any", "any"]


def test_more_rules_than_ecr_accepts_are_refused() -> None:
    rules: list[LifecycleRuleArgs] = [{"tags": [f"v{number}"], "keep": 1} for number in range(49)]
    with pytest.raises(ValueError, match=r"^lifecycle_rules: got 51 rules; ECR takes 50 of at most 30720 characters"):
        lifecycle_policy(rules)


_TAG = st.from_regex(r"[a-z]{1,6}\*?", fullmatch=True)
_RULES = st.lists(
    st.fixed_dictionaries({"tags": st.lists(_TAG, min_size=1, max_size=2), "keep": st.integers(1, 99)})
    | st.fixed_dictionaries({"keep": st.integers(1, 99)})
    | st.fixed_dictionaries({"days_since_pulled": st.integers(1, 99)})
    | st.fixed_dictionaries({"untagged": st.just(value=True), "days_since_pushed": st.integers(1, 99)}),
    max_size=8,
)


@given(_RULES, st.lists(_TAG, max_size=3, unique=True))
def test_every_accepted_policy_keeps_to_ecrs_rules(rules: Any, protected: list[str]) -> None:
    try:
        policy = lifecycle_policy(rules, protected)
    except ValueError:
        return
    made = policy["rules"]
    statuses = [rule["selection"]["tagStatus"] for rule in made]
    assert [rule["rulePriority"] for rule in made] == list(range(1, len(made) + 1))
    assert "any" not in statuses or set(statuses[statuses.index("any") :]) == {"any"}
    for rule in made:
        selection, action = rule["selection"], rule["action"]["type"]
        assert ("tagPatternList" in selection) == (selection["tagStatus"] == "tagged")
        assert ("countUnit" in selection) == (selection["countType"] != "imageCountMoreThan")
        assert selection["countType"] != "sinceImagePulled" or action == "transition"
    assert len(json.dumps(policy, separators=(",", ":"))) >= 100  # the least that ECR takes
