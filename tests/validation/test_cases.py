"""Stack files of other people: mistakes are refused, surprises give a warning, everything else passes."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from editor_schema import editor_schema

from stack_file.text import parse, read
from validation.remarks import MISTAKE, WARNING, Problem, validate

_STACKS = Path(__file__).parents[1] / "data" / "stacks"
_HEAD = 'config:\n  aws:region: eu-central-1\n  gitlab-ecr:account: "123456789012"\n'
_REPOSITORIES = "  gitlab-ecr:repositories: { ci/python: {}, base/node: {}, apps/web: {} }\n"


def _of(name: str) -> list[Problem]:
    (found,) = validate([read(_STACKS / name)])
    return found


def _in(text: str) -> list[str]:
    (found,) = validate([parse(text, Path("Pulumi.mine.yaml"))])
    return [f"{each.line} {each.severity} {each.key}: {each.message}" for each in found]


@pytest.mark.parametrize(
    ("name", "severity", "key", "words"),
    [
        ("cache-hub-arn.yaml", MISTAKE, "caches.docker-hub.credentialArn", "123456789012 in eu-central-1: make the"),
        (
            "ecr-public-image.yaml",
            MISTAKE,
            "runners.build.access.registryHosts[1]",
            "ECR Public serves everybody without",
        ),
        (
            "k8s-allowed-pull-policies.yaml",
            MISTAKE,
            "runners.cluster.kubernetes.allowedPullPolicies",
            "every job fails",
        ),
        (
            "environment-auth.yaml",
            WARNING,
            "runners.build.environment[0]",
            "it wins over the `access` credential-helper",
        ),
        ("nested.yaml", WARNING, "consumers.acme/platform/payments/api", 'write `pull`: [apps/api, "base/*"]'),
        ("warn.yaml", WARNING, "runners.shared.environment[0]", "looks like an access token of GitLab"),
        ("warn.yaml", MISTAKE, "runners.shared.docker.privileged", "every job could take the machine's instance role"),
        ("push.yaml", WARNING, "gitlab.url", "has to be GitLab"),
    ],
)
def test_mistakes_and_surprises_are_reported_with_key_and_line(name: str, severity: str, key: str, words: str) -> None:
    message = [each for each in _of(name) if (each.severity, each.key) == (severity, f"gitlab-ecr:{key}")]
    assert any(words in each.message for each in message), _of(name)
    assert all(each.line for each in message)


@pytest.mark.parametrize(
    "name",
    [
        *("scope-none.yaml", "scope-project.yaml", "scopes.yaml", "region-cn.yaml", "region-gov.yaml", "sec.yaml"),
        "xacct.yaml",
    ],
)
def test_a_legal_file_has_no_finding(name: str) -> None:
    assert _of(name) == []


def test_a_realistic_file_has_no_mistake() -> None:
    assert [str(each) for each in _of("company.yaml") if each.severity == MISTAKE] == []


def test_every_file_is_valid_for_an_editor() -> None:
    files = sorted(_STACKS.glob("*.yaml"))
    assert len(files) > 10
    for file in files:
        assert [
            error.message for error in editor_schema().iter_errors(yaml.load(file.read_text(), yaml.CSafeLoader))
        ] == [], file.name


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("account", "1234-5678-9012"),
        ("gitlab", {"url": "gitlab.example.com"}),
        ("consumers", {"a/b": {"kind": "Group"}}),
        ("consumers", {"/a/b": {"pull": ["ci/*"]}}),
        ("consumers", {"a/b": {"pull": ["CI"]}}),
        ("rotation", {"interval": "2h"}),
        ("rotation", {"alarmEmails": ["nobody"]}),
        ("rotation", {"alarmTopics": ["me@example.com"]}),
        ("runners", {"r": {"kubernetes": {"namespace": "n", "pullPolicy": ["often"]}}}),
        ("repositories", {"CI": {}}),
    ],
)
def test_what_an_editor_refuses_is_refused_by_the_program_too(key: str, value: Any) -> None:
    config: dict[str, Any] = {
        "aws:region": "eu-central-1",
        "gitlab-ecr:account": "123456789012",
        "gitlab-ecr:repositories": {"ci/python": {}},
        f"gitlab-ecr:{key}": value,
    }
    assert list(editor_schema().iter_errors({"config": config}))
    (found,) = validate([parse(yaml.safe_dump({"config": config}), Path("Pulumi.mine.yaml"))])
    assert any(each.severity == MISTAKE and each.key.startswith(f"gitlab-ecr:{key}") for each in found)


def test_with_three_levels_each_warning_names_what_is_lost() -> None:
    message = _in(
        f"""{_HEAD}{_REPOSITORIES}  gitlab-ecr:consumers:
    corp: {{ kind: group, pull: ["base/*"] }}
    corp/team: {{ kind: group, pull: [ci/python] }}
    corp/team/web: {{ pull: [apps/web] }}
    corp/other: {{ pull: [apps/web], environmentScopes: [production] }}
    corp/whole: {{ pull: ["base/*"] }}
    corporation/web: {{ pull: [apps/web] }}
    corp/jobs: {{ push: [apps/web], id: 1, namespaceId: 2 }}
