"""The recorder reports what the engine would have received; a test on a broken recorder proves nothing."""

import pulumi
import pulumi_aws as aws
import pytest

from validation.recorder import Recorder


class _Sample(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("gitlab-ecr:index:Sample", name)
        first = aws.sqs.Queue("first", name="q", opts=pulumi.ResourceOptions(parent=self))
        aws.ssm.Parameter(
            "second",
            type="SecureString",
            name=pulumi.Output.secret("n"),
            value=first.arn,
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["value"], depends_on=[first]),
        )
        self.register_outputs({"name": "q"})


def test_after_the_program_everything_is_recorded(recorder: Recorder) -> None:
    pulumi.runtime.test(lambda: _Sample("sample") and None)()
    second = recorder.one("aws:ssm/parameter:Parameter")
    assert (second.name, second.parent, second.ignore_changes) == ("second", "sample", ("value",))
    assert second.inputs["name"] == "n"
    assert {"name"} <= second.secret_inputs
    assert second.dependencies == ("first",)
    assert recorder.outputs["sample"] == {"name": "q"}


def test_an_unannounced_invoke_raises(recorder: Recorder) -> None:
    async def program() -> None:
        aws.get_region()

    with pytest.raises(Exception, match="unexpected invoke of aws:index/getRegion:getRegion"):
        pulumi.runtime.test(program)()


def test_in_a_first_preview_outputs_are_unknown(first_preview: Recorder) -> None:
    pulumi.runtime.test(lambda: _Sample("sample") and None)()
    second = first_preview.one("aws:ssm/parameter:Parameter")
    assert isinstance(second.inputs["value"], pulumi.output.Unknown)
