"""No resource is replaced because somebody changed its name or its parent.

`tests/data/urns.json` holds the URNs of deployed stacks. It only grows; `RECORD=1 pytest tests/test_urns.py` adds to
it.
"""

import json
import os
from pathlib import Path

import pulumi
import pytest
from program import LOCAL, ROOT, run_once
from urns import urns

from validation.recorder import Recorder

DATA = Path(__file__).parent / "data"
RECORDED = DATA / "urns.json"
FILES = [
    LOCAL,
    DATA / "Pulumi.wide.yaml",
    DATA / "Pulumi.gitlab.yaml",
    DATA / "Pulumi.managed.yaml",
    DATA / "Pulumi.secrets.yaml",
    ROOT / "tests" / "data" / "examples" / "Pulumi.bootstrap.yaml",
]
STACKS = pytest.mark.parametrize("stack_file", FILES, ids=lambda file: file.name)
ADVICE = (
    "deployed stacks hold these, and `up` would delete them: give the resource an alias, "
    "`ResourceOptions(aliases=[Alias(name=...)])`. If they are meant to go, say so in CHANGELOG.md and drop the line"
)


def recorded(stack_file: Path) -> set[str]:
    return set(json.loads(RECORDED.read_text()).get(stack_file.name, []))


@STACKS
def test_every_recorded_urn_is_still_a_resource_or_an_alias(stack_file: Path) -> None:
    now = set[str]().union(*urns(run_once(stack_file).resources).values())
    assert recorded(stack_file) - now == set(), ADVICE


@STACKS
def test_every_resource_is_recorded(stack_file: Path) -> None:
    now = urns(run_once(stack_file).resources).keys()
    if os.environ.get("RECORD"):
        known = json.loads(RECORDED.read_text()) | {stack_file.name: sorted(recorded(stack_file) | now)}
        RECORDED.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    assert now - recorded(stack_file) == set(), "new resources; record them: RECORD=1 pytest tests/test_urns.py"


class _Outer(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gitlab-ecr:index:Outer", name, {}, opts)
        _Inner(f"{name}-inner", pulumi.ResourceOptions(parent=self))


class _Inner(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gitlab-ecr:index:Inner", name, {}, opts)


OUTER = "urn:pulumi:test::gitlab-ecr::gitlab-ecr:index:Outer"
INNER = f"{OUTER}$gitlab-ecr:index:Inner"


@pytest.mark.parametrize(
    ("aliases", "outer", "inner"),
    [
        ([], {f"{OUTER}::new"}, {f"{INNER}::new-inner"}),
        (
            [pulumi.Alias(name="old")],
            {f"{OUTER}::new", f"{OUTER}::old"},
            {f"{INNER}::new-inner", f"{INNER}::old-inner"},
        ),
        (
            [f"{OUTER}::whole"],
            {f"{OUTER}::new", f"{OUTER}::whole"},
            {f"{INNER}::new-inner", f"{INNER}::whole-inner"},
        ),
        (
            [pulumi.Alias(type_="gitlab-ecr:index:Old")],
            {f"{OUTER}::new", "urn:pulumi:test::gitlab-ecr::gitlab-ecr:index:Old::new"},
            {
                f"{INNER}::new-inner",
                "urn:pulumi:test::gitlab-ecr::gitlab-ecr:index:Old$gitlab-ecr:index:Inner::new-inner",
            },
        ),
    ],
)
def test_an_alias_reaches_the_children_as_in_the_engine(
    recorder: Recorder, aliases: list[str | pulumi.Alias], outer: set[str], inner: set[str]
) -> None:
    pulumi.runtime.test(lambda: _Outer("new", pulumi.ResourceOptions(aliases=list(aliases))) and None)()
    assert urns(recorder.resources) == {f"{OUTER}::new": outer, f"{INNER}::new-inner": inner}


def test_an_alias_with_another_parent_is_the_urn_below_that_parent(recorder: Recorder) -> None:
    def program() -> None:
        outer = _Outer("new")
        moved = [pulumi.Alias(name="loose", parent=pulumi.ROOT_STACK_RESOURCE)]
        _Inner("moved", pulumi.ResourceOptions(parent=outer, aliases=list(moved)))

    pulumi.runtime.test(program)()
    assert urns(recorder.resources)[f"{INNER}::moved"] == {
        f"{INNER}::moved",
        "urn:pulumi:test::gitlab-ecr::gitlab-ecr:index:Inner::loose",
    }


def test_an_alias_below_another_component_is_the_urn_below_it(recorder: Recorder) -> None:
    class Around(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("gitlab-ecr:index:Around", "around")
            outer = _Outer("deep", pulumi.ResourceOptions(parent=self))
            moved: list[pulumi.Alias | str] = [pulumi.Alias(parent=outer)]
            _Inner("moved", pulumi.ResourceOptions(parent=self, aliases=list(moved)))

    pulumi.runtime.test(lambda: Around() and None)()
    around = "urn:pulumi:test::gitlab-ecr::gitlab-ecr:index:Around$gitlab-ecr:index:"
    assert urns(recorder.resources)[f"{around}Inner::moved"] == {
        f"{around}Inner::moved",
        f"{around}Outer$gitlab-ecr:index:Inner::moved",
    }
