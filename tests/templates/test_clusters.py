"""The files for clusters: they agree on audience, annotation and service account, and grant a pull and no more."""

import json
from fnmatch import fnmatchcase
from typing import Any, Final

import pytest
import yaml
from ci_file import ROOT
from policy_evaluator import Request, allowed

from components.iam.actions import PULL_ACTIONS, PUSH_ACTIONS
from components.iam.policies import pull_policy
from components.names.registry_host import parse_registry_host

FOLDER: Final = ROOT / "templates" / "clusters"
NODE: Final = "arn:aws:iam::123456789012:role/node"
REPOSITORIES: Final = "arn:aws:ecr:eu-central-1:123456789012:repository"

# What the `kubeAPI:` comments in executors/kubernetes of gitlab-runner 19.4 name, without options, and without flags
# that are off by default. Older runners keep the scripts of jobs in config maps.
OF_THE_EXECUTOR: Final = {
    "secrets": {"create", "delete", "get", "update"},
    "pods": {"create", "delete", "get", "list", "watch"},
    "pods/attach": {"create", "delete", "get", "patch"},
    "pods/exec": {"create", "delete", "get", "patch"},
    "pods/log": {"get", "list"},
    "services": {"create", "get"},
    "serviceaccounts": {"get"},
    "events": {"list", "watch"},
}
OF_OLDER_EXECUTORS: Final = {"configmaps": {"create", "delete", "get", "update"}}


def _json(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text())


def _objects(name: str) -> dict[str, Any]:
    return {each["kind"]: each for each in yaml.safe_load_all((FOLDER / f"{name}.yaml").read_text())}


def test_every_file_for_clusters_is_covered_here() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {
        "credential-provider.json",
        "pull-policy.json",
        "pull-role-trust.json",
        "runner-rights.yaml",
        "service-account.yaml",
    }


def test_the_pull_policy_grants_what_a_stack_grants_and_no_more() -> None:
    policy = _json("pull-policy")
    assert policy == pull_policy([f"{REPOSITORIES}/ci/*"])
    assert all(allowed(Request(NODE, action, f"{REPOSITORIES}/ci/python"), [policy]) for action in PULL_ACTIONS)
    assert not any(allowed(Request(NODE, action, f"{REPOSITORIES}/base/alpine"), [policy]) for action in PULL_ACTIONS)
    pushes = set(PUSH_ACTIONS) - set(PULL_ACTIONS)
    assert not any(allowed(Request(NODE, action, f"{REPOSITORIES}/ci/python"), [policy]) for action in pushes)


def test_token_and_trust_and_annotation_and_rights_fit_together() -> None:
    (provider,) = _json("credential-provider")["providers"]
    attributes = provider["tokenAttributes"]
    objects = _objects("service-account")
    account, role, binding = (objects[kind] for kind in ("ServiceAccount", "ClusterRole", "ClusterRoleBinding"))
    (annotation,) = attributes["optionalServiceAccountAnnotationKeys"]
    assert account["metadata"]["annotations"].keys() == {annotation}
    assert role["rules"] == [
        {
            "apiGroups": [""],
            "resources": [attributes["serviceAccountTokenAudience"]],
            "verbs": ["request-serviceaccounts-token-audience"],
        }
    ]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert [subject["name"] for subject in binding["subjects"]] == ["system:nodes"]
    assert (attributes["cacheType"], attributes["requireServiceAccount"]) == ("ServiceAccount", False)


@pytest.mark.parametrize("account", ["jobs", "default", "coredns"])
def test_the_kubelet_may_request_the_token_of_every_service_account(account: str) -> None:
    """Without this right for an account, the kubelet would pull nothing for its pods."""
    (rule,) = _objects("service-account")["ClusterRole"]["rules"]
    assert account in rule.get("resourceNames", [account])


@pytest.mark.parametrize(
    ("subject", "audience", "trusted"),
    [
        ("system:serviceaccount:ci:jobs", "sts.amazonaws.com", True),
        ("system:serviceaccount:ci:default", "sts.amazonaws.com", False),
        ("system:serviceaccount:other:jobs", "sts.amazonaws.com", False),
        ("system:serviceaccount:ci:jobs", "https://kubernetes.default.svc", False),
    ],
)
def test_the_role_trusts_the_jobs_service_account_alone(subject: str, audience: str, trusted: bool) -> None:
    trust = _json("pull-role-trust")
    provider = trust["Statement"][0]["Principal"]["Federated"]
    issuer = provider.partition(":oidc-provider/")[2]
    account = _objects("service-account")["ServiceAccount"]["metadata"]
    role = account["annotations"]["eks.amazonaws.com/ecr-role-arn"]
    request = Request(
        provider,
        "sts:AssumeRoleWithWebIdentity",
        role,
        {f"{issuer}:aud": audience, f"{issuer}:sub": subject},
    )
    assert allowed(request, resource=trust) is trusted
    assert f"system:serviceaccount:{account['namespace']}:{account['name']}" in json.dumps(trust)


def _matches(pattern: str, host: str) -> bool:
    """As the kubelet matches: the same number of parts, and each part fits."""
    parts, of_host = pattern.split("."), host.split(".")
    return len(parts) == len(of_host) and all(map(fnmatchcase, of_host, parts))


@pytest.mark.parametrize(
    "host",
    [
        "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
        "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
        "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
        "123456789012.dkr-ecr.eu-central-1.on.aws",
        "123456789012.dkr-ecr-fips.us-east-1.on.aws",
        "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu",
        "123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov",
        "123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov",
        "123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk",
        "123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov",
        "123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn",
    ],
)
def test_the_provider_is_asked_for_every_form_of_a_host(host: str) -> None:
    assert parse_registry_host(host)
    (provider,) = _json("credential-provider")["providers"]
    assert [pattern for pattern in provider["matchImages"] if _matches(pattern, host)]
    assert not any(_matches(pattern, "registry.example.com") for pattern in provider["matchImages"])


def test_the_runner_manager_has_the_executors_rights_in_its_namespace_and_none_elsewhere() -> None:
    objects = _objects("runner-rights")
    assert objects.keys() == {"ServiceAccount", "Role", "RoleBinding"}
    assert {each["metadata"]["namespace"] for each in objects.values()} == {"ci"}
    rights = {resource: set(rule["verbs"]) for rule in objects["Role"]["rules"] for resource in rule["resources"]}
    assert rights == {**OF_THE_EXECUTOR, **OF_OLDER_EXECUTORS}


def test_the_page_names_each_file() -> None:
    page = (ROOT / "docs" / "clusters.md").read_text()
    missing = [file.name for file in FOLDER.iterdir() if f"templates/clusters/{file.name}" not in page]
    assert missing == []
    assert "examples/fleet" in page
