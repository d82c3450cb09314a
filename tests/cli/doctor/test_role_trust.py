"""What a role's trust policy says about the job's ref."""

from typing import Any

import pytest

from components.cli.doctor.causes.cause import Cause
from components.cli.doctor.causes.finding import Checked
from components.cli.doctor.facts import Role
from components.cli.doctor.role_trust import Refs, ref_finding
from components.variables.job_view import Job

_REFS = Refs(Cause.PUSH_REF, "add {ref} to {refs}", "protect it")
_MAIN = {"g:sub": "project_path:acme/web:ref_type:branch:ref:main"}


def _role(**conditions: Any) -> Role:
    return Role({"Statement": {"Effect": "Allow", "Condition": {"StringEquals": conditions}}}, ())


@pytest.mark.parametrize(
    ("conditions", "job", "found"),
    [
        (_MAIN, Job("acme/web", "main"), None),
        (_MAIN, Job("acme/web", "feature"), "add feature to branches"),
        (_MAIN | {"g:ref_protected": "true"}, Job("acme/web", "main"), "protect it"),
        (_MAIN | {"g:ref_protected": "true"}, Job("acme/web", "main", protected_refs=("ma*",)), None),
    ],
)
def test_a_job_that_is_not_trusted_learns_what_to_change(conditions: Any, job: Job, found: str | None) -> None:
    checked = Checked()
    finding = ref_finding(_REFS, job, "the role", _role(**conditions), checked)
    assert (finding and finding.fix) == found
    assert bool(checked.tested) is (found is None)


def test_a_policy_of_another_form_is_not_judged() -> None:
    checked = Checked()
    assert ref_finding(_REFS, Job("acme/web", "main"), "the role", _role(**{"g:aud": "x"}), checked) is None
    assert checked.not_tried == ["whether the role trusts this ref: its trust policy has no condition on sub"]
