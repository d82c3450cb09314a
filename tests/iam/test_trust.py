from components.iam.trust import instance_trust, lambda_trust, pull_role_trust, scheduler_trust
from components.names.naming import Names

_NAMES = Names("123456789012", "eu-central-1", "gitlab-ecr")


def test_only_the_rotators_role_may_assume_a_pull_role() -> None:
    (statement,) = pull_role_trust(_NAMES)["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    assert statement["Action"] == "sts:AssumeRole"
    assert statement["Condition"] == {
        "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/gitlab-ecr/gitlab-ecr-rotator"}
    }


def test_another_role_may_rotate_in_its_place() -> None:
    (statement,) = pull_role_trust(_NAMES, "arn:aws:iam::123456789012:role/ci/rotate")["Statement"]
    assert statement["Condition"] == {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/ci/rotate"}}


def test_the_partition_of_the_region_is_in_the_principal() -> None:
    (statement,) = pull_role_trust(Names("123456789012", "cn-north-1", "gitlab-ecr"))["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws-cn:iam::123456789012:root"}


def test_lambda_is_trusted_for_the_own_account_only() -> None:
    (statement,) = lambda_trust("123456789012")["Statement"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_scheduler_is_trusted_for_one_schedule_group_only() -> None:
    group = "arn:aws:scheduler:eu-central-1:123456789012:schedule-group/gitlab-ecr-rotator"
    (statement,) = scheduler_trust("123456789012", group)["Statement"]
    assert statement["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnEquals": {"aws:SourceArn": group},
    }


def test_the_trust_in_ec2_has_no_condition_since_ec2_sends_no_source() -> None:
    (statement,) = instance_trust()["Statement"]
    assert statement["Principal"] == {"Service": "ec2.amazonaws.com"}
    assert "Condition" not in statement
