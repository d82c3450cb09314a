"""What one run of the command shows on the screen, and what its report holds."""

import shutil
from collections import Counter
from typing import Any

import pytest

from rehearsal.clients import HELPER
from rehearsal.cloud.docker_registry import PROGRAM
from rehearsal.namespaces import FOREIGN_HOST, SHADOWED

WEB = "acme/frontend/web"
BACKEND = "acme/backend"
LEGACY = "acme/legacy"
SHOP = "acme/shop"


def test_the_table_shows_what_each_consumer_could_pull(whole: tuple[str, dict[str, Any]]) -> None:
    rows = [" ".join(line.split()) for line in whole[0].splitlines()]
    first = rows.index("pulls with its own credential pulled refused")
    assert rows[first + 1 : first + 6] == [
        f"{BACKEND} ci/node, ci/python base/alpine, secret/tools",
        "runner docker ci/node, ci/python base/alpine, secret/tools",
        f"{WEB} ci/node base/alpine, ci/python, secret/tools",
        f"{SHOP} by its jobs' secret base/alpine ci/node, ci/python, secret/tools",
        f"{LEGACY} by access keys base/alpine ci/node, ci/python, secret/tools",
    ]
    assert any(row.startswith("Not rehearsed:") for row in rows)


def test_the_report_holds_every_pull_with_what_was_expected(whole: tuple[str, dict[str, Any]]) -> None:
    pulls = whole[1]["pulls"]
    own = [cell for cell in pulls if cell["client"] == "rehearsal"]
    assert len(own) == 20
    assert all(cell["expected"] == cell["actual"] for cell in pulls)
    assert {cell["actual"] for cell in pulls} == {"allowed", "denied"}
    denied = [cell for cell in own if cell["actual"] == "denied"]
    assert all("is not authorized to perform: ecr:BatchGetImage" in cell["reason"] for cell in denied)


def test_every_client_of_the_machine_pulls_every_cell(whole: tuple[str, dict[str, Any]]) -> None:
    counts = Counter(cell["client"] for cell in whole[1]["pulls"])
    missing = " ".join(whole[1]["notRehearsed"])
    assert counts.pop("rehearsal") == 20
    if shutil.which("skopeo"):
        with_helper = {name: counts.pop(name) for name in list(counts) if name.endswith(HELPER)}
        assert list(counts.values()) == [16]
        assert list(with_helper.values()) == ([4] if shutil.which(HELPER) else [])
    else:
        assert counts == {}
        assert "pulls by skopeo, which is not installed" in missing


def test_the_report_says_what_kept_the_images(whole: tuple[str, dict[str, Any]]) -> None:
    shown, report = whole
    assert report["registry"].startswith(PROGRAM if shutil.which(PROGRAM) else "the rehearsal's own store")
    assert f", from {report['registry']} behind the front" in shown
    unused = f"images kept by {PROGRAM}, which is not installed"
    assert (unused in report["notRehearsed"]) is (shutil.which(PROGRAM) is None)


def test_only_a_job_of_the_named_branch_project_and_aud_pushes(whole: tuple[str, dict[str, Any]]) -> None:
    assert [(push["job"], push["repository"], push["actual"]) for push in whole[1]["pushes"]] == [
        ("protected branch main", "ci/node", "allowed"),
        ("unprotected branch", "ci/node", "denied"),
        ("another project", "ci/node", "denied"),
        ("another aud", "ci/node", "denied"),
        ("protected branch main", "base/alpine", "denied"),
    ]
    refused = [push["reason"] for push in whole[1]["pushes"][1:4]]
    assert all("AssumeRoleWithWebIdentity" in reason for reason in refused)


def test_a_job_reads_its_own_login_and_no_job_another_secret(whole: tuple[str, dict[str, Any]]) -> None:
    own, token = f"gitlab-ecr-local/audience/{SHOP}", "gitlab-ecr-local/gitlab-token"
    assert [(each["job"], each["secret"], each["actual"]) for each in whole[1]["fetches"]] == [
        ("protected branch main", own, "allowed"),
        ("unprotected branch", own, "denied"),
        ("another project", own, "denied"),
        ("another aud", own, "denied"),
        ("protected branch main", token, "denied"),
    ]
    assert f"  {SHOP}, protected branch main: {own} read" in whole[0]
    assert f"  {SHOP}, another project: {own} denied" in whole[0]


