"""Legal stack files of other people: each is rehearsed, with stand-ins for what only its owner has."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.docker.auth import DOCKER_AUTH_CONFIG as KEY
from rehearsal import clients
from rehearsal.__main__ import main
from rehearsal.clients import present

STACKS = Path(__file__).parents[1] / "data" / "stacks"
Report = dict[str, Any]


@pytest.fixture
def rehearsed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Report]:
    """The report of a stack file that is rehearsed successfully: one of ours, or the local one with other values."""

    def run(stack_file: Path) -> Report:
        report = tmp_path / "report.json"
        status = main(["--stack-file", str(seldom_rotated(stack_file, tmp_path)), "--report", str(report), "--quiet"])
        assert status == 0, capsys.readouterr().err
        return json.loads(report.read_text())

    return run


def seldom_rotated(stack_file: Path, folder: Path) -> Path:
    """The file with a longer interval: three runs until the first tokens have ended. Other rehearsals have six."""
    document = yaml.safe_load(stack_file.read_text())
    rotation = {"interval": "4 hours", "tolerateOutage": "4 hours"}
    document["config"]["gitlab-ecr:rotation"] = document["config"].get("gitlab-ecr:rotation", {}) | rotation
    changed = folder / "seldom" / stack_file.name
    changed.parent.mkdir()
    changed.write_text(yaml.safe_dump(document))
    return changed


def document_of(name: str) -> dict[str, Any]:
    return yaml.safe_load((STACKS / f"{name}.yaml").read_text())


def written(document: dict[str, Any], folder: Path) -> Path:
    stack = folder / "Pulumi.changed.yaml"
    stack.write_text(yaml.safe_dump(document))
    return stack


def outcomes(report: Report) -> dict[str, dict[str, str]]:
    """Who could pull what, as the rehearsal's own client saw it."""
    rows: dict[str, dict[str, str]] = {}
    for cell in report["pulls"]:
        if cell["client"] == "rehearsal":
            rows.setdefault(cell["consumer"], {})[cell["repository"]] = cell["actual"]
    return rows


@pytest.mark.parametrize(("name", "partition"), [("region-cn", "aws-cn"), ("region-gov", "aws-us-gov")])
def test_a_stack_of_another_partition_is_rehearsed_in_that_partition(
    rehearsed: Callable[[Path], Report], name: str, partition: str
) -> None:
    report = rehearsed(STACKS / f"{name}.yaml")
    assert outcomes(report) == {"acme/web": {"ci/python": "allowed", "secret/tools": "denied"}}
    denied = next(cell for cell in report["pulls"] if cell["actual"] == "denied" and cell["client"] == "rehearsal")
    assert f"User: arn:{partition}:sts::123456789012:assumed-role/" in denied["reason"]
    assert f"on resource: arn:{partition}:ecr:" in denied["reason"]
    arns = [each["id"] for each in report["resources"] if each["id"].startswith("arn:")]
    assert len(arns) >= 2
    assert {arn.split(":")[1] for arn in arns} == {partition}


def test_a_registry_of_another_account_opens_what_both_sides_allow(rehearsed: Callable[[Path], Report]) -> None:
    report = rehearsed(STACKS / "xacct.yaml")
    assert outcomes(report) == {
        "acme/shop": {
            "base/python of 123456789012": "allowed",
            "made-up/not-declared of 123456789012": "denied",
        }
    }


def test_a_variable_of_the_instance_opens_what_it_names_and_is_hidden_by_nearer_ones(
    rehearsed: Callable[[Path], Report],
) -> None:
    report = rehearsed(STACKS / "instance.yaml")
    assert outcomes(report) == {
        "instance": {"base/alpine": "allowed", "ci/python": "denied", "secret/tools": "denied"},
        "acme": {"base/alpine": "denied", "ci/python": "allowed", "secret/tools": "denied"},
    }
    hidden = [each["what"] for each in report["shadows"] if each["target"] == "instance DOCKER_AUTH_CONFIG"]
    assert hidden == ["project acme/old-service DOCKER_AUTH_CONFIG hides it"]
    demoted = next(each for each in report["faults"] if "no administrator" in each["what"])
    assert {each["target"]: each["status"] for each in demoted["targets"]} == {
        "instance DOCKER_AUTH_CONFIG": "failed",
        "group acme DOCKER_AUTH_CONFIG": "published",
    }


