"""Lifecycle policies of ECR repositories: which images are archived, and which are deleted.

Source: ECR user guide, "Lifecycle policy properties" and its evaluation rules. ECR acts within 24 hours. It can
archive images by the time since their last pull, but not delete them. Pulling an archived image fails with 404;
restoring it takes some 20 minutes; it can be deleted 90 days after it was archived, not before.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NotRequired, TypedDict, cast

from ..names.locations import Mistakes, each

UNTAGGED_DAYS: Final = 30
ARCHIVE_DAYS: Final = 90
"""The least time in the archive. Source: ECR user guide, "Archiving an image"."""

_KEEP_ALL: Final = 999_999
_MOST_RULES: Final = 50
_MOST_CHARACTERS: Final = 30_720
_MOST_STARS: Final = 4
_PATTERN: Final = re.compile(r"[A-Za-z0-9._*-]{1,128}")
_COUNT_TYPES: Final = {
    "keep": "imageCountMoreThan",
    "days_since_pushed": "sinceImagePushed",
    "days_since_pulled": "sinceImagePulled",
    "days_since_archived": "sinceImageTransitioned",
}


class LifecycleRuleArgs(TypedDict):
    """One lifecycle rule. Without `tags` and `untagged` it selects every image.

    Exactly one of `keep`, `days_since_pushed`, `days_since_pulled` and `days_since_archived` says which of them to
    remove.
    """

    tags: NotRequired[list[str]]
    """Tag patterns such as `1.*`, with at most four `*` each. An image is selected when each pattern matches one
    of its tags: two patterns in one rule mean "both"; write two rules for "either"."""
    untagged: NotRequired[bool]
    """True selects the images without a tag; it replaces the default rule for them."""
    keep: NotRequired[int]
    """How many of the newest images, by push time, to keep; older ones are deleted. The safer rule for releases, since
    it never empties a repository that is no longer pushed to."""
    days_since_pushed: NotRequired[int]
    """Images older than that are deleted, no matter how often they are pulled."""
    days_since_pulled: NotRequired[int]
    """Images not pulled for that many days are archived; ECR cannot delete by this age. For an image that was never
    pulled, the push counts. Pulls from elsewhere, such as from a replica, do not count."""
    days_since_archived: NotRequired[int]
    """Images are deleted that many days after they were archived, 90 or more."""
    archive: NotRequired[bool]
    """True moves the images to the archive where `keep` or `days_since_pushed` would delete them."""


def lifecycle_policy(rules: Sequence[LifecycleRuleArgs] = (), protected_tags: Sequence[str] = ()) -> dict[str, Any]:
    """The lifecycle policy of a repository.

    Untagged images are archived 30 days after they were last pulled, so that a digest still in use survives, and
    deleted 90 days later, unless a rule selects untagged images itself. Priorities follow the order of `rules`;
    protected tags come first and rules for any image last, as ECR requires.

    Raises:
        ValueError: a rule is invalid, or two of them conflict.
    """
    if not rules and not protected_tags:  # nearly every repository
        return _POLICY_OF_UNTAGGED
    mistakes = Mistakes()
    protected, wanted = list[dict[str, Any]](), list[dict[str, Any]]()
    with mistakes.at():
        protected = each("protected_tags", protected_tags, _protection)
    with mistakes.at():
        wanted = each("lifecycle_rules", rules, _rule)
    mistakes.refuse()
    if not any(rule["selection"]["tagStatus"] == "untagged" for rule in wanted):
        wanted += _UNTAGGED
    ordered = [*protected, *sorted(wanted, key=lambda rule: rule["selection"]["tagStatus"] == "any")]
    _refuse_conflicts(ordered)
    policy = _by_priority(ordered)
    if len(ordered) > _MOST_RULES or len(json.dumps(policy)) > _MOST_CHARACTERS:
        raise ValueError(
            f"lifecycle_rules: got {len(ordered)} rules; ECR takes {_MOST_RULES} of at most "
            f"{_MOST_CHARACTERS} characters, the protected tags and the rules for untagged images included"
        )
    return policy


def _rule(rule: LifecycleRuleArgs) -> dict[str, Any]:
    counts = {key: cast(int, rule[key]) for key in _COUNT_TYPES if key in rule}  # pyright: ignore[reportTypedDictNotRequiredAccess] - the loop asks first
    if len(counts) != 1:
        found = " and ".join(f"`{key}`" for key in counts) or "no count"
        names = ", ".join(f"`{key}`" for key in _COUNT_TYPES)
        raise ValueError(f"got {found}; write exactly one of {names}, such as `keep`: 14")
    ((key, number),) = counts.items()
    least = ARCHIVE_DAYS if key == "days_since_archived" else 1
    if number < least:
        raise ValueError(f"{key}: got {number}; write a number of {least} or more")
    archives = rule.get("archive", key == "days_since_pulled")
    if key == "days_since_pulled" and not archives:
        raise ValueError(
            "archive: got false; ECR can only archive images by their last pull: leave `archive` out, "
            "and add a rule with `days_since_archived` to delete"
        )
    if key == "days_since_archived" and archives:
        raise ValueError("archive: got true; what is archived can only be deleted: leave `archive` out")
    selection: dict[str, Any] = {**_tag_selection(rule), "countType": _COUNT_TYPES[key], "countNumber": number}
    if key != "keep":
        selection["countUnit"] = "days"
    if key == "days_since_archived":
        selection["storageClass"] = "archive"
    action = {"type": "transition", "targetStorageClass": "archive"} if archives else {"type": "expire"}
    return {"description": _in_words(selection, archives=archives), "selection": selection, "action": action}


def _tag_selection(rule: LifecycleRuleArgs) -> dict[str, Any]:
    if "tags" in rule:
        if rule.get("untagged"):
            raise ValueError("untagged: got true beside `tags`; write one of them, an image is never both")
        if not rule["tags"]:
            raise ValueError('tags: got []; write tag patterns, such as ["1.*"], or leave `tags` out for any image')
        return {"tagStatus": "tagged", "tagPatternList": each("tags", rule["tags"], tag_pattern)}
    return {"tagStatus": "untagged" if rule.get("untagged") else "any"}


def tag_pattern(text: str) -> str:
    """Returns `text` if ECR accepts it as a pattern of tags.

    Raises:
        ValueError: it does not.
    """
    if not _PATTERN.fullmatch(text) or text.count("*") > _MOST_STARS:
        raise ValueError(
            f"got {text!r}; write letters, digits, dots, dashes and underscores, "
            "with at most four *, such as 1.* or release-*"
        )
    return text


def _protection(pattern: str) -> dict[str, Any]:
    # Once an image matches a rule's tags, no later rule applies to it, whether or not that rule removes it.
    selection = {
        "tagStatus": "tagged",
        "tagPatternList": [tag_pattern(pattern)],
        "countType": _COUNT_TYPES["keep"],
        "countNumber": _KEEP_ALL,
    }
    return {"description": f"keep {pattern}", "selection": selection, "action": {"type": "expire"}}


def _by_priority(rules: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"rules": [{"rulePriority": priority, **rule} for priority, rule in enumerate(rules, start=1)]}


def _refuse_conflicts(rules: Sequence[Mapping[str, Any]]) -> None:
    seen: dict[tuple[str, ...], str] = {}
    for rule in rules:
        selection = rule["selection"]
        tags = sorted(set(selection.get("tagPatternList", ())))
        key = (selection["tagStatus"], selection.get("storageClass", "standard"), *tags)
        if key in seen:
            raise ValueError(
                f"lifecycle_rules: got {seen[key]!r} and {rule['description']!r} for the same images; "
                "ECR lets the first rule that matches an image's tags decide: write one rule"
            )
        seen[key] = rule["description"]


def _in_words(selection: Mapping[str, Any], *, archives: bool) -> str:
    images = " + ".join(selection.get("tagPatternList", ())) or f"{selection['tagStatus']} images"
    verb = "archive" if archives else "delete"
    number = selection["countNumber"]
    return {
        "imageCountMoreThan": f"{verb} {images} but the newest {number}",
        "sinceImagePushed": f"{verb} {images} {number} days after their push",
        "sinceImagePulled": f"{verb} {images} {number} days after their last pull",
        "sinceImageTransitioned": f"{verb} {images} {number} days after they were archived",
    }[selection["countType"]]


_UNTAGGED: Final = (
    _rule({"untagged": True, "days_since_pulled": UNTAGGED_DAYS}),
    _rule({"untagged": True, "days_since_archived": ARCHIVE_DAYS}),
)
"""The default rules for images without a tag."""
_POLICY_OF_UNTAGGED: Final = _by_priority(_UNTAGGED)
"""The policy of a repository without rules."""