def test_the_schedule_fires_until_the_deploys_token_has_expired(whole: tuple[str, dict[str, Any]]) -> None:
    rotations = whole[1]["rotations"]
    assert [rotation["fired_by"] for rotation in rotations] == ["manual", *["schedule"] * 6, *["manual"] * 3]
    ends = [min(target["expiresAt"] for target in rotation["targets"]) for rotation in rotations[:7]]
    assert ends == sorted(ends)
    assert len(set(ends)) == len(ends)


def test_the_first_up_waits_for_the_token_and_storing_it_rotates_at_once(whole: tuple[str, dict[str, Any]]) -> None:
    document = whole[1]
    assert document["waited"] == 3
    assert document["tokenSet"]["command"] == "gitlab-ecr token set --function gitlab-ecr-local-rotator"
    words = document["tokenSet"]["output"]
    assert words[0] == "stored in gitlab-ecr-local/gitlab-token; the rotation that followed:"
    assert {line.split("\t")[1] for line in words[1:5]} == {"published"}
    assert "`up` succeeds, and 3 variables and pairs of keys wait for the rotator's GitLab token" in whole[0]


def test_access_keys_are_made_at_deploy_and_changed_when_they_are_old(whole: tuple[str, dict[str, Any]]) -> None:
    message = [rotation["accessKeys"] for rotation in whole[1]["rotations"]]
    assert {each["target"] for keys in message for each in keys} == {f"project {LEGACY} access keys"}
    statuses = [keys[0]["status"] for keys in message[:7]]
    assert statuses == ["published", "kept", "kept", "published", "kept", "kept", "published"]
    assert len({keys[0]["key"] for keys in message[:7]}) == 3
    assert "each pair of access keys signed in before and after its change" in whole[0]


def test_the_report_names_every_resource_with_its_id(whole: tuple[str, dict[str, Any]]) -> None:
    resources = whole[1]["resources"]
    assert all(resource["id"] for resource in resources if not resource["type"].startswith("gitlab-ecr:"))
    variable = next(r for r in resources if r["type"] == "gitlab:index/groupVariable:GroupVariable")
    assert variable["inputs"]["value"] == "[secret]"
    assert whole[1]["outputs"]["rotator"] == "gitlab-ecr-local-rotator"
    assert whole[1]["timings"]["total"] == pytest.approx(
        sum(seconds for step, seconds in whole[1]["timings"].items() if step != "total"), abs=0.01
    )


def test_variables_are_shown_with_their_flags_and_a_shadowed_project_is_reported(
    whole: tuple[str, dict[str, Any]],
) -> None:
    lines = [" ".join(line.split()) for line in whole[0].splitlines()]
    host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
    assert f"Variables now; the stack's registry is {host}" in lines
    assert f"group {BACKEND} DOCKER_AUTH_CONFIG file, masked, raw: the stack's registry" in lines
    web = lines.index(f"project {WEB} DOCKER_AUTH_CONFIG file, masked, raw: the stack's registry,")
    assert lines[web + 1] == FOREIGN_HOST
    assert f"in GitLab, {BACKEND}/{SHADOWED}: a project with its own DOCKER_AUTH_CONFIG, set by hand" in lines
    shadow = f"project {BACKEND}/{SHADOWED} DOCKER_AUTH_CONFIG"
    assert f"group {BACKEND} DOCKER_AUTH_CONFIG: {shadow} hides it" in lines
    assert [found["what"] for found in whole[1]["shadows"]] == [f"{shadow} hides it"]
    assert f"project {LEGACY} AWS_SECRET_ACCESS_KEY env_var, masked, protected, raw" in lines
    assert [held["name"] for held in whole[1]["variables"] if held["made_up"]] == [shadow]
    assert len(whole[1]["variables"]) == 10
