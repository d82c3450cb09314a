"""The whole note of every recorded preview and of crafted ones: each is beside its data as Markdown.

A changed note: `gitlab-ecr plan-note --json X.json > X.md` for a recording, `write_golden` below for crafted ones.
"""

import json
import re
from pathlib import Path
from typing import Any

import crafted_previews
import pytest
from hypothesis import given
from hypothesis import strategies as st
from iam_json import policy
from previews import (
    ACCESS,
    ROLE,
    ROLE_POLICY,
    UNKNOWN,
    allow,
    arn,
    declaration,
    preview_json,
    stack,
    step,
)

from components.iam.actions import PULL_ACTIONS, PUSH_ACTIONS
from components.names.naming import Names
from components.preview import note as preview_note
from components.preview import reading as preview
from components.preview.picture import LIMIT

_DATA = Path(__file__).parents[1] / "data" / "preview"
_RECORDINGS = [*sorted(_DATA.glob("[0-9]*.json")), *sorted(_DATA.with_name("preview-real").glob("*.json"))]
_NAMES = Names("123456789012", "eu-central-1", "gitlab-ecr")
_MANAGED = "gitlab-ecr-prod/gitlab-token-managed"


def _note(text: str) -> str:
    return preview_note.note(preview.read(text))


def write_golden() -> None:
    for name, made in crafted_previews.CRAFTED.items():
        (_DATA / f"{name}.md").write_text(_note(made()))


@pytest.mark.parametrize("recording", _RECORDINGS, ids=lambda path: path.stem)
def test_a_recorded_preview_gives_its_note(recording: Path) -> None:
    assert _note(recording.read_text()) == recording.with_suffix(".md").read_text()


@pytest.mark.parametrize("name", crafted_previews.CRAFTED)
def test_a_crafted_preview_gives_its_note(name: str) -> None:
    assert _note(crafted_previews.CRAFTED[name]()) == (_DATA / f"{name}.md").read_text()


@pytest.mark.parametrize("name", crafted_previews.CRAFTED)
def test_no_note_shows_the_engines_mark_of_what_is_not_known(name: str) -> None:
    assert [mark for mark in preview.UNKNOWN if mark in _note(crafted_previews.CRAFTED[name]())] == []


def test_there_is_a_recording_of_every_kind() -> None:
    ops = {made["op"] for path in _RECORDINGS for made in json.loads(path.read_text())["steps"]}
    assert {"create", "update", "replace", "delete", "same"} <= ops


@pytest.mark.parametrize(
    "made", [crafted_previews.secrets, crafted_previews.failing, *(path.read_text for path in _RECORDINGS)]
)
def test_no_value_that_could_be_a_secret_is_in_a_note(made: Any) -> None:
    assert not re.search(r"hunter2|glpat-|" + UNKNOWN, _note(made()))


@pytest.mark.parametrize("made", [crafted_previews.hostile, crafted_previews.failing])
def test_no_line_of_a_note_is_a_gitlab_command_or_loads_another_picture(made: Any) -> None:
    lines = _note(made()).splitlines()
    assert not [line for line in lines if line.startswith("/")]
    assert len([line for line in lines if line.startswith("```")]) == 2


def test_a_huge_change_still_fits_on_a_screen() -> None:
    repositories = [f"team{number}/image" for number in range(300)]
    consumers = {f"acme/p{number}": {"kind": "project", "pull": [f"team{number}/*"]} for number in range(300)}
    steps = [
        step("create", "aws:ecr/repository:Repository", f"r{name}", new={"name": name, "x": UNKNOWN})
        for name in repositories
    ]
    steps += [step("delete", ROLE, f"old{n}", old={"name": f"old{n}"}) for n in range(300)]
    access = step("create", ACCESS, "access", new={"declaration": declaration(repositories, **consumers)})
    note = _note(preview_json(stack(), access, *steps))
    assert len(note.splitlines()) < 120
    assert len(note) < 12_000
    assert "and 280 more" in note
    assert "_No picture: there are too many rights._" in note


