from typing import Any

import pytest

from components.iam.gitlab_trust import TrustedJobs, issuer_host, job_trust, thumbprints

_PROVIDER = "arn:aws:iam::123456789012:oidc-provider/gitlab.com"
_GITLAB_COM: dict[str, Any] = {
    "gitlab_url": "https://gitlab.com",
    "aud": "https://gitlab.com",
    "project": "acme/app",
    "project_id": "101",
    "namespace_id": "11",
}
_SELF_MANAGED: dict[str, Any] = {
    "gitlab_url": "https://gitlab.example.com",
    "aud": "https://gitlab.example.com",
    "project": "acme/app",
}


def _condition(**arguments: Any) -> dict[str, Any]:
    (statement,) = job_trust(_PROVIDER, TrustedJobs(**arguments))["Statement"]
    assert statement["Principal"] == {"Federated": _PROVIDER}
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    return statement["Condition"]


def test_on_gitlab_com_every_protected_ref_of_one_project_is_the_default() -> None:
    assert _condition(**_GITLAB_COM) == {
        "StringEquals": {
            "gitlab.com:aud": "https://gitlab.com",
            "gitlab.com:project_id": "101",
            "gitlab.com:namespace_id": "11",
            "gitlab.com:ref_protected": "true",
        },
        "StringLike": {
            "gitlab.com:sub": [
                "project_path:acme/app:ref_type:branch:ref:*",
                "project_path:acme/app:ref_type:tag:ref:*",
            ]
        },
    }


def test_named_branches_make_the_subject_exact() -> None:
    condition = _condition(**_GITLAB_COM, branches=["main"])
    assert condition["StringEquals"]["gitlab.com:sub"] == "project_path:acme/app:ref_type:branch:ref:main"
    assert condition["StringEquals"]["gitlab.com:ref_protected"] == "true"
    assert "StringLike" not in condition


def test_patterns_of_refs_stay_inside_the_project() -> None:
    condition = _condition(**_GITLAB_COM, branches=["release/*"], tags=["v*"])
    assert condition["StringLike"]["gitlab.com:sub"] == [
        "project_path:acme/app:ref_type:branch:ref:release/*",
        "project_path:acme/app:ref_type:tag:ref:v*",
    ]


def test_the_trust_in_a_self_managed_gitlab_has_exact_names() -> None:
    assert _condition(**_SELF_MANAGED, branches=["main"], tags=["v1"]) == {
        "StringEquals": {
            "gitlab.example.com:aud": "https://gitlab.example.com",
            "gitlab.example.com:sub": [
                "project_path:acme/app:ref_type:branch:ref:main",
                "project_path:acme/app:ref_type:tag:ref:v1",
            ],
        }
    }


def test_unprotected_refs_are_admitted_only_on_demand() -> None:
    condition = _condition(**_GITLAB_COM, unprotected_refs=True)
    assert "gitlab.com:ref_protected" not in condition["StringEquals"]


@pytest.mark.parametrize("project", ["*", "acme*", "acme/*", "acme", "acme/app:ref_type", "/acme/app", "acme//app", ""])
def test_anything_but_one_projects_path_is_refused(project: str) -> None:
    with pytest.raises(ValueError, match=r"^project: got .*; write the full path of one project, .* such as acme/app"):
        job_trust(_PROVIDER, TrustedJobs(**{**_GITLAB_COM, "project": project}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"aud": ""}, r"audience: got ''; write the aud of the jobs' id_tokens exactly"),
        ({"aud": "*"}, r"audience: got '\*'; write the aud"),
        ({"project_id": ""}, r"project_id: missing; write the number that GitLab shows on the project's page, quoted"),
        (
            {"namespace_id": "acme"},
            r"namespace_id: got 'acme'; write the number that GitLab shows on the group's page, quoted",
        ),
        ({"branches": ["*"]}, r"branches\[0\]: got '\*'; write a name such as main"),
        ({"aud": "${aws:userid}"}, r"audience: got '\$\{aws:userid\}'; write the aud"),
        ({"branches": ["${aws:userid}"]}, r"branches\[0\]: got '\$\{aws:userid\}'; write a name such as main"),
        ({"tags": ["a:b"]}, r"tags\[0\]: got 'a:b'; write a name such as main"),
        ({"branches": ["b" * 100 + str(n) for n in range(20)]}, r"branches: got a trust policy of \d+ char"),
    ],
)
def test_a_trust_that_is_wider_than_it_reads_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        job_trust(_PROVIDER, TrustedJobs(**{**_GITLAB_COM, **changes}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, r"branches: got none; AWS reads only aud and sub in tokens of https://gitlab\.example\.com"),
        ({"branches": ["release/*"]}, r"branches\[0\]: got 'release/\*'; AWS reads only"),
        ({"branches": ["main"], "project_id": "1"}, r"project_id: AWS does not read this claim"),
        ({"unprotected_refs": True, "namespace_id": "1"}, r"namespace_id: AWS does not read this claim"),
    ],
)
def test_a_condition_that_aws_cannot_read_in_a_self_managed_token_is_refused(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        job_trust(_PROVIDER, TrustedJobs(**{**_SELF_MANAGED, **changes}))


def test_any_ref_of_one_project_of_a_self_managed_gitlab_is_admitted_on_demand() -> None:
    condition = _condition(**_SELF_MANAGED, unprotected_refs=True)
    assert condition == {
        "StringEquals": {"gitlab.example.com:aud": "https://gitlab.example.com"},
        "StringLike": {
            "gitlab.example.com:sub": [
                "project_path:acme/app:ref_type:branch:ref:*",
                "project_path:acme/app:ref_type:tag:ref:*",
            ]
        },
    }


def test_the_issuer_is_the_url_without_its_scheme() -> None:
    assert issuer_host("https://gitlab.example.com/git") == "gitlab.example.com/git"


@pytest.mark.parametrize(
    "url", ["gitlab.com", "http://gitlab.com", "https://gitlab.com/", "https://u@gitlab.com", "https://gitlab.com?a"]
)
def test_a_url_that_no_token_has_as_its_issuer_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"^url: got .*; write https:// and the host in lower case"):
        issuer_host(url)


def test_thumbprints_are_for_private_certificate_authorities() -> None:
    assert thumbprints("https://gitlab.example.com", ["A" * 40]) == ["a" * 40]
    assert thumbprints("https://gitlab.com", []) == []
    with pytest.raises(ValueError, match=r"^thumbprints: AWS knows the CA of gitlab\.com"):
        thumbprints("https://gitlab.com", ["a" * 40])
    with pytest.raises(ValueError, match=r"^thumbprints\[0\]: got 'aa'; write the 40 hexadecimal digits"):
        thumbprints("https://gitlab.example.com", ["aa"])


def test_on_gitlab_com_a_role_can_be_limited_to_pipeline_schedules() -> None:
    equal = _condition(**_GITLAB_COM, branches=["main"], scheduled=True)["StringEquals"]
    assert equal["gitlab.com:pipeline_source"] == "schedule"
    assert equal["gitlab.com:ref_protected"] == "true"
    own = _condition(**_SELF_MANAGED, branches=["main"], scheduled=True)["StringEquals"]
    assert set(own) == {"gitlab.example.com:aud", "gitlab.example.com:sub"}


def test_a_pattern_of_a_self_managed_gitlab_is_one_mistake() -> None:
    with pytest.raises(ValueError, match=r"^branches\[0\]: got '\*'; AWS reads only") as refused:
        _condition(**_SELF_MANAGED, branches=["*"])
    assert "\n" not in str(refused.value)
