"""Whether an `aws` that does not know an operation was asked for the login of AWS CLI 1."""

import pytest

from components.cli.doctor.causes.cause import Cause
from components.cli.doctor.of_log import of_log

_ERROR = "aws: error: argument operation: Invalid choice"


@pytest.mark.parametrize(
    ("command", "error", "old"),
    [
        ("$(aws ecr get-login --no-include-email)", f"{_ERROR}: 'get-login', maybe you meant:", True),
        ("./login.sh", f"{_ERROR}: 'get-login', maybe you meant: get-login-password", True),
        ("$(aws ecr get-login)", f"{_ERROR}, valid choices are:", True),
        ("aws ecr get-login-password", f"{_ERROR}, valid choices are:", False),
        ("aws ecr get-login-password", f"{_ERROR}: 'get-login-password', maybe you meant: get-login", False),
        ("aws ecr get-login-pasword", f"{_ERROR}: 'get-login-pasword', maybe you meant: get-login-password", False),
        ("./login.sh", f"{_ERROR}: 'describe-image', maybe you meant: describe-images", False),
        ("./login.sh", f"{_ERROR}, valid choices are:", False),
    ],
)
def test_only_the_old_operation_is_the_old_login(command: str, error: str, old: bool) -> None:
    finding = of_log(f"$ {command}\n{error}\nERROR: Job failed: exit code 1\n".encode()).finding
    assert (finding is not None and finding.cause is Cause.OLD_LOGIN_COMMAND) is old
