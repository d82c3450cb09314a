"""The library as its users have it: a wheel, installed without this tree, with the examples run on top of it."""

import json
import subprocess
import sys
import sysconfig
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pulumi import ComponentResource

import components

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
RUNNER = ROOT / "tests" / "support" / "example_runner.py"

pytestmark = pytest.mark.slow(reason="it builds the wheel, and an environment that has it installed")


def _pip(*arguments: str) -> None:
    quiet = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    command = [sys.executable, "-m", "pip", *arguments[:-1], *quiet, arguments[-1]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _pip("wheel", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, and for the wheel's dependencies the packages of this one."""
    folder = _empty(tmp_path_factory.mktemp("environment"))
    _pip("--python", str(folder / "bin" / "python"), "install", str(wheel))
    return folder


def _empty(folder: Path) -> Path:
    """An environment that has the packages of this one, and not this project."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def _run(environment: Path, program: str, *arguments: str, cwd: Path) -> str:
    command = [str(environment / "bin" / program), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


@cache
def _examples(environment: Path) -> dict[str, dict[str, Any]]:
    # -I: neither this tree nor the working directory is where Python looks for packages.
    folders = sorted(file.parent for file in EXAMPLES.glob("*/__main__.py"))
    lines = _run(environment, "python", "-I", str(RUNNER), *map(str, folders), cwd=environment).splitlines()
    return {folder.name: json.loads(line) for folder, line in zip(folders, lines, strict=True)}


def _example(environment: Path, name: str) -> dict[str, Any]:
    ran = _examples(environment)[name]
    assert Path(ran["library"]).is_relative_to(environment)
    return ran


def _types(ran: dict[str, Any]) -> Counter[str]:
    return Counter(resource["type"] for resource in ran["resources"])


def _one(ran: dict[str, Any], type_: str) -> dict[str, Any]:
    (found,) = [resource["inputs"] for resource in ran["resources"] if resource["type"] == type_]
    return found


def test_the_wheel_holds_every_file_of_the_library_and_no_other(wheel: Path) -> None:
    files = [file.relative_to(ROOT / "components") for file in (ROOT / "components").rglob("*") if file.is_file()]
    wanted = {f"gitlab_ecr/{file.as_posix()}" for file in files if "__pycache__" not in file.parts}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == wanted
    assert {
        "gitlab_ecr/py.typed",
        "gitlab_ecr/runner/keys.json",
        "gitlab_ecr/runner/machine/install.sh",
    } <= held


def test_the_installed_command_works(environment: Path, tmp_path: Path) -> None:
    words = _run(environment, "gitlab-ecr", "--help", cwd=tmp_path)
    assert "plan-note" in words
    recording = ROOT / "tests" / "data" / "preview" / "2-no-change.json"
    assert "Nothing changes" in _run(environment, "gitlab-ecr", "plan-note", "--json", str(recording), cwd=tmp_path)


def test_an_editable_install_has_the_same_command_and_reads_the_tree(tmp_path: Path) -> None:
    """What `make venv` does last."""
    environment = _empty(tmp_path / "environment")
    python = str(environment / "bin" / "python")
    _pip("--python", python, "install", "--no-build-isolation", f"--editable={ROOT}")
    assert "plan-note" in _run(environment, "gitlab-ecr", "--help", cwd=tmp_path)
    where = "import gitlab_ecr.cli; print(gitlab_ecr.cli.__file__)"
    printed = _run(environment, "python", "-c", where, cwd=tmp_path)
    assert Path(printed.strip()).resolve() == ROOT / "components" / "cli" / "__init__.py"


def test_the_example_with_repositories_only_creates_these_resources(environment: Path) -> None:
    ran = _example(environment, "repositories")
    assert _types(ran) == {
        "gitlab-ecr:index:Repositories": 1,
        "aws:ecr/repository:Repository": 2,
        "aws:ecr/lifecyclePolicy:LifecyclePolicy": 2,
        "aws:ecr/repositoryPolicy:RepositoryPolicy": 1,
        "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": 1,
        "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": 1,
    }
    assert ran["outputs"]["urls"]["app/api"] == "123456789012.dkr.ecr.eu-central-1.amazonaws.com/app/api"


def test_the_example_with_the_rotator_only_pulls_from_another_account(environment: Path) -> None:
    ran = _example(environment, "rotator")
    types = _types(ran)
    assert not [type_ for type_ in types if type_.startswith(("aws:ecr/", "gitlab-ecr:index:Repositories"))]
    assert types["gitlab:index/groupVariable:GroupVariable"] == 1
    assert "gitlab:index/projectVariable:ProjectVariable" not in types  # its variable is adopted
    policies = [r["inputs"]["policy"] for r in ran["resources"] if r["type"] == "aws:iam/rolePolicy:RolePolicy"]
    theirs = "arn:aws:ecr:eu-west-1:210987654321:repository/platform/"
    assert [theirs in text for text in policies].count(True) == 2  # one for each audience, none for the rotator


def test_the_rotators_zip_comes_from_the_wheel_and_holds_the_plan(environment: Path) -> None:
    ran = _example(environment, "rotator")
    codes = [r["inputs"]["code"] for r in ran["resources"] if r["type"] == "aws:lambda/function:Function"]
    plan = json.loads(codes[0]["gitlab_ecr/plan.json"])
    assert plan["audiences"]["acme/web"]["registries"] == [
        {
            "account": "210987654321",
            "region": "eu-west-1",
            "hosts": ["210987654321.dkr.ecr.eu-west-1.amazonaws.com"],
        }
    ]
    files = {text for code in codes for text in code.values() if text.endswith(".py")}
    assert len(files) > 10
    assert [file for file in files if not Path(file).is_relative_to(environment)] == []


def test_the_example_with_a_runner_only_creates_these_resources(environment: Path) -> None:
    ran = _example(environment, "runner")
    assert _types(ran) == {
        "gitlab-ecr:index:Identities": 1,
        "aws:iam/role:Role": 1,
        "aws:iam/rolePolicy:RolePolicy": 1,
        "aws:iam/instanceProfile:InstanceProfile": 1,
        "gitlab-ecr:index:Runner": 1,
        "gitlab:index/userRunner:UserRunner": 1,
        "aws:ssm/parameter:Parameter": 2,
        "aws:ec2/launchTemplate:LaunchTemplate": 1,
    }
    profile = _one(ran, "aws:iam/instanceProfile:InstanceProfile")["name"]
    assert _one(ran, "aws:ec2/launchTemplate:LaunchTemplate")["iamInstanceProfile"] == {"name": profile}


def test_in_the_example_of_a_fleet_only_the_manager_has_a_role(environment: Path) -> None:
    ran = _example(environment, "fleet")
    templates = [each["inputs"] for each in ran["resources"] if each["type"] == "aws:ec2/launchTemplate:LaunchTemplate"]
    (manager,) = [each for each in templates if each.get("iamInstanceProfile")]
    (instance,) = [each for each in templates if not each.get("iamInstanceProfile")]
    assert all(each["metadataOptions"]["httpPutResponseHopLimit"] == 1 for each in templates)
    groups = {
        each["name"]: each["inputs"] for each in ran["resources"] if each["type"] == "aws:autoscaling/group:Group"
    }
    assert groups["manager"]["launchTemplate"]["name"] == manager["name"]
    assert (groups["manager"]["minSize"], groups["manager"]["maxSize"]) == (1, 1)
    assert groups["instances"]["protectFromScaleIn"] is True
    assert groups["instances"]["name"] == instance["name"]
    policies = [r["inputs"] for r in ran["resources"] if r["type"] == "aws:iam/rolePolicy:RolePolicy"]
    (scales,) = [each for each in policies if each["name"] == "scale-the-fleet"]
    assert scales["role"] == manager["iamInstanceProfile"]["name"]


def test_the_example_with_everything_uses_every_component(environment: Path) -> None:
    ran = _example(environment, "everything")
    made = {type_.rpartition(":")[2] for type_ in _types(ran) if type_.startswith("gitlab-ecr:index:")}
    exported = {name: getattr(components, name) for name in components.__all__}
    classes = {name: each for name, each in exported.items() if isinstance(each, type)}
    # An administrator makes the bootstrap, once for an account.
    assert made == {name for name, each in classes.items() if issubclass(each, ComponentResource)} - {"Bootstrap"}
    assert "fake-password" not in json.dumps(ran["outputs"])


def test_examples_import_what_the_library_exports_by_name() -> None:
    examples = sorted(EXAMPLES.glob("*/__main__.py"))
    assert examples
    for example in examples:
        modules = [line.split()[1] for line in example.read_text().splitlines() if line.startswith("from ")]
        assert [module for module in modules if module.startswith("gitlab_ecr.")] == [], example


def test_a_type_checker_reads_the_arguments(environment: Path, tmp_path: Path) -> None:
    """One example shows that the wheel brings its types; `make types` checks the others, with the same library."""
    example, misspelled = EXAMPLES / "repositories" / "__main__.py", tmp_path / "misspelled.py"
    misspelled.write_text(example.read_text().replace("mutable_tags", "mutable_tag"))
    python = str(environment / "bin" / "python")
    command = [sys.executable, "-m", "pyright", "--pythonpath", python, "--outputjson", str(example), str(misspelled)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    found = json.loads(done.stdout)["generalDiagnostics"]
    assert {Path(mistake["file"]).name for mistake in found} == {"misspelled.py"}
    assert any("mutable_tag" in mistake["message"] for mistake in found)
