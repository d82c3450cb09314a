"""AWS denies an action, and its message says which policy is the reason.

Source: IAM user guide, "Troubleshoot access denied error messages": `because no <type> policy allows the <action>
action` and `with an explicit deny in a <type> policy`, since 2026 with the policy's ARN.
"""

import re
from typing import Final

from ...causes.cause import Cause
from ...causes.finding import Finding
from .family import BY_THE_JOB, Clue, family, found, quoted

_MARK: Final = "is not authorized to perform"
_WHO: Final = r"is not authorized to perform: (?P<action>%s)(?: on resource: (?P<resource>\S{1,300}))?"
_ANY: Final = r"[\w-]{2,40}:\w{2,80}"
_ECR: Final = r"ecr(?:-public)?:\w{2,80}"
_USER: Final = re.compile(r"User: (?P<who>\S{1,300}) is not authorized")
_REPOSITORY: Final = re.compile(r":repository/(?P<name>[\w./-]{1,256})")
_POLICY_ARN: Final = re.compile(r"policy: (?P<arn>arn:\S{1,300})")
OTHER_POLICIES: Final = (
    r"(?P<policy>permissions boundary|service control policy|resource control policy|session policy|"
    r"Organizations policy)"
)
"""The policies above an identity's own, as a message names them."""
_PUSHES: Final = ("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage")
_PULL_ROLE: Final = re.compile(r"assumed-role/[\w+=,.@-]{0,64}-pull-")
_SHORT_ARN: Final = re.compile(r"^arn:[\w-]+:(?:iam|sts)::\d{12}:")
_CALLED: Final = re.compile(r"when calling the \w+ operation|api error", re.IGNORECASE)


def _denied(clue: Clue) -> str:
    """Who may not do what, and on which resource."""
    user = _USER.search(clue.line.text)
    who = quoted(_SHORT_ARN.sub("", user["who"])) if user else "the identity"
    where = _where(clue)
    return f"{who} may not call {clue.match['action']}{f' on {where}' if where else ''}"


def _where(clue: Clue) -> str:
    resource = clue.match["resource"] or ""
    if name := _REPOSITORY.search(resource):
        return name["name"]
    return clue.image if clue.match["action"].startswith("ecr:") and resource != "*" else ""


def _is_push(clue: Clue) -> bool:
    action = clue.match["action"].partition(":")[2]
    return action in _PUSHES or (
        action == "BatchCheckLayerAvailability" and ("push" in clue.command or "push" in clue.line.text)
    )


def _endpoint(clue: Clue) -> Finding:
    return found(
        Cause.VPC_ENDPOINT_POLICY,
        f"{_denied(clue)}: a VPC endpoint policy denies it; the role's own policy is not at fault",
    )


def _other_policy(clue: Clue) -> Finding:
    arn = _POLICY_ARN.search(clue.line.text)
    named = f" ({quoted(arn['arn'])})" if arn else ""
    kind = clue.match["policy"].lower()
    return found(
        Cause.OTHER_POLICY,
        f"{_denied(clue)}: a {kind}{named} denies it",
        f"allow it in the {kind}; the identity's own policy is not enough",
    )


def _repository_policy(clue: Clue) -> Finding:
    where = _where(clue) or "the repository"
    how = "denies it" if "explicit deny" in clue.line.text else "does not allow it"
    return found(
        Cause.REPOSITORY_POLICY,
        f"{_denied(clue)}: the repository policy {how}",
        f"change the policy of {where} in the registry's account (for another account's role: its accounts); the "
        "role's own policy is not at fault",
    )


def _shadowed(clue: Clue) -> Finding | None:
    if not _is_push(clue) or not _PULL_ROLE.search(clue.line.text):
        return None
    return found(
        Cause.LOGIN_SHADOWED,
        "the push was sent with the pull-only token of DOCKER_AUTH_CONFIG, which shadows the job's `docker login`",
    )


def _of_a_cache(clue: Clue) -> Finding | None:
    if clue.match["action"] == "ecr:CreateRepository" and _CALLED.search(clue.line.text):
        return None
    prefix = (_where(clue) or clue.what_image).partition("/")[0]
    return found(
        Cause.CACHE_DENIED,
        f"{_denied(clue)}: this is the image's first pull through the cache, and the role may not import it",
        f"add {prefix} to the consumer's caches in the stack file, and run `pulumi up`",
    )


def _explicit(clue: Clue) -> Finding:
    return found(
        Cause.IAM_POLICY,
        f"{_denied(clue)}: its own policy denies it explicitly, perhaps because of `gitlab-ecr revoke --now`",
        "after `revoke`, raise the consumer's generation and run `pulumi up`, which creates a new role; otherwise take "
        "the Deny out of the identity's policy",
    )


