"""Two bootstraps in one account: neither reaches what the other made, whatever they are called."""

from typing import Final

import pytest
from bootstrap_lab import CONTEXTS, IAM_WRITES
from hypothesis import assume, given
from hypothesis import strategies as st
from policy_evaluator import Request, allowed, glob
from policy_linter import as_list

from components.bootstrap.deploy_policy import deploy_policy, services_policy
from components.bootstrap.naming import BootstrapNames
from components.bootstrap.policies import boundary

_ACCOUNT: Final = ("123456789012", "eu-central-1")


def _names(prefix: str) -> BootstrapNames:
    return BootstrapNames(*_ACCOUNT, prefix)


def _policies(names: BootstrapNames) -> list[dict[str, object]]:
    key = names.arn("kms", "key/11111111-2222-3333-4444-555555555555")
    return [deploy_policy(names, key), services_policy(names)]


def _what_it_has(names: BootstrapNames) -> list[str]:
    """ARNs of the bootstrap itself and of a stack that it deployed."""
    stack = f"{names.prefix}-prod"
    bucket = f"arn:aws:s3:::{stack}-rotator-{names.account}"
    return [
        *(names.role_arn(kind) for kind in ("preview", "deploy")),
        *(names.policy_arn(kind) for kind in ("boundary", "services")),
        names.bucket_arn,
        f"{names.bucket_arn}/.pulumi/stacks/gitlab-ecr/prod.json",
        f"{names.bucket_arn}/bootstrap/.pulumi/meta.yaml",
        names.arn("iam", f"role/{stack}/pull/{stack}-pull-a-g1", ""),
        names.arn("iam", f"user/{stack}/{stack}-user-a", ""),
        names.arn("iam", f"instance-profile/{stack}/runner/{stack}-runner-a", ""),
        names.arn("lambda", f"function:{stack}-rotator"),
        names.arn("scheduler", f"schedule/{stack}-rotator/{stack}-rotator"),
        names.arn("scheduler", f"schedule-group/{stack}-rotator"),
        names.arn("sqs", f"{stack}-rotator-dead-letters"),
        names.arn("secretsmanager", f"secret:{stack}/gitlab-token-a1b2c3"),
        names.arn("logs", f"log-group:/aws/lambda/{stack}-rotator"),
        names.arn("cloudwatch", f"alarm:{stack}-rotator"),
        names.arn("cloudwatch", f"dashboard/{stack}-rotator", ""),
        names.arn("sns", f"{stack}-alarms"),
        names.arn("ssm", f"parameter/{stack}/runner/a/config.toml"),
        bucket,
        f"{bucket}/rotator.zip",
    ]


def _reached(own: BootstrapNames, other: BootstrapNames) -> list[tuple[str, str]]:
    """What a role of one may do to the other's resources, apart from those of the whole account."""
    found: list[tuple[str, str]] = []
    for document in [*_policies(own), boundary(own)]:
        for statement in document["Statement"]:
            for pattern in as_list(statement["Resource"]):
                if statement["Effect"] == "Allow" and pattern != "*":
                    found += [(statement["Sid"], arn) for arn in _what_it_has(other) if glob(pattern, arn)]
    return found


@pytest.mark.parametrize(
    "prefix",
    [
        "gitlab-ecr-team2",
        "gitlab-ecr-",
        "gitlab-ecr-prod",
        "gitlab",
        "team-2",
        "a-b",
        "ab-",
        "-ab",
        "a",
        "Team",
        "1team",
        "team_2",
        "team.2",
        "team*",
        "te?m",
        "",
        "x" * 29,
        "team\n",
    ],
)
def test_a_prefix_that_could_reach_into_another_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match=r"^prefix: got .* write gitlab-ecr, or one word") as caught:
        _names(prefix)
    assert repr(prefix) in str(caught.value)


@pytest.mark.parametrize("prefix", ["gitlab-ecr", "team2", "gitlabecr", "gitlabs", "ecr", "ab", "x" * 28])
def test_one_word_is_accepted(prefix: str) -> None:
    assert _names(prefix).role_name("deploy") == f"{prefix}-deploy"


def _accepted(prefix: str) -> bool:
    try:
        _names(prefix)
    except ValueError:
        return False
    return True


# Short words of few letters: so that many start alike.
_PREFIXES: Final = (st.text("ab-1", min_size=2, max_size=5) | st.sampled_from(["gitlab-ecr", "gitlab"])).filter(
    _accepted
)


@given(_PREFIXES, _PREFIXES)
def test_no_bootstrap_reaches_what_another_one_has(one: str, two: str) -> None:
    assume(one != two)
    assert _reached(_names(one), _names(two)) == []


def test_a_bootstrap_reaches_its_own_resources() -> None:
    assert len({arn for _, arn in _reached(_names("team2"), _names("team2"))}) > 15


def test_no_deployment_touches_the_roles_of_another_bootstrap() -> None:
    own, other = _names("gitlab-ecr"), _names("gitlabecr")
    for kind in ("preview", "deploy"):
        for context in CONTEXTS:
            for action in IAM_WRITES:
                asked = Request(own.role_arn("deploy"), action, other.role_arn(kind), context)
                assert not allowed(asked, _policies(own))
