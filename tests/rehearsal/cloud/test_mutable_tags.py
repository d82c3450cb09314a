"""Exclusion filters of tags, which the emulator forgets: stored, returned, obeyed, and refused as ECR refuses."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import mutable_tags


def filters(*patterns: str) -> list[dict[str, str]]:
    return [{"filter": pattern, "filterType": "WILDCARD"} for pattern in patterns]


def put(ecr: Any, repository: str, tag: str, number: int) -> None:
    manifest = json.dumps({"schemaVersion": 2, "number": number})
    ecr.put_image(repositoryName=repository, imageTag=tag, imageManifest=manifest)


@pytest.mark.parametrize(
    ("mutability", "moves", "stays"),
    [("IMMUTABLE_WITH_EXCLUSION", "3.13", "1.0"), ("MUTABLE_WITH_EXCLUSION", "1.0", "3.13")],
)
def test_an_excluded_tag_is_mutable_where_others_are_not_and_the_other_way_round(
    ecr: Any, mutability: str, moves: str, stays: str
) -> None:
    name = mutability.lower().partition("_")[0]
    wanted = {"imageTagMutability": mutability, "imageTagMutabilityExclusionFilters": filters("3.*")}
    ecr.create_repository(repositoryName=name, **wanted)
    (found,) = ecr.describe_repositories(repositoryNames=[name])["repositories"]
    assert {key: found[key] for key in wanted} == wanted
    for tag in (moves, stays):
        put(ecr, name, tag, 1)
    put(ecr, name, moves, 2)
    with pytest.raises(ClientError, match="ImageTagAlreadyExistsException"):
        put(ecr, name, stays, 2)
    (found,) = ecr.describe_repositories(repositoryNames=[name])["repositories"]
    assert found["imageTagMutability"] == mutability


def test_filters_can_be_changed_and_removed(ecr: Any) -> None:
    ecr.create_repository(repositoryName="changing")
    ecr.put_image_tag_mutability(
        repositoryName="changing",
        imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=filters("a", "b*"),
    )
    (found,) = ecr.describe_repositories(repositoryNames=["changing"])["repositories"]
    assert found["imageTagMutabilityExclusionFilters"] == filters("a", "b*")
    ecr.put_image_tag_mutability(repositoryName="changing", imageTagMutability="IMMUTABLE")
    (found,) = ecr.describe_repositories(repositoryNames=["changing"])["repositories"]
    assert "imageTagMutabilityExclusionFilters" not in found


@pytest.mark.parametrize(
    ("mutability", "patterns"),
    [
        ("IMMUTABLE", ["3.*"]),
        ("IMMUTABLE_WITH_EXCLUSION", []),
        ("IMMUTABLE_WITH_EXCLUSION", ["a*b*c*"]),
        ("IMMUTABLE_WITH_EXCLUSION", ["with space"]),
        ("IMMUTABLE_WITH_EXCLUSION", ["a", "b", "c", "d", "e", "f"]),
    ],
)
def test_filters_that_ecr_refuses_are_refused(ecr: Any, mutability: str, patterns: list[str]) -> None:
    wanted: dict[str, Any] = {"imageTagMutabilityExclusionFilters": filters(*patterns)} if patterns else {}
    with pytest.raises(ClientError, match=r"InvalidParameterException|ParamValidation"):
        ecr.create_repository(repositoryName="refused", imageTagMutability=mutability, **wanted)


def test_an_emulator_that_supports_filters_itself_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutable_tags.inspect, "getsource", lambda _: "imageTagMutabilityExclusionFilters")
    with pytest.raises(RuntimeError, match=r"take rehearsal/cloud/mutable_tags\.py out"):
        mutable_tags.obey_exclusion_filters()
