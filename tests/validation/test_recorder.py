import inspect

from pulumi.runtime import resource

import validation.recorder as recorder_module


def test_the_sdk_still_asks_by_the_name_that_the_recorder_replaces() -> None:
    assert recorder_module
    assert "_get_stack_trace(" in inspect.getsource(resource)
