"""What people do wrong in jobs that push."""

from doctor_image_mistakes import OTHER_REGION, no_such_repository
from doctor_lab import Lab


def push_to_a_repository_that_no_variable_names(lab: Lab) -> None:
    push(lab)
    lab.set("project", "ECR_REPOSITORY_CI_NODES", f"{lab.host}/ci/nodes")


def push(lab: Lab) -> None:
    """No mistake yet: a job that pushes, as the stack sets it up."""
    lab.arguments.append("--push")
    lab.set("project", "AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/gitlab-ecr-local/push/x")
    lab.set("project", "ECR_REGISTRY", lab.host)


def push_with_env_var(lab: Lab) -> None:
    push(lab)
    lab.flags["variable_type"] = "env_var"


def push_without_role(lab: Lab) -> None:
    lab.arguments.append("--push")


def push_by_a_role_that_only_pulls(lab: Lab) -> None:
    push(lab)
    lab.set("project", "AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/gitlab-ecr-local/job/x")


def push_role_of_protected_refs(lab: Lab) -> None:
    lab.arguments.append("--push")
    lab.set("project", "AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/gitlab-ecr-local/push/x", protected=True)


def push_to_an_absent_repository(lab: Lab) -> None:
    push(lab)
    no_such_repository(lab)


def push_to_another_region(lab: Lab) -> None:
    push(lab)
    lab.image = f"{OTHER_REGION}/ci/node:1.0"
