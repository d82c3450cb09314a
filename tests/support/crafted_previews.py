"""Previews that no recording has, as `pulumi preview --json` prints them."""

from iam_json import policy
from previews import (
    ACCESS,
    ROLE,
    ROLE_POLICY,
    UNKNOWN,
    allow,
    arn,
    declaration,
    error,
    preview_json,
    runners,
    stack,
    step,
    warning,
)

from components.iam.actions import PULL_ACTIONS
from components.iam.policies import policy_json, pull_policy
from components.iam.trust import pull_role_trust
from components.names.naming import Names

_NAMES = Names("123456789012", "eu-central-1", "gitlab-ecr")

_HOSTILE = [
    "a`b",
    "x](javascript:alert(1))",
    "n\n/merge",
    "<img src=x>",
    "a|b",
    '"];click w0',
    "\u202eback",
    "```",
    "end",
]


def declared() -> str:
    """Our own program's preview: a consumer is new, one is gone, one may pull more, and a repository is deleted."""
    before = declaration(
        ["base/alpine", "ci/node", "ci/python"],
        **{"acme/backend": {"kind": "group", "pull": ["ci/*"]}, "acme/old": {"kind": "project", "pull": ["ci/node"]}},
    )
    after = declaration(
        ["base/alpine", "ci/go", "ci/python"],
        **{
            "acme/backend": {"kind": "group", "pull": ["ci/*"]},
            "acme/web": {"kind": "project", "pull": ["ci/python"], "push": ["base/alpine"]},
        },
    )
    trust = policy_json(pull_role_trust(_NAMES))
    pull = {"role": "gitlab-ecr-pull-acme-web-g1", "policy": policy_json(pull_policy([arn("ci/python")]))}
    gone = {"role": "gitlab-ecr-pull-acme-old-g1", "policy": policy_json(pull_policy([arn("ci/node")]))}
    return preview_json(
        stack(declaration=before),
        step("update", ACCESS, "access", old={"declaration": before}, new={"declaration": after}),
        step("create", ROLE, "x-pull-acme/web", new={"name": "gitlab-ecr-pull-acme-web-g1", "assumeRolePolicy": trust}),
        step("create", ROLE_POLICY, "x-pull-acme/web", new=pull),
        step("delete", ROLE, "x-pull-acme/old", old={"name": "gitlab-ecr-pull-acme-old-g1", "assumeRolePolicy": trust}),
        step("delete", ROLE_POLICY, "x-pull-acme/old", old=gone),
        step("create", "aws:ecr/repository:Repository", "r-ci/go", new={"name": "ci/go"}),
        step("delete", "aws:ecr/repository:Repository", "r-ci/node", old={"name": "ci/node", "forceDelete": True}),
        diagnostics=[warning("acme/web: the document takes 9,800 of 10,000 characters")],
        same=40,
    )


def unchanged() -> str:
    held = declaration(["ci/python"], **{"acme/backend": {"kind": "group", "pull": ["ci/python"]}})
    return preview_json(stack(declaration=held), same=12)


def wider_than_declared() -> str:
    """The declaration says one repository, the policy that the program makes of it says all of them, and more."""
    after = declaration(["ci/python"], **{"acme/web": {"kind": "project", "pull": ["ci/python"]}})
    statements = [
        allow([*PULL_ACTIONS], arn("*")),
        allow("iam:PassRole", "*", Condition={"StringEquals": {"sts:ExternalId": "hunter2"}}),
    ]
    made = {"role": "gitlab-ecr-pull-acme-web-g1", "policy": policy(*statements)}
    return preview_json(
        stack("create"),
        step("create", ACCESS, "access", new={"declaration": after}),
        step("create", ROLE_POLICY, "x-pull-acme/web", new=made),
        step("create", "aws:iam/accessKey:AccessKey", "k", new={"user": "robot"}),
        step("update", ROLE, "b", old={"name": "b", "permissionsBoundary": arn("x")}, new={"name": "b"}),
    )


