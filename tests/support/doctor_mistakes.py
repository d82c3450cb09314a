"""What people do wrong, done for real in a lab."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from doctor_image_mistakes import OTHER_REGION, rewrite_image
from doctor_lab import KEY, Lab
from iam_json import policy

from rehearsal.cloud.tokens import fingerprint

Mistake = Callable[[Lab], None]
FOREIGN = '{"auths":{"registry.example.com:5000":{"auth":"ZmFrZTpmYWtl"}}}'
CONFIGS = Path(__file__).parents[1] / "data" / "docker-configs"


def description(lab: Lab, hours: float) -> str:
    until = datetime.now(UTC) + timedelta(hours=hours)
    return f"gitlab-ecr: {lab.host}, valid until {until:%Y-%m-%dT%H:%MZ}, audience lab"


def _text(lab: Lab) -> str:
    return json.dumps(lab.document, separators=(",", ":"))


def _entry(lab: Lab, auth: str) -> None:
    lab.document["auths"][lab.host] = {"auth": auth}


def _key(lab: Lab, key: str) -> None:
    lab.document["auths"][key] = lab.document["auths"].pop(lab.host)


def single_quotes(lab: Lab) -> None:
    lab.text = _text(lab).replace('"', "'")


def no_braces(lab: Lab) -> None:
    lab.text = _text(lab)[1:-1]


def cut_off(lab: Lab) -> None:
    lab.text = _text(lab)[:-2]


def password_alone(lab: Lab) -> None:
    lab.text = lab.password()


def no_auths_around(lab: Lab) -> None:
    lab.document = lab.document["auths"]


def bare_password(lab: Lab) -> None:
    _entry(lab, lab.password())


def line_break_after_the_password(lab: Lab) -> None:
    _entry(lab, base64.b64encode(f"AWS:{lab.password()}\n".encode()).decode())


def misspelled_key(lab: Lab) -> None:
    lab.absent = True
    lab.set("project", "DOCKER_AUTHCONFIG", _text(lab), raw=True)


def closer_group_hides(lab: Lab) -> None:
    lab.world.gitlab.create_group(f"{lab.group}/sub")
    lab.world.gitlab.create_project(f"{lab.group}/sub/app")
    parent, lab.project = lab.group, f"{lab.group}/sub/app"
    lab.world.gitlab.set_variable("group", parent, KEY, _text(lab), raw=True)
    lab.owner, lab.text = "group", FOREIGN


def not_base64(lab: Lab) -> None:
    _entry(lab, f"AWS:{lab.password()}")


def empty_entry(lab: Lab) -> None:
    lab.document["auths"][lab.host] = {}


def other_user(lab: Lab) -> None:
    _entry(lab, base64.b64encode(f"admin:{lab.password()}".encode()).decode())


def changed_token(lab: Lab) -> None:
    _entry(lab, base64.b64encode(f"AWS:{lab.password()[:-8]}AAAAAAA=".encode()).decode())


def token_expired(lab: Lab) -> None:
    lab.world.cloud.tokens.kill(fingerprint(lab.auth))


def no_variable(lab: Lab) -> None:
    lab.absent = True


def protected_variable(lab: Lab) -> None:
    lab.flags["protected"] = True


def protected_variable_in_a_merge_request(lab: Lab) -> None:
    lab.flags["protected"] = True
    lab.world.gitlab.protect_branch(lab.project, "main")
    lab.arguments += ["--ref", "feature/x", "--merge-into", "main"]


def for_an_environment(lab: Lab) -> None:
    lab.flags["environment_scope"] = "production"


def for_another_environment(lab: Lab) -> None:
    lab.flags["environment_scope"] = "review/*"
    lab.arguments += ["--environment", "staging"]


def hidden_by_the_project(lab: Lab) -> None:
    lab.owner = "group"
    lab.extra.append(lambda: lab.set("project", KEY, FOREIGN, raw=True))


def runners_own_is_hidden(lab: Lab) -> None:
    config = f"[[runners]]\nenvironment = ['{KEY}={_text(lab)}']\n"
    lab.arguments += ["--runner-config", lab.file("config.toml", config)]
    lab.text = FOREIGN


def hidden_by_hand(lab: Lab) -> None:
    lab.flags |= {"masked_and_hidden": True, "description": "made by hand"}


def hidden_and_expired(lab: Lab) -> None:
    lab.flags |= {"masked_and_hidden": True, "description": description(lab, -3)}


def hidden_for_another_host(lab: Lab) -> None:
    message = description(lab, 3).replace(lab.host, OTHER_REGION)
    lab.flags |= {"masked_and_hidden": True, "description": message}


def helper_missing(lab: Lab) -> None:
    lab.document = {"credHelpers": {lab.host: "ecr-login"}}


def store_missing(lab: Lab) -> None:
    lab.document = {"credsStore": "ecr-login"}


def helper_beside_auths(lab: Lab) -> None:
    lab.document["credHelpers"] = {"public.ecr.aws": "ecr-login"}


def helper_with_path(lab: Lab) -> None:
    lab.document = {"credHelpers": {lab.host: "../bin/ecr-login"}}


def not_declared(lab: Lab) -> None:
    rewrite_image(lab, "ci/node", "ci/python")


def layers_denied(lab: Lab) -> None:
    lab.role_policy("Deny", "ecr:GetDownloadUrlForLayer", "ci/node")


def repository_policy_denies(lab: Lab) -> None:
    ecr = lab.world.aws("ecr")
    statement = {"Effect": "Deny", "Principal": "*", "Action": "ecr:BatchGetImage"}
    text = policy(statement)
    ecr.set_repository_policy(repositoryName="ci/node", policyText=text)
    lab.undo.callback(ecr.delete_repository_policy, repositoryName="ci/node")


def never_rotated(lab: Lab) -> None:
    lab.text = '{"auths":{}}'


def not_raw(lab: Lab) -> None:
    _entry(lab, "$ECR_AUTH")
    lab.flags["raw"] = False


def raw_with_a_variable(lab: Lab) -> None:
    lab.set("project", "ECR_AUTH", lab.auth)
    _entry(lab, "$ECR_AUTH")


def wildcard_host(lab: Lab) -> None:
    _key(lab, "*.dkr.ecr.eu-central-1.amazonaws.com")


def host_with_port(lab: Lab) -> None:
    _key(lab, f"{lab.host}:443")


def path_of_another_repository(lab: Lab) -> None:
    _key(lab, f"{lab.host}/ci/python")


def registry_out_of_reach(lab: Lab) -> None:
    lab.undo.enter_context(patch("components.rotation.http._ATTEMPTS", 1))  # it waits seconds before it asks again
    _key(lab, OTHER_REGION)
    rewrite_image(lab, lab.host, OTHER_REGION)


def dead_token_hides_a_helper(lab: Lab) -> None:
    """The group's variable asks the helper, and the project's holds a token that has ended."""
    token_expired(lab)
    lab.set("group", KEY, json.dumps({"credHelpers": {lab.host: "ecr-login"}}), raw=True)


def dead_token_hides_a_helper_that_is_named(lab: Lab) -> None:
    dead_token_hides_a_helper(lab)
    lab.arguments += ["--helper", "ecr-login"]


def home_in_single_quotes(lab: Lab) -> None:
    lab.absent = True
    lab.arguments += ["--docker-config", str(CONFIGS / "home-malformed.json")]


def home_with_a_wildcard(lab: Lab) -> None:
    lab.absent = True
    lab.arguments += ["--docker-config", str(CONFIGS / "214-wildcard.json")]


def only_a_job_role(lab: Lab) -> None:
    lab.absent = True
    lab.set("project", "AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/gitlab-ecr-local/job/x")
