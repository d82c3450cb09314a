"""Each promise that decisions and the README make about the rotator has a check while servers misbehave."""

import re
from pathlib import Path
from typing import Final

import pytest

_ROOT: Final = Path(__file__).parents[2]
_HERE: Final = Path(__file__).parent
_RUN, _KEYS = "test_chaos.py", "test_chaos_of_keys.py"

_PROMISES: Final[dict[str, list[tuple[str, str, str]]]] = {
    "README.md": [
        (
            "tries each token against the registry before it publishes it",
            _RUN,
            "test_no_token_is_published_that_a_registry_did_not_accept",
        ),
        ("a rotator that keeps every `DOCKER_AUTH_CONFIG` valid", _RUN, "test_every_other_project_is_written"),
    ],
    "0002": [
        (
            "the rotator's single `PUT` writes value, flags and description together",
            _RUN,
            "test_a_healthy_target_takes_one_read_and_one_write",
        ),
    ],
    "0005": [
        (
            "Only GitLab's own 403 and 404 count",
            _RUN,
            "test_a_target_counts_as_gone_only_if_gitlab_itself_says_so",
        ),
        (
            "Losing it is harmless",
            _RUN,
            "test_the_lambda_reports_before_its_own_end_with_any_behaviour_of_aws",
        ),
    ],
    "0006": [
        (
            "This request is never repeated, even if it fails",
            _KEYS,
            "test_a_token_is_renewed_at_most_once_and_the_present_one_stays_with_any_answer_of_gitlab",
        ),
    ],
    "0012": [
        (
            "no key that somebody needs may be deleted",
            _KEYS,
            "test_no_key_is_deleted_or_deactivated_and_the_published_pair_stays_with_any_answer_of_gitlab",
        ),
        (
            "A complete pair is not changed",
            _KEYS,
            "test_no_key_is_deleted_or_deactivated_and_the_published_pair_stays_with_any_answer_of_gitlab",
        ),
    ],
    "0013": [
        ("No value in an error", _RUN, "test_report_and_metrics_are_complete_and_show_no_secret"),
        ("Every wait ends", _RUN, "test_a_run_ends_in_time_with_any_behaviour_of_single_projects"),
        ("Every wait ends", _RUN, "test_a_run_ends_in_time_with_any_behaviour_of_the_registry"),
        (
            "Only some requests are repeated",
            _KEYS,
            "test_a_token_is_renewed_at_most_once_and_the_present_one_stays_with_any_answer_of_gitlab",
        ),
        ("No redirects", _RUN, "test_nothing_is_written_where_nothing_could_be_read"),
        (
            "Each token is tried against ECR before it is published",
            _RUN,
            "test_no_token_is_published_that_a_registry_did_not_accept",
        ),
    ],
    "0016": [
        (
            "The token is minted by the same pull-only role, and verified, as for a variable",
            _RUN,
            "test_no_secret_gets_a_login_that_a_registry_did_not_accept",
        ),
        ("One version per run", _RUN, "test_every_other_secret_gets_one_version"),
    ],
    "0017": [
        (
            "If GitLab refuses a run's token, the run reads the secret again",
            "test_living_token.py",
            "test_a_run_goes_on_with_the_token_that_replaced_its_own",
        ),
        (
            "once for each refused token",
            "test_living_token.py",
            "test_a_pending_version_without_a_working_token_is_useless",
        ),
    ],
}
"""For each page: the words of a promise, and the file and the test that check it."""

_NOT_OF_A_RUN: Final = {
    "0001": "about previews",
    "0003": "about the rehearsal",
    "0004": "about the stack file",
    "0007": "about lifecycle rules",
    "0008": "about the note of a merge request",
    "0009": "about Pulumi's engine",
    "0010": "about a deleted stack",
    "0011": "about where the rotator runs",
    "0014": "about previews",
    "0015": "about the code",
}
"""Decisions that promise nothing about a rotation, a renewal or a change of keys."""


def _page(name: str) -> str:
    (file,) = [_ROOT / name] if name.endswith(".md") else (_ROOT / "docs" / "decisions").glob(f"{name}-*.md")
    return " ".join(file.read_text().split())


def test_every_decision_has_checks_or_a_reason_for_none() -> None:
    there = {file.name[:4] for file in (_ROOT / "docs" / "decisions").glob("[0-9]*.md")}
    assert {*_PROMISES, *_NOT_OF_A_RUN} - {"README.md"} == there
    assert _PROMISES.keys() & _NOT_OF_A_RUN.keys() == set()


@pytest.mark.parametrize("page", _PROMISES)
def test_each_promise_is_made_on_its_page_and_kept_by_a_test(page: str) -> None:
    text = _page(page)
    for words, file, test in _PROMISES[page]:
        assert words in text, f"{page} no longer says: {words}"
        assert f"\ndef {test}(" in (_HERE / file).read_text(), f"{words}: no {test} in {file}"


def test_each_check_under_chaos_is_of_a_promise_or_of_a_run_that_ends_and_reports() -> None:
    chaos = (_RUN, _KEYS)
    named = {test for promises in _PROMISES.values() for _, file, test in promises if file in chaos}
    beside = {  # of docs/security.md, T13
        "test_a_misbehaving_project_is_reported_in_one_line_with_its_name",
        "test_every_other_audience_is_published",
        "test_a_run_ends_and_reports_and_changes_nothing_with_any_answer_about_the_token",
    }
    there = {test for file in chaos for test in re.findall(r"\ndef (test_\w+)\(", (_HERE / file).read_text())}
    assert there == named | beside
