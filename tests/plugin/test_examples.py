"""The examples in other languages: over gRPC everywhere, and through Pulumi's engine where it has the language."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from other_language import Program, node_modules
from pages import TEXT
from plugin_process import Plugin
from program import ROOT

from rehearsal.world import World

YAML, TYPESCRIPT = ROOT / "examples" / "yaml", ROOT / "examples" / "typescript"
INSTANCE = "https://gitlab.example.com"
DECLARED: Any = {
    **yaml.safe_load((YAML / "Pulumi.yaml").read_text())["resources"]["access"]["properties"],
    "stack": "prod",
}


def needs(*commands: str) -> pytest.MarkDecorator:
    missing = [command for command in commands if not shutil.which(command)]
    return pytest.mark.skipif(bool(missing), reason=f"not on PATH: {', '.join(missing)}; it comes with Pulumi's CLI")


@pytest.fixture
def world() -> Iterator[World]:
    declared: Any = {**DECLARED, "repositories": {}}
    with World(declared) as running:
        yield running


def _lives(program: Program, world: World) -> None:
    """Preview, up, an up without changes, destroy: what Pulumi users of any language do."""
    program.pulumi("stack", "init", "prod")
    program.pulumi("config", "set", "gitlab:baseUrl", f"{INSTANCE}/api/v4/")
    made = program.changes("preview")["create"]
    assert made > 40
    assert program.changes("up", "--yes", "--skip-preview") == {"create": made}
    assert set(program.outputs()["repositoryUrls"]) == {"ci/python", "ci/node"}
    (variable,) = world.gitlab_api("GET", "groups/20/variables", {})[1]
    assert variable["key"] == "DOCKER_AUTH_CONFIG"
    assert program.changes("up", "--yes", "--skip-preview") == {"same": made}
    assert program.changes("destroy", "--yes", "--skip-preview") == {"delete": made}


@pytest.mark.engine
@pytest.mark.rehearsal
@needs("pulumi", "pulumi-language-python", "pulumi-language-yaml")
def test_the_engine_makes_and_destroys_the_yaml_program(world: World, tmp_path: Path) -> None:
    _lives(Program(YAML, tmp_path, world), world)


@pytest.mark.engine
@pytest.mark.rehearsal
@needs("pulumi", "pulumi-language-python", "pulumi-language-nodejs", "node")
@pytest.mark.skipif(not node_modules(), reason="no @pulumi/pulumi in NODE_PATH; npm install @pulumi/pulumi")
def test_the_engine_makes_and_destroys_the_typescript_program(world: World, tmp_path: Path) -> None:
    program = Program(TYPESCRIPT, tmp_path, world)
    program.with_sdk(node_modules() or "")
    _lives(program, world)


@pytest.mark.engine
@pytest.mark.rehearsal
@needs("pulumi", "pulumi-language-python", "pulumi-language-nodejs", "node")
@pytest.mark.skipif(not node_modules(), reason="no @pulumi/pulumi in NODE_PATH; npm install @pulumi/pulumi")
def test_a_transform_reaches_what_is_inside(world: World, tmp_path: Path) -> None:
    program = Program(TYPESCRIPT, tmp_path, world)
    program.with_sdk(node_modules() or "")
    index = program.folder / "index.ts"
    transform = "async (args) => ({ props: { ...args.props, tags: { team: 'transformed' } }, opts: args.opts })"
    text = index.read_text()
    assert text.count("\n});\n") == 1
    index.write_text(text.replace("\n});\n", f"\n}}, {{ transforms: [{transform}] }});\n"))
    program.pulumi("stack", "init", "prod")
    program.pulumi("config", "set", "gitlab:baseUrl", f"{INSTANCE}/api/v4/")
    steps = json.loads(program.pulumi("preview", "--json"))["steps"]
    made = [each["newState"]["inputs"] for each in steps if each["newState"]["type"] == "aws:ecr/repository:Repository"]
    assert [each["tags"] for each in made] == [{"team": "transformed"}] * 2


@pytest.mark.parametrize("preview", [True, False])
def test_the_yaml_program_declares_both_repositories(plugin: Plugin, preview: bool) -> None:
    plugin.construct("RegistryAccess", DECLARED, config={"gitlab:baseUrl": f"{INSTANCE}/api/v4/"}, dryRun=preview)
    repositories = [each for each in plugin.engine.resources if each.type == "aws:ecr/repository:Repository"]
    assert {each.inputs["name"] for each in repositories} == {"ci/python", "ci/node"}


@pytest.mark.parametrize("example", [YAML / "Pulumi.yaml", TYPESCRIPT / "index.ts"], ids=str)
def test_the_page_shows_the_example_as_it_is(example: Path) -> None:
    assert f"\n{example.read_text()}```\n" in TEXT["docs/other-languages.md"]


def test_the_typescript_program_has_the_plugin_of_the_yaml_program() -> None:
    packages = [yaml.safe_load((folder / "Pulumi.yaml").read_text())["packages"] for folder in (YAML, TYPESCRIPT)]
    assert packages[0] == packages[1]
