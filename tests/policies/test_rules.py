"""The policy pack's rules on recorded states: one that this program made, and one that breaks each rule."""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from program import ROOT
from rules import ROLE, RULES, unbounded

PACK = ROOT / "policies"
STATES = ROOT / "tests" / "data" / "policies"
_LOGIN = "/audience/acme/"
HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


def resources(state: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Type, name and inputs of everything in a state, as `pulumi stack export` writes it."""
    document = json.loads((STATES / f"{state}.json").read_text())
    return [
        (each["type"], each["urn"].rpartition("::")[2], each.get("inputs", {}))
        for each in document["deployment"]["resources"]
    ]


def violations(state: str) -> list[tuple[str, str, str]]:
    """Rule, resource, what is wrong."""
    return [
        (rule.name, name, wrong)
        for type_, name, inputs in resources(state)
        for rule in RULES
        if rule.applies(type_)
        for wrong in rule.check(inputs)
    ]


@pytest.mark.parametrize("state", ["good", "good-secrets"])
def test_what_this_program_makes_breaks_no_rule(state: str) -> None:
    assert violations(state) == []


def test_the_rules_look_at_the_roles_by_which_jobs_read_their_login() -> None:
    found = resources("good-secrets")
    trusts = [name for type_, name, inputs in found if type_ == ROLE and ":sub" in inputs.get("assumeRolePolicy", "")]
    reads = [name for type_, name, inputs in found if type_.endswith(":RolePolicy") and _LOGIN in inputs["policy"]]
    assert set(trusts) == {"access-identities-secret-acme/api", "access-identities-secret-acme/web"}
    assert set(reads) >= set(trusts)


def test_each_rule_but_those_about_public_access_looks_at_something_of_the_good_state() -> None:
    types = {type_ for type_, _, _ in resources("good")}
    blind = {rule.name for rule in RULES if not any(rule.applies(type_) for type_ in types)}
    assert blind == {"no-public-pull", "no-public-registry"}  # a good state has neither


@pytest.mark.parametrize(
    ("rule", "resource", "words"),
    [
        ("no-public-pull", "public", "ecr:BatchGetImage is open to everybody; name accounts"),
        ("no-public-registry", "gallery", "everybody can pull from a repository"),
        ("no-wildcard-trust", "everybody", "trusts everybody"),
        ("no-wildcard-trust", "account", "trusts a whole account; add a condition on aws:PrincipalArn"),
        ("no-wildcard-trust", "any-job", "trusts every job of the GitLab instance"),
        ("no-wildcard-trust", "any-project", "trusts jobs of every project that matches 'project_path:acme*"),
        ("no-wildcard-trust", "any-aud", "any `aud`"),
        ("no-wildcard-right", "whole-service", "allows ecr:*; name the actions"),
        ("no-wildcard-trust", "login-of-any-project", "trusts jobs of every project that matches 'project_path:acme/*"),
        ("one-secret-per-role", "all-secrets", "reads every secret that matches arn:aws:secretsmanager:"),
        ("one-secret-per-role", "all-logins", "gitlab-ecr-prod/audience/*; name one"),
        ("one-secret-per-role", "two-logins", "reads 2 secrets; a project's jobs read the login of their own consumer"),
        ("one-secret-per-role", "login-and-ecr", "reads a login and allows ecr:GetAuthorizationToken, too"),
        ("no-credential-in-inputs", "keys", "environment.variables.KEY holds a credential that begins with AKIA"),
        ("no-rotated-value-in-inputs", "token", f"holds a login to {HOST} that expires within 12 hours"),
        ("masked-logins", "token", "is not masked"),
    ],
)
def test_each_mistake_of_the_bad_state_is_reported_once(rule: str, resource: str, words: str) -> None:
    (wrong,) = [wrong for broken, name, wrong in violations("bad") if (broken, name) == (rule, resource)]
    assert words in wrong


def test_nothing_else_of_the_bad_state_is_reported_and_no_value_is_shown() -> None:
    found = violations("bad")
    assert len(found) == 16
    assert {rule for rule, _, _ in found} == {rule.name for rule in RULES}
    assert "QVdTOmZha2U=" not in str(found)
    assert "AKIAA" not in str(found)


@pytest.mark.parametrize(
    ("rule", "type_", "inputs"),
    [
        ("no-public-pull", "aws:ecr/repositoryPolicy:RepositoryPolicy",
         {"policy": json.dumps({"Statement": {"Effect": "Deny", "Principal": "*", "Action": "ecr:*"}})}),
        ("no-public-pull", "aws:ecr/repositoryPolicy:RepositoryPolicy",
         {"policy": json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage",
                                               "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3"}}}]})}),
        ("no-wildcard-trust", "aws:iam/role:Role", {"assumeRolePolicy": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}),
        ("no-wildcard-trust", "aws:iam/role:Role", {}),
        ("no-credential-in-inputs", "aws:ssm/parameter:Parameter",
         {"type": "SecureString", "value": f"token = \"glrt-{'x' * 20}\""}),
        ("no-rotated-value-in-inputs", "gitlab:index/projectVariable:ProjectVariable",
         {"key": "DOCKER_AUTH_CONFIG", "value": '{"auths":{}}'}),
        ("no-rotated-value-in-inputs", "gitlab:index/projectVariable:ProjectVariable",
         {"key": "DOCKER_AUTH_CONFIG", "value": '{"auths":{"registry.example.com":{"auth":"ZmFrZQ=="}}}'}),
        ("no-rotated-value-in-inputs", "gitlab:index/projectVariable:ProjectVariable",
         {"key": "DOCKER_AUTH_CONFIG", "value": "[secret]"}),
        ("masked-logins", "gitlab:index/projectVariable:ProjectVariable",
         {"key": "DOCKER_AUTH_CONFIG", "masked": False, "value": '{"credHelpers":{"a":"ecr-login"}}'}),
    ],
)  # fmt: skip
def test_what_is_allowed_or_not_known_yet_breaks_no_rule(rule: str, type_: str, inputs: dict[str, Any]) -> None:
    (asked,) = [each for each in RULES if each.name == rule]
    assert asked.applies(type_)
    assert list(asked.check(inputs)) == []


def test_a_boundary_covers_all_roles_or_no_role_unless_it_is_required() -> None:
    bounded, role, user = {"assumeRolePolicy": "{}", "permissionsBoundary": "arn"}, {"assumeRolePolicy": "{}"}, {}
    own = {"permissionsBoundary": "arn"}
    assert unbounded([("a", role), ("own", own)], required=False) == []
    assert unbounded([("a", bounded), ("b", role), ("c", user)], required=False) == ["b", "c"]
    assert unbounded([("a", role), ("own", own)], required=True) == ["a"]


def test_the_pack_stands_alone(tmp_path: Path) -> None:
    copy = shutil.copytree(PACK, tmp_path / "copy", ignore=shutil.ignore_patterns("venv", "__pycache__"))
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(copy)!r}); import rules"]
    assert subprocess.run(command, cwd="/", check=False).returncode == 0
    packages = {
        node.module.partition(".")[0]
        for file in sorted(PACK.glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    assert packages - sys.stdlib_module_names == {"credentials", "documents", "rules", "pulumi_policy"}


def test_its_environment_is_pinned_with_hashes_and_names_no_index() -> None:
    pinned = (PACK / "requirements.txt").read_text()
    assert "pulumi-policy==" in pinned
    assert "://" not in pinned
    entries = [line for line in pinned.splitlines() if re.match(r"[a-z]", line)]
    assert pinned.count("--hash=sha256:") > len(entries) > 10
    assert yaml.safe_load((PACK / "PulumiPolicy.yaml").read_text())["runtime"]["options"]["virtualenv"] == "venv"
