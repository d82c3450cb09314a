"""A note's lines about new resources, and about a whole new stack."""

from pathlib import Path
from typing import Any

import pytest
from iam_json import policy
from previews import ROLE, ROLE_POLICY, allow, declaration, preview_json, stack, step

from components.preview import note as preview_note
from components.preview import reading as preview

_HELD = declaration(["ci/python"], **{"acme/web": {"kind": "project", "pull": ["ci/python"]}})


@pytest.mark.parametrize(
    ("type_", "inputs", "words"),
    [
        ("aws:ecr/repository:Repository", {"name": "ci/go"}, "repositories `ci/go`"),
        (
            "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
            {"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry-1.docker.io", "credentialArn": "arn:x"},
            (
                "cache `hub` of `registry-1.docker.io` with a login of its own: the first pull of an image makes a "
                "repository below `hub/`"
            ),
        ),
        (
            "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
            {
                "scanType": "ENHANCED",
                "rules": [
                    {"scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": [{"filter": "ci/*", "filterType": "W"}]}
                ],
            },
            "scanning of **the whole registry**: enhanced, continuously, of `ci/*`",
        ),
        (
            "aws:ecr/replicationConfiguration:ReplicationConfiguration",
            {
                "replicationConfiguration": {
                    "rules": [
                        {
                            "destinations": [{"region": "us-east-1", "registryId": "210987654321"}],
                            "repositoryFilters": [{"filter": "ci", "filterType": "PREFIX_MATCH"}],
                        }
                    ]
                }
            },
            (
                "replication of **the whole registry**: new images of `ci*` are copied to account `210987654321` in "
                "`us-east-1`"
            ),
        ),
        (
            "aws:ec2/launchTemplate:LaunchTemplate",
            {
                "name": "gitlab-ecr-prod-runner-build",
                "imageId": "ami-0",
                "instanceType": "m6i.large",
                "iamInstanceProfile": {"name": "gitlab-ecr-prod-runner-build"},
            },
            (
                "launch template `gitlab-ecr-prod-runner-build`: machines of type `m6i.large` from `ami-0`, with the "
                "instance profile `gitlab-ecr-prod-runner-build`"
            ),
        ),
        (
            "gitlab:index/userRunner:UserRunner",
            {
                "description": "build",
                "projectId": 7,
                "runnerType": "project_type",
                "tagLists": ["docker"],
                "untagged": True,
            },
            "runner `build` of project `7`: takes jobs with `docker` and jobs without tags",
        ),
        (
            "gitlab:index/userRunner:UserRunner",
            {"description": "build", "runnerType": "instance_type", "paused": True},
            "runner `build` of **the whole instance**: takes jobs without tags; it is **paused**",
        ),
        (
            "gitlab:index/userRunner:UserRunner",
            {
                "description": "build",
                "groupId": 20,
                "tagLists": ["docker", "big"],
                "accessLevel": "ref_protected",
                "maximumTimeout": 5400,
            },
            (
                "runner `build` of group `20`: takes jobs with `docker`, `big`, of protected branches and tags alone, "
                "each for at most 1 hour 30 minutes"
            ),
        ),
        (
            "gitlab:index/pipelineSchedule:PipelineSchedule",
            {
                "description": "gitlab-ecr-prod-rotator",
                "project": "acme/registry-access",
                "ref": "refs/heads/main",
                "cron": "7 */2 * * *",
            },
            (
                "pipeline schedule `gitlab-ecr-prod-rotator` of project `acme/registry-access`: `refs/heads/main` at "
                "`7 */2 * * * UTC`"
            ),
        ),
    ],
)
def test_a_new_resource_is_described_in_words(type_: str, inputs: dict[str, Any], words: str) -> None:
    created = step("create", type_, "n", new=inputs)
    text = preview_note.note(preview.read(preview_json(stack(declaration=_HELD), created)))
    assert f"**New**\n\n- {words}\n" in text


def test_the_roles_of_a_new_stack_are_folded_but_a_role_that_opens_everything_is_not() -> None:
    trust = policy({**allow("sts:AssumeRole", []), "Principal": {"Service": "ec2.amazonaws.com"}})
    steps = [
        step("create", ROLE, "r", new={"name": "r", "assumeRolePolicy": trust}),
        step(
            "create", ROLE_POLICY, "p", new={"role": "r", "policy": policy(allow("s3:GetObject", "arn:aws:s3:::b/*"))}
        ),
        step("create", ROLE_POLICY, "q", new={"role": "q", "policy": policy(allow("iam:PassRole", "*"))}),
    ]
    text = preview_note.note(preview.read(preview_json(stack("create"), *steps)))
    shown, _, folded = text.partition("<details>")
    assert "`q`: may `iam:PassRole` on **everything**" in shown
    assert "ec2.amazonaws.com" not in shown
    assert "role `r`: `ec2.amazonaws.com` may `sts:AssumeRole`" in folded
    assert "role policy `r`: may `s3:GetObject`" in folded


def test_the_first_preview_of_a_stack_fits_on_a_screen() -> None:
    recording = (Path(__file__).parents[1] / "data" / "preview-real" / "local-1-create.json").read_text()
    text = preview_note.note(preview.read(recording))
    shown = [line for part in text.split("<details>") for line in part.rpartition("</details>")[2].splitlines()]
    assert len(shown) < 60
    assert max(len(line) for line in shown) < 250