def test_each_environment_scope_has_a_variable_that_stays_good(
    tmp_path: Path, rehearsed: Callable[[Path], Report]
) -> None:
    document = document_of("scopes")
    for name in ("scope-project", "scope-none"):
        (consumer,) = document_of(name)["config"]["gitlab-ecr:consumers"].values()
        document["config"]["gitlab-ecr:consumers"][f"acme/{name}"] = consumer
    report = rehearsed(written(document, tmp_path))
    scopes = {
        "project acme/web": ["scope1", "scope2", "review/*"],
        "group acme/backend": ["production", "staging"],
        "project acme/scope-project": ["production"],
        "project acme/scope-none": ["*"],
    }
    targets = {
        f"{owner} {KEY}" + ("" if scope == "*" else f" ({scope})") for owner in scopes for scope in scopes[owner]
    }
    for rotation in report["rotations"][:4]:
        assert {each["target"]: each["status"] for each in rotation["targets"]} == dict.fromkeys(targets, "published")
    pulling = {
        owner.split()[1] + ("" if scope == "*" else f" ({scope.replace('*', '1')})")
        for owner in scopes
        for scope in scopes[owner]
    }
    assert outcomes(report) == {each: {"ci/python": "allowed", "secret/tools": "denied"} for each in pulling}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report of three files in one: nested consumers, jobs that push and pull by roles, and an encrypted value."""
    folder = tmp_path_factory.mktemp("mixed")
    document = document_of("sec")
    for name in ("nested", "push"):
        config = document_of(name)["config"]
        document["config"]["gitlab-ecr:gitlab"] = config["gitlab-ecr:gitlab"]
        for key in ("gitlab-ecr:repositories", "gitlab-ecr:consumers"):
            document["config"][key] |= config[key]
    report = folder / "report.json"
    stack_file = seldom_rotated(written(document, folder), folder)
    assert main(["--stack-file", str(stack_file), "--report", str(report), "--quiet"]) == 0
    return json.loads(report.read_text())


def test_an_encrypted_value_is_replaced_and_named(mixed: Report) -> None:
    place = "gitlab-ecr:consumers.acme/docs.auths.registry.example.com.password"
    assert f"{place}: encrypted; a made-up value stood in for it" in mixed["notRehearsed"]
    variable = next(r for r in mixed["resources"] if r["type"] == "gitlab:index/projectVariable:ProjectVariable")
    assert variable["inputs"]["value"] == "[secret]"
    assert "v1:abcdef" not in json.dumps(mixed)


def test_a_nested_consumer_pulls_what_its_own_variable_opens(mixed: Report) -> None:
    found = outcomes(mixed)
    allowed = {who: [image for image, actual in images.items() if actual == "allowed"] for who, images in found.items()}
    assert allowed["acme/platform"] == ["base/python"]
    assert allowed["acme/platform/payments/api"] == ["apps/api"]
    assert {len(images) for images in found.values()} == {4}


def test_a_programs_warnings_are_in_the_report(tmp_path: Path, rehearsed: Callable[[Path], Report]) -> None:
    document = yaml.safe_load((STACKS / "warn.yaml").read_text())
    docker = document["config"]["gitlab-ecr:runners"]["shared"]["docker"]
    docker.pop("privileged")  # beside an instance role these two are refused
    docker.pop("volumes")
    stack = tmp_path / "Pulumi.warn.yaml"
    stack.write_text(yaml.safe_dump(document))
    warnings = rehearsed(stack)["warnings"]
    assert any("if-not-present" in warning for warning in warnings)
    assert "glpat-abcdefghij" not in str(warnings)


@pytest.mark.parametrize(
    ("name", "place", "words"),
    [
        ("cache-hub-arn", "caches.docker-hub.credentialArn", "111122223333 in us-east-2"),
        ("ecr-public-image", "runners.build.access.registryHosts[1]", "public.ecr.aws"),
        ("k8s-allowed-pull-policies", "runners.cluster.kubernetes.allowedPullPolicies", "every job fails"),
        ("warn", "runners.shared.docker.privileged", "on a machine with an instance role"),
    ],
)
def test_what_can_never_work_is_refused_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, place: str, words: str
) -> None:
    stack_file = STACKS / f"{name}.yaml"
    assert main(["--stack-file", str(stack_file), "--report", str(tmp_path / "report.json")]) == 2
    message = capsys.readouterr()
    assert f"gitlab-ecr:{place}: got " in message.err
    assert words in message.err
    assert message.out == ""


def test_a_runners_own_environment_takes_precedence_over_its_helper(
    tmp_path: Path, rehearsed: Callable[[Path], Report]
) -> None:
    document = yaml.safe_load((STACKS / "environment-auth.yaml").read_text())
    document["config"]["gitlab-ecr:runners"]["build"]["images"] = [
        "111111111111.dkr.ecr.eu-west-3.amazonaws.com/ci/ruby:3.4",  # named by the environment
        "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/python:3.13",  # its credentials store is asked for all
    ]
    stack = tmp_path / "Pulumi.environment.yaml"
    stack.write_text(yaml.safe_dump(document))
    (found,) = rehearsed(stack)["runners"]
    environment = "the login in the runner's environment"
    assert [image["actual"] for image in found["images"]] == ["no credential", environment, environment]


def test_jobs_that_push_or_pull_by_a_role_can_do_what_is_declared(mixed: Report) -> None:
    assert outcomes(mixed)["acme/e2e by its jobs' role"] == {
        "apps/api": "allowed", "apps/shop": "allowed", "base/python": "denied", "ci/python": "denied",
    }  # fmt: skip
    assert [each["actual"] for each in mixed["pushes"]] == ["allowed", *["denied"] * 4]


@pytest.mark.slow(reason="a company's whole file: fifteen repositories, thirteen who pull, twelve hours")
def test_a_companys_file_is_rehearsed_and_lists_what_was_replaced(
    rehearsed: Callable[[Path], Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Skopeo would pull all 220 again, in as many processes; it pulls in the other rehearsals of this file.
    monkeypatch.setattr(clients, "present", lambda command: command != "skopeo" and present(command))
    report = rehearsed(STACKS / "company.yaml")
    pulled = {
        who: {image for image, actual in images.items() if actual == "allowed"}
        for who, images in outcomes(report).items()
    }
    assert pulled["acme/payments/core/api (production)"] == pulled["acme/payments/core/api (review/1)"]
    assert pulled["acme/payments/core/api (production)"] >= {"apps/payments-api", "base/python", "ci/kubectl"}
    assert pulled["acme/platform/golden"] == {"golden/runtime of 210987654321 in eu-west-1"}
    assert pulled["account 210987654321, any role"] == {"apps/payments-api"}
    assert pulled["runner ec2"] == pulled["acme/payments"]
    assert pulled["acme/platform/old-deployer by access keys"] == {"ci/kubectl"}
    assert len(pulled["acme/platform/e2e by its jobs' role"]) == 5
    assert len(pulled) == 13
    assert {found["name"] for found in report["runners"]} == {"ec2", "cluster"}
    # A variable of its own replaces those of the groups above, and the warning says what jobs lose.
    assert pulled["acme/payments/core/worker"] == {image for image in pulled["acme"] if image.startswith("base/")} | {
        "apps/payments-worker"
    }
    lost = {line.partition(": ")[0].partition("consumers.")[2]: line for line in report["warnings"] if "lose" in line}
    assert "of group acme/payments and of group acme, so" in lost["acme/payments/core/worker"]
    assert "lose ci/* (`pull` of acme/payments); docker-hub (`caches` of acme)" in lost["acme/payments/core/worker"]
    assert len(lost) == 7
    pushed: dict[str, list[tuple[str, str, str]]] = {"allowed": [], "denied": []}
    for each in report["pushes"]:
        pushed[each["actual"]].append((each["consumer"], each["repository"], each["job"]))
    assert pushed["allowed"] == [
        ("acme/shop/api", "apps/shop-api", "protected branch main"),
        ("acme/shop/web", "apps/shop-web", "protected branch main"),
    ]
    assert pushed["denied"] == [
        (consumer, repository, job)
        for consumer, own in (("acme/shop/api", "apps/shop-api"), ("acme/shop/web", "apps/shop-web"))
        for repository, job in (
            *((own, job) for job in ("unprotected branch", "another project", "another aud")),
            ("apps/payments-api", "protected branch main"),
        )
    ]
    stood_in = [line.partition(": ")[0] for line in report["notRehearsed"]]
    assert "gitlab-ecr:gitlab.caBundle" in stood_in
    assert "gitlab-ecr:consumers.acme/docs.auths.registry.vendor.example.password" in stood_in
    made_up = " ".join(report["madeUp"])
    assert "made-up-group/project-999: only its number is in the file" in made_up
    assert "acme/old-service" in made_up
    assert "210987654321.dkr.ecr.eu-west-1.amazonaws.com, golden/runtime" in made_up
    assert report["timings"]["total"] < 30 or os.getloadavg()[0] > (os.cpu_count() or 1)