def secrets() -> str:
    values = {"value": "glpat-fake-0000-in-clear", "key": "TOKEN", "project": "acme/web", "description": "hunter2"}
    trust = {"sts:ExternalId": "hunter2-external", "aws:PrincipalArn": arn("x")}
    assumed = {**allow("sts:AssumeRole", []), "Principal": {"AWS": "*"}, "Condition": {"StringEquals": trust}}
    del assumed["Resource"]
    return preview_json(
        stack(declaration="[secret]", token="[secret]"),
        step("create", "gitlab:index/projectVariable:ProjectVariable", "v", new=values),
        step(
            "update",
            "aws:secretsmanager/secretVersion:SecretVersion",
            "s",
            old={"secretString": "hunter2-old"},
            new={"secretString": "hunter2-new"},
            reasons=["secretString"],
        ),
        step("create", ROLE_POLICY, "p", new={"role": "r", "policy": "[secret]"}),
        step("create", ROLE, "t", new={"name": "t", "assumeRolePolicy": policy(assumed)}),
        diagnostics=[warning("https://bot:hunter2@gitlab.example.com refused glpat-fake-0000 with password=hunter2")],
    )


def unknowns() -> str:
    after = declaration(["ci/python"], **{"acme/web": {"kind": "project", "pull": [UNKNOWN]}})
    before = declaration(["ci/python"], **{"acme/web": {"kind": "project", "pull": ["ci/python"]}})
    return preview_json(
        stack(declaration=before),
        step("update", ACCESS, "access", old={"declaration": before}, new={"declaration": after}),
        step("create", "aws:lambda/function:Function", "f", new={"role": UNKNOWN, "environment": {"a": [UNKNOWN]}}),
    )


def numbers() -> str:
    """A group that the same program makes: GitLab gives it an id in `up`."""
    after = declaration(["ci/python"], **{"acme/web": {"kind": "group", "pull": ["ci/python"]}})
    return preview_json(
        stack(declaration=declaration(["ci/python"])),
        step("update", ACCESS, "access", old={"declaration": declaration(["ci/python"])}, new={"declaration": after}),
        step(
            "create",
            "gitlab:index/groupVariable:GroupVariable",
            "access-variables-acme/web:DOCKER_AUTH_CONFIG:*",
            new={"group": UNKNOWN, "key": "DOCKER_AUTH_CONFIG", "environmentScope": "*"},
        ),
        step("create", ROLE, "access-identities-push-acme/web", new={"name": "p", "assumeRolePolicy": UNKNOWN}),
        step("create", "gitlab:index/userRunner:UserRunner", "r", new={"groupId": UNKNOWN, "description": "docker"}),
        step(
            "update",
            "aws:lambda/function:Function",
            "access-rotator-function",
            old={"name": "rotator", "code": {}},
            new={"name": "rotator", "code": UNKNOWN},
            reasons=["code"],
        ),
        step(
            "replace",
            "aws:lambda/invocation:Invocation",
            "access-rotator-first-rotation",
            old={"triggers": {"plan": "a"}},
            new={"triggers": {"plan": UNKNOWN}},
            reasons=["triggers"],
        ),
    )


def hostile() -> str:
    consumers = {name: {"kind": "project", "pull": [name]} for name in _HOSTILE}
    return preview_json(
        stack("create"),
        step("create", ACCESS, "access", new={"declaration": declaration(_HOSTILE, **consumers)}),
        diagnostics=[warning("first\n/close\n```\n**bold**")],
    )


def failing() -> str:
    message = (
        "Program failed with an unhandled exception:\nTraceback (most recent call last):\n"
        '  File "/builds/infra/__main__.py", line 7, in <module>\n    token = "hunter2-in-source"\n'
        '  File "/usr/lib/site-packages/x.py", line 1, in f\n    raise\n'
        "ValueError: consumers: got `x`\n/close\n  glpat-fake-0000"
    )
    return preview_json(stack(), diagnostics=[error(message), warning("and a warning")])


CRAFTED = {
    "crafted-declared": declared,
    "crafted-runners": runners,
    "crafted-unchanged": unchanged,
    "crafted-wider-than-declared": wider_than_declared,
    "crafted-secrets": secrets,
    "crafted-unknowns": unknowns,
    "crafted-numbers": numbers,
    "crafted-hostile-names": hostile,
    "crafted-failing": failing,
}
