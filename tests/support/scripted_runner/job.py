"""One job as the docker executor runs it, with the same messages.

Source: gitlab-runner 18.3 and 19.4: `common/build.go`, `executors/docker`, `executors/docker/internal/pull/manager.go`.
"""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from components.docker.credential_resolution import HOME, VARIABLE, Outcome, resolve
from components.docker.image_reference import parse
from scripted_runner.coordinator import Coordinator, Trace
from scripted_runner.docker_api import Docker, DockerError

_RED, _CYAN, _END = "\x1b[31;1m", "\x1b[36;1m", "\x1b[0;m"
_SOURCES = {VARIABLE: "$DOCKER_AUTH_CONFIG"}


class _FailedError(Exception):
    def __init__(self, words: str, reason: str, exit_code: int | None = None) -> None:
        super().__init__(words)
        self.reason, self.exit_code = reason, exit_code


class Job:
    """From its payload to the end, which it reports to GitLab."""

    def __init__(
        self, job: dict[str, Any], runner: dict[str, Any], coordinator: Coordinator, docker: Docker, version: str
    ) -> None:
        self._job, self._runner, self._docker, self._version = job, runner, docker, version
        of_runner = (entry.partition("=") for entry in runner.get("environment", []))
        self._variables = [
            *({"key": key, "value": value} for key, _, value in of_runner),
            *job["variables"],
        ]
        masked = [row["value"] for row in job["variables"] if row.get("masked")]
        self._trace = Trace(coordinator, job, masked)

    def run(self) -> None:
        try:
            self._whole()
        except _FailedError as failed:
            self._trace.write(f"{_RED}ERROR: Job failed: {failed}{_END}\n")
            more = {} if failed.exit_code is None else {"exit_code": failed.exit_code}
            self._trace.end("failed", failure_reason=failed.reason, **more)
        except Exception as error:  # noqa: BLE001 - a runner reports every error to its server
            self._trace.write(f"{_RED}ERROR: Job failed (system failure): {error!r}{_END}\n")
            self._trace.end("failed", failure_reason="runner_system_failure")
        else:
            self._trace.write("\x1b[32;1mJob succeeded\x1b[0;m\n")
            self._trace.end("success")

    def _whole(self) -> None:
        name = self._runner["name"]
        self._say(f"Running with gitlab-runner {self._version} (scripted)")
        self._say(f"  on {name} {self._runner['token'][5:14]}, system ID: s_0123456789ab")
        self._resolve_secrets()
        self._section("prepare_executor", 'Preparing the "docker" executor')
        docker = self._runner["docker"]
        image = self._expanded(self._job["image"]["name"])
        self._allowed(image, docker.get("allowed_images", []))
        self._say(f"Using Docker executor with image {image} ...")
        self._docker.image_id(docker["helper_image"])
        number = self._pulled(image, docker.get("pull_policy", ["always"]))
        self._trace.send()
        self._section("step_script", 'Executing "step_script" stage of the job script')
        script = "\n".join(["set -eu", *self._exports(), *self._steps()])
        code = self._docker.run(number, docker["network_mode"], [], script.encode(), self._trace.write)
        if code:
            raise _FailedError(f"exit code {code}", "script_failure", code)

    def _steps(self) -> list[str]:
        lines = self._job["steps"][0]["script"]
        return [part for line in lines for part in (f"echo {shlex.quote(f'$ {line}')}", line)]

    def _exports(self) -> list[str]:
        """File variables become files, and their value the file's path."""
        lines = ["mkdir -p /builds/made.tmp"]
        for row in self._variables:
            value = row["value"] if row.get("raw") else self._expanded(row["value"])
            if row.get("file"):
                lines.append(f"printf %s {shlex.quote(value)} > /builds/made.tmp/{row['key']}")
                value = f"/builds/made.tmp/{row['key']}"
            lines.append(f"export {row['key']}={shlex.quote(value)}")
        return lines

    def _pulled(self, image: str, policies: str | list[str]) -> str:
        policies = [policies] if isinstance(policies, str) else policies
        error: Exception | None = None
        for count, policy in enumerate(policies, 1):
            if count > 1:
                self._say(f'Attempt #{count}: Trying "{policy}" pull policy')
            try:
                if policy != "always":
                    return self._docker.image_id(image)
                self._pull(image)
                number = self._docker.image_id(image)
            except DockerError as found:
                error = found
                self._say(f'WARNING: Failed to pull image with policy "{policy}": {found} (manager.go:254:0s)')
            else:
                self._say(f"Using docker image {number} for {image} ...")
                return number
        listed = " ".join(policies)
        raise _FailedError(
            f'failed to pull image "{image}" with specified policies [{listed}]: {error} (manager.go:254:0s)',
            "image_pull_failure",
        )

    def _pull(self, image: str) -> None:
        home = Path(os.environ["HOME"], ".docker", "config.json")
        document = home.read_text() if home.exists() else None
        values = [row["value"] for row in self._variables if row["key"] == VARIABLE]
        answer = resolve(image, values[-1] if values else None, document, _helpers(image, [*values, document or ""]))
        for warning in answer.warnings:
            self._say(f"WARNING: {warning}")
        if answer.outcome is Outcome.FOUND:
            source = {HOME: str(home)}.get(answer.source, _SOURCES.get(answer.source, answer.source))
            self._say(f"Authenticating with credentials from {source}")
        self._say(f"Pulling docker image {image} ...")
        found = answer.credential if answer.outcome is Outcome.FOUND else None
        self._docker.pull(image, (found.username, found.password) if found else None)

    def _resolve_secrets(self) -> None:
        """Fetches what `secrets:` names, before the pull; it takes precedence over variables of the same name."""
        if not self._job.get("secrets"):
            return
        self._say(f"{_CYAN}Resolving secrets{_END}")
        for key, secret in self._job["secrets"].items():
            self._say(f'Resolving secret "{key}"...')
            self._say('Using "aws_secrets_manager" secret resolver...')
            value = self._fetched(secret["aws_secrets_manager"])
            row = {"key": key, "value": value, "file": secret.get("file", True), "raw": True, "masked": True}
            self._variables.append(row)

    def _fetched(self, secret: dict[str, Any]) -> str:
        server = secret["server"]
        region = secret.get("region") or server.get("region")
        role = secret.get("role_arn") or server.get("role_arn")
        session = boto3.Session(region_name=region)
        keys: Any = {}
        if server.get("jwt") and role:
            sts = session.client("sts", config=Config(signature_version=UNSIGNED))
            made = sts.assume_role_with_web_identity(
                RoleArn=role, RoleSessionName="job", WebIdentityToken=self._expanded(server["jwt"])
            )["Credentials"]
            keys = {
                "aws_access_key_id": made["AccessKeyId"],
                "aws_secret_access_key": made["SecretAccessKey"],
                "aws_session_token": made["SessionToken"],
            }
        client = session.client("secretsmanager", **keys)
        value = client.get_secret_value(SecretId=secret["secret_id"])["SecretString"]
        return str(json.loads(value)[secret["field"]]) if secret.get("field") else value

    def _allowed(self, image: str, patterns: list[str]) -> None:
        if not patterns or any(_matches(pattern, image) for pattern in patterns):
            return
        self._say(f'The "{image}" image is not present on list of allowed images:')
        for pattern in patterns:
            self._say(f"- {pattern}")
        self._say("Please check runner's configuration")
        raise _FailedError("disallowed image", "runner_system_failure")

    def _expanded(self, text: str) -> str:
        values = {row["key"]: row["value"] for row in self._variables}
        return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda match: values.get(match[1] or match[2], ""), text)

    def _section(self, name: str, words: str) -> None:
        self._trace.write(f"section_start:1795000000:{name}\r\x1b[0K{_CYAN}{words}{_END}\n")

    def _say(self, line: str) -> None:
        self._trace.write(f"{line}\n")


def _helpers(image: str, documents: list[str]) -> dict[str, dict[str, tuple[str, str]]]:
    """The logins for the image's registry, from those helpers on PATH that a document names."""
    host = parse(image).host
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for name in set(re.findall(r'"(ecr-login)"', " ".join(documents))):
        command = [f"docker-credential-{name}", "get"]
        run = subprocess.run(command, input=host, capture_output=True, text=True, check=False)
        if run.returncode == 0:
            message = json.loads(run.stdout)
            found[name] = {host: (message["Username"], message["Secret"])}
    return found


def _matches(pattern: str, image: str) -> bool:
    parts = re.split(r"(\*\*|\*)", pattern)
    return (
        re.fullmatch("".join({"**": ".*", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts), image)
        is not None
    )
