import json
from typing import Any

import pulumi
import pytest
from policy_linter import lint
from pulumi.provider.experimental.component import ComponentProvider

from components.bootstrap.bootstrap import Bootstrap
from validation.recorder import Recorder

_ARGS: dict[str, Any] = {
    "account": "123456789012",
    "region": "eu-central-1",
    "project": "acme/infra",
    "project_id": "1001",
    "namespace_id": "100",
}
_KEY = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
_ROLE, _ROLE_POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"


def _declare(recorder: Recorder, **changes: Any) -> None:
    recorder.answers["aws:kms/key:Key"] = {"arn": _KEY, "keyId": "11111111-2222-3333-4444-555555555555"}
    pulumi.runtime.test(
        lambda: Bootstrap("bootstrap", {**_ARGS, **changes}) and None  # pyright: ignore[reportArgumentType] - options vary by test
    )()


def test_the_state_is_versioned_encrypted_closed_and_kept(recorder: Recorder) -> None:
    _declare(recorder)
    bucket = recorder.one("aws:s3/bucket:Bucket")
    assert bucket.inputs["bucket"] == "gitlab-ecr-state-123456789012-eu-central-1"
    assert bucket.protect
    versioning = recorder.one("aws:s3/bucketVersioning:BucketVersioning").inputs
    assert versioning["versioningConfiguration"] == {"status": "Enabled"}
    encryption = recorder.one("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")
    (rule,) = encryption.inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": _KEY}
    closed = recorder.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs
    switches = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert {key: closed[key] for key in switches} == dict.fromkeys(switches, True)
    (statement,) = json.loads(recorder.one("aws:s3/bucketPolicy:BucketPolicy").inputs["policy"])["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_key_rotates_and_is_kept(recorder: Recorder) -> None:
    _declare(recorder)
    key = recorder.one("aws:kms/key:Key")
    assert (key.inputs["enableKeyRotation"], key.inputs["deletionWindowInDays"], key.protect) == (True, 30, True)
    assert recorder.one("aws:kms/alias:Alias").inputs["name"] == "alias/gitlab-ecr"


def test_the_two_roles_lie_outside_every_stacks_path_and_trust_the_project(recorder: Recorder) -> None:
    _declare(recorder)
    roles = {role.name: role for role in recorder.of_type(_ROLE)}
    assert {name: (r.inputs["path"], r.inputs["name"]) for name, r in roles.items()} == {
        "bootstrap-preview": ("/gitlab-ecr/", "gitlab-ecr-preview"),
        "bootstrap-deploy": ("/gitlab-ecr/", "gitlab-ecr-deploy"),
    }
    for name, protected in (("bootstrap-preview", False), ("bootstrap-deploy", True)):
        trust = json.loads(roles[name].inputs["assumeRolePolicy"])
        equal = trust["Statement"][0]["Condition"]["StringEquals"]
        assert equal["gitlab.com:project_id"] == "1001"
        assert ("gitlab.com:ref_protected" in equal) is protected
        assert lint(trust) == []
        assert "bootstrap-gitlab" in roles[name].dependencies


def test_the_roles_policies_name_the_key(recorder: Recorder) -> None:
    _declare(recorder)
    for kind in ("preview", "deploy"):
        statements = json.loads(recorder.one(_ROLE_POLICY, f"bootstrap-{kind}").inputs["policy"])["Statement"]
        assert {s["Resource"] for s in statements if "kms:Decrypt" in s["Action"]} == {_KEY}


def test_a_preview_decrypts_what_is_declared(recorder: Recorder) -> None:
    _declare(recorder, previews=["dev"])
    statements = json.loads(recorder.one(_ROLE_POLICY, "bootstrap-preview").inputs["policy"])["Statement"]
    (secrets,) = [s for s in statements if s["Sid"] == "DecryptSecrets"]
    assert secrets["Condition"] == {"StringEquals": {"kms:EncryptionContext:stack": "dev"}}


def test_the_deploy_role_has_a_second_policy_that_lies_in_the_bootstraps_own_path(recorder: Recorder) -> None:
    _declare(recorder)
    services = recorder.one("aws:iam/policy:Policy", "bootstrap-services").inputs
    assert (services["path"], services["name"]) == ("/gitlab-ecr/", "gitlab-ecr-services")
    attached = recorder.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert attached.inputs["role"] == "gitlab-ecr-deploy"
    assert attached.inputs["policyArn"] == "arn:aws:iam::123456789012:policy/gitlab-ecr/gitlab-ecr-services"
    assert {"bootstrap-deploy", "bootstrap-services"} <= set(attached.dependencies)


def test_all_but_what_needs_the_keys_id_is_known_in_the_first_preview(first_preview: Recorder) -> None:
    pulumi.runtime.test(lambda: Bootstrap("bootstrap", {**_ARGS}) and None)()  # pyright: ignore[reportArgumentType] - a table's arguments
    made = first_preview
    assert made.outputs["bootstrap"] == {
        "state": "s3://gitlab-ecr-state-123456789012-eu-central-1?region=eu-central-1",
        "bootstrap_state": "s3://gitlab-ecr-state-123456789012-eu-central-1/bootstrap?region=eu-central-1",
        "secrets_provider": "awskms://alias/gitlab-ecr?region=eu-central-1&context_stack=",
        "preview_role": "arn:aws:iam::123456789012:role/gitlab-ecr/gitlab-ecr-preview",
        "deploy_role": "arn:aws:iam::123456789012:role/gitlab-ecr/gitlab-ecr-deploy",
        "permissions_boundary": "arn:aws:iam::123456789012:policy/gitlab-ecr/gitlab-ecr-boundary",
    }
    for policy in ("bootstrap-boundary", "bootstrap-services"):
        assert json.loads(made.one("aws:iam/policy:Policy", policy).inputs["policy"])["Statement"]


def test_a_self_managed_gitlab_is_trusted_by_its_own_url(recorder: Recorder) -> None:
    url = "https://gitlab.example.com"
    _declare(recorder, gitlab_url=url, project_id="", namespace_id="", thumbprints=["A" * 40])
    provider = recorder.one("aws:iam/openIdConnectProvider:OpenIdConnectProvider").inputs
    assert (provider["url"], provider["clientIdLists"], provider["thumbprintLists"]) == (url, [url], ["a" * 40])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"project_id": ""}, "project_id: missing; write the number"),
        ({"project": "acme/*"}, "project: got 'acme/"),
        ({"branch": "*"}, r"branch: got '\*'"),
        ({"gitlab_url": "https://gitlab.example.com"}, "project_id: AWS does not read this claim"),
        ({"prefix": "X"}, "prefix: got 'X'"),
        ({"prefix": "gitlab-ecr-team2"}, "prefix: got 'gitlab-ecr-team2'; write gitlab-ecr, or one word"),
        ({"repositories": ["ci/*", "$x"]}, r"repositories.*: got '\$x'; write names, or patterns such as ci/"),
        ({"repositories": ["CI"]}, "repositories.*: got 'CI'"),
        ({"repositories": [f"a-long-name-of-a-repository-{i}/*" for i in range(99)]}, "AWS accepts 6144; write fewer"),
        ({"previews": ["*"]}, r"previews.*: got '\*'; write the name of a stack"),
        ({"previews": ["dev?"]}, r"previews.*: got 'dev\?'"),
        ({"previews": ["dev", ""]}, "previews.*: got ''"),
        ({"previews": ["${aws:username}"]}, "previews.*: got"),
    ],
)
def test_a_mistake_is_named(recorder: Recorder, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _declare(recorder, **changes)


def test_pulumis_analyzer_reads_the_component() -> None:
    schema = json.loads(str(ComponentProvider([Bootstrap], "gitlab-ecr").schema))
    assert all(
        entry.get("description")
        for entry in schema["resources"]["gitlab-ecr:index:Bootstrap"]["inputProperties"].values()
    )


def test_every_resource_that_can_have_aws_tags_has_the_declared_ones(recorder: Recorder) -> None:
    _declare(recorder, tags={"team": "infra"})
    given = {each.type: each.inputs.get("tags") for each in recorder.resources if each.type.startswith("aws:")}
    assert {type_ for type_, tags in given.items() if not tags} == {
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:kms/alias:Alias",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketVersioning:BucketVersioning",
    }
    with_tags = [each for each in recorder.resources if each.inputs.get("tags")]
    assert [each.inputs["tags"] for each in with_tags] == [
        {"team": "infra"}
    ] * 7  # key, bucket, provider, 2 policies, 2 roles


def test_without_tags_nothing_has_any(recorder: Recorder) -> None:
    _declare(recorder)
    assert not any("tags" in each.inputs for each in recorder.resources)
