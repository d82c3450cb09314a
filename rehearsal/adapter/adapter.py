"""The adapter's two entry points, and its table."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from . import ecr, gitlab, iam, lambdas, operations
from .clients import Clients

Created = tuple[str, dict[str, Any]]
"""A resource's id, and the outputs that its inputs do not hold already."""

_CREATE: dict[str, Callable[[Clients, dict[str, Any]], Created]] = {
    "aws:cloudwatch/dashboard:Dashboard": operations.dashboard,
    "aws:cloudwatch/logGroup:LogGroup": operations.log_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": operations.metric_alarm,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": ecr.lifecycle_policy,
    "aws:ecr/repository:Repository": ecr.repository,
    "aws:iam/role:Role": iam.role,
    "aws:iam/rolePolicy:RolePolicy": iam.role_policy,
    "aws:lambda/function:Function": lambdas.function,
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": lambdas.event_invoke_config,
    "aws:lambda/invocation:Invocation": lambdas.invocation,
    "aws:scheduler/schedule:Schedule": operations.schedule,
    "aws:scheduler/scheduleGroup:ScheduleGroup": operations.schedule_group,
    "aws:secretsmanager/secret:Secret": operations.secret,
    "aws:sns/topic:Topic": operations.topic,
    "aws:sns/topicSubscription:TopicSubscription": operations.topic_subscription,
    "aws:sqs/queue:Queue": operations.queue,
    "aws:ssm/parameter:Parameter": operations.parameter,
    "gitlab:index/groupVariable:GroupVariable": gitlab.group_variable,
    "gitlab:index/projectVariable:ProjectVariable": gitlab.project_variable,
    "gitlab:index/userRunner:UserRunner": gitlab.user_runner,
}

_INVOKE: dict[str, Callable[[Clients, Mapping[str, Any]], dict[str, Any]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": iam.caller_identity,
}


class AdapterError(Exception):
    """A resource or an invoke failed; one line: its type, its name, the reason."""


class Adapter:
    """Creates resources over the emulators' real APIs. It only creates: no update, no delete, no diff."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def create(self, type_: str, name: str, inputs: dict[str, Any]) -> Created:
        """Creates one resource.

        Args:
            type_: Pulumi's type token.
            name: the resource's name in the program.
            inputs: camelCase as Pulumi sends them, without secret wrappers.

        Raises:
            AdapterError: the type is not in the table, or the API refused.
        """
        if type_ not in _CREATE:
            raise AdapterError(f"{type_} {name}: the rehearsal has no such type; add it to rehearsal/adapter")
        try:
            id_, outputs = _CREATE[type_](self._clients, _whole_numbers(inputs))
        except (ClientError, BotoCoreError, gitlab.RefusedError, lambdas.InvocationError) as error:
            raise AdapterError(f"{type_} {name}: {error}") from None
        return id_, {**inputs, **outputs}

    def invoke(self, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """Answers a provider's function.

        Raises:
            AdapterError: the function is not in the table, or the API refused.
        """
        if token not in _INVOKE:
            raise AdapterError(f"{token}: the rehearsal has no such function; add it to rehearsal/adapter")
        return _INVOKE[token](self._clients, args)


def _whole_numbers(value: Any) -> Any:
    """Pulumi's numbers are floats; the APIs want integers."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    return value