def _identity(clue: Clue) -> Finding:
    where = _where(clue) or "the repository"
    if _is_push(clue):
        fix = f"add {where} to the consumer's push in the stack file, and run `pulumi up`"
    elif clue.match["action"] in ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"):
        fix = (
            f"add {where} to the consumer's pull in the stack file, and run `pulumi up`; if this role is not the "
            "stack's, another login was used: see which one the log names"
        )
    else:
        fix = "allow it in the policy of that identity: no pull or push needs this action"
    return found(Cause.IAM_POLICY, f"{_denied(clue)}: its own policy does not allow it", fix)


def _example(action: str, context: str) -> str:
    return (
        "denied: User: arn:aws:sts::123456789012:assumed-role/gitlab-ecr-pull-web-g1/gitlab-ecr-rotator is not "
        f"authorized to perform: {action} on resource: arn:aws:ecr:eu-central-1:123456789012:repository/ci/python "
        f"{context}"
    )


DENIALS: Final = (
    family(
        Cause.VPC_ENDPOINT_POLICY,
        _MARK,
        _WHO % _ANY + r".{0,300}VPC endpoint policy",
        _endpoint,
        example=_example("ecr:BatchGetImage", "because no VPC endpoint policy allows the ecr:BatchGetImage action"),
    ),
    family(
        Cause.OTHER_POLICY,
        _MARK,
        _WHO % _ANY + rf".{{0,300}}{OTHER_POLICIES}",
        _other_policy,
        example=_example("ecr:BatchGetImage", "with an explicit deny in a service control policy"),
    ),
    family(
        Cause.TOKEN_DENIED,
        _MARK,
        _WHO % r"ecr(?:-public)?:GetAuthorizationToken|sts:GetServiceBearerToken",
        lambda clue: found(
            Cause.TOKEN_DENIED,
            f"{_denied(clue)}: the job's AWS identity, not a repository, lacks the right to get a token",
        ),
        example="An error occurred (AccessDeniedException) when calling the GetAuthorizationToken operation: User: "
        "arn:aws:iam::123456789012:user/ci is not authorized to perform: ecr:GetAuthorizationToken on resource: * "
        "because no identity-based policy allows the ecr:GetAuthorizationToken action",
    ),
    family(
        Cause.REPOSITORY_POLICY,
        _MARK,
        _WHO % _ECR + r".{0,300}resource-based policy",
        _repository_policy,
        example=_example("ecr:BatchGetImage", "because no resource-based policy allows the ecr:BatchGetImage action"),
    ),
    family(
        Cause.LOGIN_SHADOWED,
        _MARK,
        _WHO % _ECR,
        _shadowed,
        example=_example(
            "ecr:InitiateLayerUpload", "because no identity-based policy allows the ecr:InitiateLayerUpload action"
        ),
    ),
    family(
        Cause.IAM_POLICY,
        _MARK,
        _WHO % _ECR + r".{0,300}with an explicit deny",
        _explicit,
        example=_example("ecr:BatchGetImage", "with an explicit deny in an identity-based policy"),
    ),
    family(
        Cause.CACHE_DENIED,
        _MARK,
        _WHO % r"ecr:(?:BatchImportUpstreamImage|CreateRepository)",
        _of_a_cache,
        example=_example(
            "ecr:BatchImportUpstreamImage",
            "because no identity-based policy allows the ecr:BatchImportUpstreamImage action",
        ),
    ),
    family(
        Cause.IAM_POLICY,
        _MARK,
        _WHO % _ECR,
        _identity,
        example=_example("ecr:BatchGetImage", "because no identity-based policy allows the ecr:BatchGetImage action"),
    ),
    family(
        Cause.TOKEN_DENIED,
        "getauthorizationtoken",
        r"AccessDenied(?:Exception)?\)? when calling the GetAuthorizationToken operation",
        "the AWS identity of the job may not call GetAuthorizationToken",
        example="An error occurred (AccessDeniedException) when calling the GetAuthorizationToken operation",
    ),
    family(
        Cause.AWS_DENIED,
        _MARK,
        _WHO % _ANY,
        lambda clue: found(Cause.AWS_DENIED, f"{_denied(clue)}: AWS denies it, and no registry is involved"),
        example="An error occurred (AccessDenied) when calling the PutObject operation: User: "
        "arn:aws:iam::123456789012:user/ci is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::site/x",
        steps=BY_THE_JOB,
    ),
)
