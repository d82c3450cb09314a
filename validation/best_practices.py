"""Best practices as checks on everything that a program registers. Each has an id.

FSBP ids (`ECR.1`) come from AWS Security Hub's foundational standard, CKV ids from checkov; these checks restate them
for Pulumi. A trust or resource policy that names everybody passes if a condition limits it.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.credentials import CREDENTIAL
from policies.documents import EVERYBODY, opens_to_everybody, principals, statements, trusts_an_account

from .recorder import Registered

Inputs = Mapping[str, Any]

_SUPPORTED = {"python3.12", "python3.13", "python3.14"}
_YEAR = 365
_LONGEST_ROTATION = 90


@dataclass(frozen=True)
class _Check:
    id: str
    type: str
    wanted: str
    holds: Callable[[Inputs, "_World"], bool]


class _World:
    """All that a program registered, for checks that involve more than one resource."""

    def __init__(self, resources: Sequence[Registered]) -> None:
        self._resources = resources

    def has(self, type_: str, **inputs: Any) -> bool:
        return any(
            resource.type == type_ and all(resource.inputs.get(key) == value for key, value in inputs.items())
            for resource in self._resources
        )

    def of_type(self, type_: str) -> Iterator[Inputs]:
        return (resource.inputs for resource in self._resources if resource.type == type_)


@dataclass(frozen=True)
class Finding:
    """A deviation from a best practice, or a reason without a deviation.

    Attributes:
        id: the practice's id.
        resource: the resource's name; empty for a reason that nothing needs.
        wanted: what the practice requires.
    """

    id: str
    resource: str
    wanted: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.id} {self.resource}".rstrip() + f": {self.wanted}"


def findings(resources: Sequence[Registered], reasons: Mapping[str, str] | None = None) -> list[Finding]:
    """Every deviation from a best practice without a reason, and every reason without a deviation.

    Args:
        resources: everything that was registered.
        reasons: why a deviation is intended, by `<id> <resource's name>`, or by `<id>` for all resources. A reason that
            nothing needs is a finding, too, so that no reason outlives its deviation.
    """
    reasons, used, found = reasons or {}, set[str](), list[Finding]()
    world = _World(resources)
    for resource in resources:
        for check in _CHECKS:
            if check.type != resource.type or check.holds(resource.inputs, world):
                continue
            excuses = [key for key in (f"{check.id} {resource.name}", check.id) if reasons.get(key, "").strip()]
            used.update(excuses)
            if not excuses:
                found.append(Finding(check.id, resource.name, check.wanted))
    return found + [Finding(key, "", "a reason that nothing needs; remove it") for key in reasons if key not in used]


def _has_lifecycle(inputs: Inputs, world: _World) -> bool:
    kind = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
    return world.has(kind, repository=inputs["name"], region=inputs.get("region"))


def _scanned(inputs: Inputs, world: _World) -> bool:
    on_push = inputs.get("imageScanningConfiguration", {}).get("scanOnPush") is True
    return on_push or world.has(
        "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        scanType="ENHANCED",
        region=inputs.get("region"),
    )


def _own_key(inputs: Inputs, _: _World) -> bool:
    return any(item.get("kmsKey") for item in inputs.get("encryptionConfigurations", []))


def _not_public(inputs: Inputs, _: _World) -> bool:
    return not any(map(opens_to_everybody, statements(inputs["policy"])))


def _trusts_no_everybody(inputs: Inputs, _: _World) -> bool:
    return not any(EVERYBODY in principals(statement) for statement in statements(inputs["assumeRolePolicy"]))


def _trusts_no_whole_account(inputs: Inputs, _: _World) -> bool:
    return not any(map(trusts_an_account, statements(inputs["assumeRolePolicy"])))


def _keeps_failures(inputs: Inputs, world: _World) -> bool:
    asynchronous = world.of_type("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")
    return "deadLetterConfig" in inputs or any(
        config.get("functionName") == inputs.get("name") and "onFailure" in config.get("destinationConfig", {})
        for config in asynchronous
    )


def _no_secret(inputs: Inputs, _: _World) -> bool:
    return not CREDENTIAL.search(json.dumps(inputs.get("environment", {}), default=str))


def _encrypted_environment(inputs: Inputs, _: _World) -> bool:
    return "kmsKeyArn" in inputs or not inputs.get("environment", {}).get("variables")


def _rotated(inputs: Inputs, world: _World) -> bool:
    # The rotator writes a new login into it every few hours, without Secrets Manager's own rotation.
    return _LOGIN_OF_JOBS in str(inputs.get("name")) or any(
        rotation.get("rotationRules", {}).get("automaticallyAfterDays", _LONGEST_ROTATION + 1) <= _LONGEST_ROTATION
        for rotation in world.of_type("aws:secretsmanager/secretRotation:SecretRotation")
        if rotation.get("secretId") == inputs.get("name")
    )


_LOGIN_OF_JOBS = "/audience/"


def _has(key: str) -> Callable[[Inputs, _World], bool]:
    return lambda inputs, _: bool(inputs.get(key))


def _never(_: Inputs, __: _World) -> bool:
    return False


_REPOSITORY = "aws:ecr/repository:Repository"
_ROLE = "aws:iam/role:Role"
_FUNCTION = "aws:lambda/function:Function"
_LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
_SECRET_TYPE = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type

_CHECKS = (
    _Check("ECR.1", _REPOSITORY, "scan images on push", _scanned),
    _Check("CKV_AWS_163", _REPOSITORY, "scan images on push", _scanned),
    _Check("ECR.2", _REPOSITORY, "make every tag immutable", lambda i, _: i.get("imageTagMutability") == "IMMUTABLE"),
    _Check(
        "CKV_AWS_51",
        _REPOSITORY,
        "make tags immutable, except for named ones",
        lambda i, _: str(i.get("imageTagMutability")).startswith("IMMUTABLE"),
    ),
    _Check("ECR.3", _REPOSITORY, "give it a lifecycle policy", _has_lifecycle),
    _Check("ECR.4", "aws:ecrpublic/repository:Repository", "tag the public repository", _has("tags")),
    _Check("ECR.5", _REPOSITORY, "encrypt with a KMS key of your own", _own_key),
    _Check("CKV_AWS_136", _REPOSITORY, "encrypt with a KMS key of your own", _own_key),
    _Check("CKV_AWS_32", "aws:ecr/repositoryPolicy:RepositoryPolicy", "do not open it to everybody", _not_public),
    _Check("CKV_AWS_60", _ROLE, "do not trust everybody", _trusts_no_everybody),
    _Check("CKV_AWS_61", _ROLE, "do not trust a whole account", _trusts_no_whole_account),
    _Check("CKV_AWS_40", "aws:iam/userPolicy:UserPolicy", "attach policies to roles or groups, not to users", _never),
    _Check("CKV_AWS_273", "aws:iam/user:User", "have no IAM users", _never),
    _Check(
        "CKV_AWS_45", _FUNCTION, "keep secrets out of the environment", _no_secret
    ),
    _Check("CKV_AWS_50", _FUNCTION, "enable tracing", lambda i, _: i.get("tracingConfig", {}).get("mode") == "Active"),
    _Check(
        "CKV_AWS_115",
        _FUNCTION,
        "limit its concurrency",
        lambda i, _: i.get("reservedConcurrentExecutions", -1) >= 0,
    ),
    _Check("CKV_AWS_116", _FUNCTION, "keep failed events", _keeps_failures),
    _Check("CKV_AWS_117", _FUNCTION, "run it in a VPC", _has("vpcConfig")),
    _Check("CKV_AWS_173", _FUNCTION, "encrypt its environment with a KMS key of your own", _encrypted_environment),
    _Check("CKV_AWS_272", _FUNCTION, "sign its code", _has("codeSigningConfigArn")),
    _Check("CKV_AWS_363", _FUNCTION, "use a runtime that is supported", lambda i, _: i.get("runtime") in _SUPPORTED),
    _Check(
        "CKV_AWS_364",
        "aws:lambda/permission:Permission",
        "name the source that may invoke the function",
        lambda i, _: bool(i.get("sourceArn") or i.get("sourceAccount")),
    ),
    _Check("CKV_AWS_66", _LOG_GROUP, "limit how long logs are kept", _has("retentionInDays")),
    _Check("CKV_AWS_158", _LOG_GROUP, "encrypt with a KMS key of your own", _has("kmsKeyId")),
    _Check("CKV_AWS_338", _LOG_GROUP, "keep logs for a year", lambda i, _: i.get("retentionInDays", 0) >= _YEAR),
    _Check("CKV_AWS_149", _SECRET_TYPE, "encrypt with a KMS key of your own", _has("kmsKeyId")),
    _Check("CKV_AWS_304", _SECRET_TYPE, "rotate it at least every 90 days", _rotated),
    _Check(
        "CKV_AWS_337",
        "aws:ssm/parameter:Parameter",
        "encrypt with a KMS key of your own",
        lambda i, _: i.get("type") != "SecureString" or bool(i.get("keyId")),
    ),
)  # fmt: skip