"""
    )
    assert [line.partition(", so ")[2] for line in message if "completely replaces the one" in line] == [
        'jobs of corp/team lose base/* (`pull` of corp). To keep all of that, write `pull`: [ci/python, "base/*"]',
        (
            "jobs of corp/team/web lose ci/python (`pull` of corp/team); base/* (`pull` of corp). "
            'To keep all of that, write `pull`: [apps/web, ci/python, "base/*"]'
        ),
        'jobs of corp/other lose base/* (`pull` of corp). To keep all of that, write `pull`: [apps/web, "base/*"]',
    ]


@pytest.mark.parametrize(
    ("own", "lost", "advice"),
    [
        ("[ci/base]", "ci/* except ci/base", '["ci/*"]'),
        ("[ci/base, apps/web]", "ci/* except ci/base", '[apps/web, "ci/*"]'),
        ('[ci/base, "ci/n*"]', "ci/* except ci/base and ci/n*", '["ci/*"]'),
    ],
)
def test_what_a_consumer_pulls_itself_is_not_lost(own: str, lost: str, advice: str) -> None:
    message = _in(
        f"""{_HEAD}  gitlab-ecr:repositories: {{ ci/base: {{}}, ci/node: {{}}, apps/web: {{}} }}
  gitlab-ecr:consumers:
    corp: {{ kind: group, pull: ["ci/*"] }}
    corp/web: {{ pull: {own} }}
"""
    )
    (line,) = [line for line in message if "completely replaces the one" in line]
    assert f"lose {lost} (`pull` of corp)" in line
    assert line.endswith(f"write `pull`: {advice}")


_ONE = "    a/b: { pull: [ci/python] }\n"
_PULL = "pull: [ci/python]"
_PUSH = "push: [ci/python]"
_OWN = "url: https://gitlab.example.com"


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("consumers", f"\n{_ONE}{_ONE}", "consumers.a/b: written twice, first in line 6"),
        ("consumers", f"{{ /a/b/: {{ {_PULL} }} }}", "consumers./a/b/: got '/a/b/'; write the full path alone"),
        (
            "consumers",
            f'{{ "https://gitlab.com/a/b": {{ {_PULL} }} }}',
            "without host, .git or a slash at its ends: a/b",
        ),
        ("consumers", f"{{ a: {{ {_PULL} }} }}", "a project's full path has its group in it, such as a/web"),
        ("rotation", "{ alarmEmails: [nobody] }", "rotation.alarmEmails[0]: got 'nobody'; write an e-mail address"),
        ("rotation", "{ alarmTopics: [me@example.com] }", "alarmTopics[0]: got 'me@example.com'; write it into"),
        ("gitlab", "{ caBundle: /etc/ssl/ca.pem }", "gitlab.caBundle: got the path '/etc/ssl/ca.pem'"),
        (
            "consumers",
            "{ a/b: { access: static, auths: { r.io: { username: u, password: p } } } }",
            '--secret --path \'gitlab-ecr:consumers["a/b"].auths["r.io"].password\'',
        ),
        ("consumers", f"{{ a/b: {{ kind: Group, {_PULL} }} }}", "a/b.kind: got 'Group'; did you mean group?"),
        ("consumers", f"{{ a/b: {{ access: access-keys, {_PULL} }} }}", "consumers.a/b.longLivedKeys: got nothing"),
        (
            "gitlab",
            f"{{ {_OWN}, thumbprints: [x] }}\n  gitlab-ecr:consumers: {{ a/b: {{ {_PUSH}, branches: ['x*'] }} }}",
            "consumers.a/b.branches[0]: got 'x*'",
        ),
        (
            "gitlab",
            f"{{ {_OWN}, thumbprints: [x] }}\n  gitlab-ecr:consumers: {{ a/b: {{ {_PUSH}, branches: [m] }} }}",
            "gitlab.thumbprints[0]: got 'x'",
        ),
        (
            "runners",
            "{ r: { groupId: 1, docker: { image: x }, access: { registryHosts: [docker.io] } } }",
            "runners.r.access.registryHosts[0]: got 'docker.io', which is no registry host of ECR",
        ),
        ("runners", "{ r: { groupId: 1, docker: { image: x }, privileged: true } }", "write it below docker"),
        ("caches", "{ gh: { upstream: github } }", "caches.gh.upstream: got 'github'; did you mean ghcr? write one of"),
        ("caches", "{ gc: { upstream: gcr } }", "caches.gc.upstream: got 'gcr'; write one of"),
        ("tag", "{}", "gitlab-ecr:tag: no such key; did you mean tags?"),
    ],
)
def test_this_mistake_gives_this_message(key: str, value: str, message: str) -> None:
    found = _in(f"{_HEAD}{_REPOSITORIES}  gitlab-ecr:{key}: {value}\n")
    assert any(message in line for line in found), found


def test_two_stacks_that_would_make_the_same_resource_are_reported() -> None:
    push = "  gitlab-ecr:consumers: { a/b: { push: [ci/python], id: 1, namespaceId: 2 } }\n"
    texts = [parse(f"{_HEAD}{_REPOSITORIES}{push}", Path(f"Pulumi.{name}.yaml")) for name in ("one", "two")]
    first, second = validate(texts)
    assert first == []
    assert "gitlab-ecr:gitlab.existingOidcProvider" in {each.key for each in second}
    assert "gitlab-ecr:repositories.ci/python" in {each.key for each in second}


def test_the_stack_that_is_only_rehearsed_collides_with_none() -> None:
    files = [
        parse(f"{_HEAD}{_REPOSITORIES}", Path(name))
        for name in ("Pulumi.local.yaml", "Pulumi.mine.yaml", "Pulumi.other.yaml")
    ]
    local, mine, other = (" ".join(each.message for each in found) for found in validate(files))
    assert (local, mine) == ("", "")
    assert "Pulumi.mine.yaml creates this repository, too" in other
    assert "local" not in other
