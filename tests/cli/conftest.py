"""One rehearsed stack for all, and beside it one small project for each test, in which mistakes are made."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from commands_here import run_commands_here
from deployed import deployed
from doctor_lab import KEY, Lab

from rehearsal.rehearsal import Rehearsal
from rehearsal.world import World

ROOT = Path(__file__).parents[2]
run_commands_here()
WEB = "acme/frontend/web"
_numbers = count(1)


@pytest.fixture(scope="session")
def rehearsed() -> Iterator[Rehearsal]:
    """A test that changes something in it changes it back."""
    with deployed(ROOT / "tests" / "data" / "examples" / "Pulumi.local.yaml") as running:
        yield running


@pytest.fixture
def at_home(rehearsed: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> World:
    """The environment of a person on whose machine the rehearsed world is the whole world."""
    world = rehearsed.world
    environment = {
        **world.cloud.environment(),
        "CI_SERVER_URL": "https://gitlab.example.com",
        "GITLAB_TOKEN": world.administrator_token,
        "AWS_ACCESS_KEY_ID": world.account,
        "AWS_SECRET_ACCESS_KEY": world.cloud.root_secret,
        "AWS_REGION": world.region,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return world


@pytest.fixture
def allowed_again(at_home: World) -> Iterator[None]:
    """When the test is over, the roles that pull have the policies that they had before."""
    iam = at_home.aws("iam")
    roles = [role["RoleName"] for role in iam.list_roles(PathPrefix="/gitlab-ecr-local/pull/")["Roles"]]
    before = {role: iam.get_role_policy(RoleName=role, PolicyName="pull")["PolicyDocument"] for role in roles}
    yield
    for role, document in before.items():
        iam.put_role_policy(RoleName=role, PolicyName="pull", PolicyDocument=json.dumps(document))


@pytest.fixture
def lab(at_home: World, tmp_path: Path) -> Iterator[Lab]:
    record = at_home.gitlab.variable("project", WEB, KEY)
    assert record is not None
    tokens = at_home.cloud.tokens
    minted = tokens.find(json.loads(record["value"])["auths"][at_home.registry_host]["auth"])
    assert minted is not None
    auth, _ = tokens.mint(minted.session, at_home.region)
    group = f"lab-{next(_numbers)}"
    at_home.gitlab.create_group(group)
    at_home.gitlab.create_project(f"{group}/app")
    host = at_home.registry_host
    with ExitStack() as undo:
        yield Lab(
            world=at_home,
            tmp_path=tmp_path,
            undo=undo,
            project=f"{group}/app",
            auth=auth,
            image=f"{host}/ci/node:1.0",
            document={"auths": {host: {"auth": auth}}},
            flags={"variable_type": "file", "raw": True},
        )
