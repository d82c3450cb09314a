"""The program run under the recorder, and what tests look at in it."""

import json
import runpy
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import yaml
from recording import recording

import gitlab_provider
from components.contract import plan as plans
from components.declaration.args import RegistryAccessArgs
from components.registry_access import RegistryAccess
from validation.recorder import Recorder, Registered

ROOT = Path(__file__).parents[2]
ACCOUNT = {"aws:index/getCallerIdentity:getCallerIdentity": {"accountId": "123456789012", "arn": "", "userId": ""}}
POLICY_KEYS = ("policy", "assumeRolePolicy")
LOCAL = ROOT / "tests" / "data" / "examples" / "Pulumi.local.yaml"


def config_of(stack_file: Path) -> dict[str, str]:
    """As the engine hands it to a program."""
    return dict(_config(stack_file.read_text()))


@cache
def _config(text: str) -> dict[str, str]:
    values = yaml.load(text, yaml.CSafeLoader)["config"]
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


def run_program(recorder: Recorder, stack: Path | dict[str, str] = LOCAL) -> None:
    recorder.invokes |= ACCOUNT
    recorder.answers |= {
        "gitlab:index/userRunner:UserRunner": {"id": "9171", "token": pulumi.Output.secret("glrt-fake-0000")},
        "aws:kms/key:Key": {"arn": "arn:aws:kms:eu-central-1:123456789012:key/fake", "keyId": "fake"},
    }
    pulumi.runtime.set_all_config(config_of(stack) if isinstance(stack, Path) else stack)
    pulumi.runtime.test(lambda: main(recorder))()


@cache
def run_once(stack: Path = LOCAL, *, preview: bool = False) -> Recorder:
    """What the program registers with a stack file, for tests that only read it: it runs once in a process."""
    with recording(preview=preview) as recorder:
        run_program(recorder, stack)
    return recorder


def main(recorder: Recorder) -> pulumi.Output[None]:
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")
    stack: Any = pulumi.runtime.get_root_resource()

    def keep(values: Any) -> None:
        recorder.outputs["stack"] = values

    return pulumi.Output.all(**stack.outputs).apply(keep)


def build(declaration: RegistryAccessArgs) -> None:
    """What a declaration makes, with the provider that the program would give it."""
    options = pulumi.ResourceOptions(providers=gitlab_provider.providers(declaration))
    pulumi.runtime.test(lambda: RegistryAccess("access", declaration, options) and None)()


def documents(resources: list[Registered]) -> dict[str, Any]:
    """Every policy document, by where it is."""
    return {
        f"{resource.type} {resource.name} {key}": json.loads(resource.inputs[key])
        for resource in resources
        for key in POLICY_KEYS
        if key in resource.inputs and "lifecyclePolicy" not in resource.type
    }


def plan_of(recorder: Recorder) -> plans.Plan:
    archive = recorder.one("aws:lambda/function:Function", "access-rotator-function").inputs["code"]
    return plans.loads(archive.assets["gitlab_ecr/plan.json"].text)