def test_consumers_that_gain_the_same_share_a_line() -> None:
    consumers = {f"acme/p{number}": {"kind": "project", "pull": ["ci/*"]} for number in range(40)}
    access = step("create", ACCESS, "access", new={"declaration": declaration(["ci/go"], **consumers)})
    assert _note(preview_json(stack("create"), access)).count("may now **pull** `ci/go` and whatever `ci/*`") == 1


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ([*PUSH_ACTIONS], [*PULL_ACTIONS], "**may no longer push** `ci/go`"),
        ([*PULL_ACTIONS], [*PUSH_ACTIONS], "may now **push** `ci/go`"),
        (["ecr:*"], [*PULL_ACTIONS], "**may no longer push** `ci/go`"),
        (["ecr:GetAuthorizationToken"], ["*"], "may now **push** `ci/go`"),
        ([*PULL_ACTIONS], ["ecr:batchgetimage"], ""),
    ],
)
def test_the_note_shows_only_what_a_policy_adds_or_removes(before: list[str], after: list[str], words: str) -> None:
    old, new = ({"role": "r", "policy": policy(allow(given, arn("ci/go")))} for given in (before, after))
    note = _note(preview_json(stack(), step("update", ROLE_POLICY, "p", old=old, new=new)))
    rights = note.partition("**Who may pull and push**")[2].partition("\n\n**")[0].partition("\n\nOf the")[0]
    assert rights.strip() == (f"- role `r` {words}" if words else "")


def test_a_narrower_pattern_is_not_a_gain_and_a_wider_one_is_not_a_loss() -> None:
    narrow, wide = ({"role": "r", "policy": policy(allow([*PULL_ACTIONS], arn(p)))} for p in ("ci/*", "*"))
    widened = _note(preview_json(stack(), step("update", ROLE_POLICY, "p", old=narrow, new=wide)))
    narrowed = _note(preview_json(stack(), step("update", ROLE_POLICY, "p", old=wide, new=narrow)))
    assert "no longer" not in widened
    assert "may now" not in narrowed
    assert "**may no longer pull** **every repository of the account**" in narrowed


def test_a_variable_whose_owner_is_a_number_is_named_by_the_declared_path() -> None:
    held = declaration([], **{path: {"kind": "project"} for path in ("web", "acme/web", "acme/web-2")})
    inputs = {"project": "7", "key": "K", "environmentScope": "review/*"}
    steps = [
        step(
            "delete", "gitlab:index/projectVariable:ProjectVariable", f"access-variables-{path}:K:review/*", old=inputs
        )
        for path in ("acme/web-2", "acme/elsewhere")
    ]
    note = _note(preview_json(stack(declaration=held), *steps))
    assert "- **deletes project variable** `K` of `7`\n- **deletes project variable** `K` of `acme/web-2`" in note


def test_the_note_mentions_a_denial_that_is_removed_with_its_policy() -> None:
    deny = {**allow("s3:GetObject", "*"), "Effect": "Deny", "Principal": "*"}
    gone = step("delete", "aws:s3/bucketPolicy:BucketPolicy", "b", old={"bucket": "state", "policy": policy(deny)})
    assert "no longer: **anybody** **may not** `s3:GetObject` on **everything**" in _note(preview_json(stack(), gone))


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=4, unique=True))
def test_the_picture_is_one_block_that_gitlab_draws_with_any_names(texts: list[str]) -> None:
    consumers = {name: {"kind": "project", "pull": [name]} for name in texts}
    access = step("create", ACCESS, "access", new={"declaration": declaration(texts, **consumers)})
    note = _note(preview_json(stack("create"), access))
    before, _, rest = note.partition("\n```mermaid\n")
    picture, _, after = rest.partition("\n```\n")
    assert len(picture) <= LIMIT
    assert after == ""
    assert not [line for line in before.splitlines() if line.startswith("```")]
    label = r'"[\w #;./@-]*"'
    line = rf"w\d+\[{label}\]|r\d+\[\({label}\)\]|w\d+ (-->|==>|-\.->)\|(pull|push)\| r\d+"
    assert not [text for text in picture.split("\n")[1:] if not re.fullmatch(line, text, re.ASCII)]


def test_text_that_is_not_a_preview_is_refused() -> None:
    for text in ("", "error: no stack selected", "[]", "{}"):
        with pytest.raises(ValueError, match="got no preview in JSON"):
            preview.read(text)


def _managed_renewal(op: str, **inputs: Any) -> str:
    type_ = "aws:secretsmanager/secretRotation:SecretRotation"
    return _note(preview_json(stack(), step(op, type_, f"access-rotator-{_MANAGED}", **inputs)))


def test_the_note_about_managed_renewal_says_who_calls_gitlab_and_what_must_exist_before() -> None:
    rules = {"automaticallyAfterDays": 30}
    assert (
        f"renewal of the GitLab token in `{_MANAGED}` by Secrets Manager itself, which calls GitLab at the end of this "
        "`up` and every 30 days: the secret must hold a token before"
    ) in _managed_renewal("create", new={"secretId": _MANAGED, "rotationRules": rules})


def test_the_note_about_the_end_of_managed_renewal_names_the_secret_that_stays() -> None:
    words = _managed_renewal("delete", old={"secretId": _MANAGED})
    assert f"- **deletes renewal of the GitLab token in** `{_MANAGED}`" in words
