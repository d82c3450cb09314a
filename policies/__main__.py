"""The policy pack as Pulumi runs it: each rule as a policy."""

from collections.abc import Callable

from pulumi_policy import (  # pyright: ignore[reportMissingImports] - in the pack's own environment only
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from rules import REQUIRED, ROLE, RULES, USER, Rule, unbounded


def _of(rule: Rule) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if rule.applies(args.resource_type):
            for wrong in rule.check(args.props):
                report(f"{args.name}: {wrong}")

    return validate


def _bounded(args: StackValidationArgs, report: ReportViolation) -> None:
    found = [each for each in args.resources if each.resource_type in (ROLE, USER)]
    for name in unbounded([(each.name, each.props) for each in found], required=args.get_config().get(REQUIRED, False)):
        report(f"{name}: has no permissions boundary; set permissionsBoundary (in Python, permissions_boundary)")


PolicyPack(
    name="gitlab-ecr",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        *(ResourceValidationPolicy(rule.name, rule.description, _of(rule)) for rule in RULES),
        StackValidationPolicy(
            "bounded-identities",
            "Every role and user has a permissions boundary, where one has, or where it is required.",
            _bounded,
            config_schema=PolicyConfigSchema(properties={REQUIRED: {"type": "boolean", "default": False}}),
        ),
    ],
)
