import inspect

from pulumi.runtime import resource


def test_the_sdk_still_calls_the_function_that_the_recorder_replaces() -> None:
    assert "_get_stack_trace(" in inspect.getsource(resource)
