"""Pulumi's own engine with a GitLab token that Secrets Manager renews: unchanged stays unchanged, no token is lost."""

import shutil
from pathlib import Path

import pytest

from rehearsal import stack_file, token_steps
from rehearsal.engine.__main__ import NO_ENGINE
from rehearsal.engine.engine import Engine
from rehearsal.world import World

_MANAGED = Path(__file__).parents[2] / "data" / "Pulumi.managed.yaml"
_TYPE = "aws:secretsmanager/secretRotation:SecretRotation"
_OWN, _ITS = "gitlab-ecr-managed/gitlab-token", "gitlab-ecr-managed/gitlab-token-managed"


@pytest.mark.engine
@pytest.mark.skipif(not shutil.which("pulumi"), reason=NO_ENGINE)
def test_the_renewal_is_never_replaced_and_no_change_of_the_renewal_loses_a_token() -> None:
    file = stack_file.read(_MANAGED)
    with World(file.declaration) as world, Engine(_MANAGED, world) as engine:
        secrets = world.aws("secretsmanager")

        def names() -> list[str]:
            return sorted(secret["Name"] for secret in secrets.list_secrets()["SecretList"])

        token_steps.adopt_secret(world, file.declaration, lambda _: None)
        assert engine.up().ok
        # The provider shows an ARN where the program wrote a name.
        for step in (engine.up, engine.refresh, engine.up):
            outcome = step()
            assert (outcome.ok, outcome.changes) == (True, [])
        with engine.edit() as config:
            config["gitlab-ecr:rotation"]["tokenRenewal"] = "own"
        without_token = engine.up()
        assert not without_token.ok
        assert f"the secret {_OWN} is empty; store one with `gitlab-ecr token set`" in without_token.errors
        assert secrets.describe_secret(SecretId=_ITS)["RotationEnabled"] is True
        secrets.put_secret_value(SecretId=_OWN, SecretString=world.gitlab.create_token("own", ["api"], user="root"))
        outcome = engine.up()
        assert outcome.ok, outcome.errors
        assert [step.op for step in outcome.of_type(_TYPE)] == ["delete"]
        assert (names(), secrets.describe_secret(SecretId=_ITS)["RotationEnabled"]) == ([_OWN, _ITS], False)
        with engine.edit() as config:
            config["gitlab-ecr:rotation"]["tokenRenewal"] = "managed"
        outcome = engine.up()
        assert outcome.ok, outcome.errors
        assert names() == [_ITS]
        assert engine.destroy().ok
        assert names() == [_ITS]
