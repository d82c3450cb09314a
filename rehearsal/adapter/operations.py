"""The resources around the function: log groups, queues, alarms."""

from typing import Any, Final

from .clients import Clients, arn, given, retag, tag_list, tag_map
from .kind import Created, GoneError, Kind, Values, keys

_ALARM_NAMES: Final = {"name": "AlarmName", "alarmActions": "AlarmActions", "okActions": "OKActions"}


def _create_log_group(clients: Clients, inputs: Values) -> Created:
    logs, name = clients.aws("logs", inputs.get("region")), inputs["name"]
    logs.create_log_group(**given(logGroupName=name, kmsKeyId=inputs.get("kmsKeyId"), tags=inputs.get("tags")))
    if days := inputs.get("retentionInDays"):
        logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    return name, {"arn": arn(clients, "logs", f"log-group:{name}")}


def _read_log_group(clients: Clients, id_: str, _state: Values) -> Values:
    logs = clients.aws("logs")
    found = [
        group for group in logs.describe_log_groups(logGroupNamePrefix=id_)["logGroups"] if group["logGroupName"] == id_
    ]
    if not found:
        raise GoneError(id_)
    known_as = arn(clients, "logs", f"log-group:{id_}")
    return {
        "name": id_,
        "arn": known_as,
        "retentionInDays": found[0].get("retentionInDays"),
        "kmsKeyId": found[0].get("kmsKeyId"),
        "tags": logs.list_tags_for_resource(resourceArn=known_as).get("tags") or None,
    }


def _update_log_group(clients: Clients, id_: str, state: Values, inputs: Values) -> None:
    logs = clients.aws("logs", inputs.get("region"))
    if days := inputs.get("retentionInDays"):
        logs.put_retention_policy(logGroupName=id_, retentionInDays=days)
    else:
        logs.delete_retention_policy(logGroupName=id_)
    retag(logs, "resource", state, inputs, as_map=True, resourceArn=state["arn"])


def _delete_log_group(clients: Clients, id_: str, _state: Values) -> None:
    clients.aws("logs").delete_log_group(logGroupName=id_)


def _create_queue(clients: Clients, inputs: Values) -> Created:
    sqs = clients.aws("sqs", inputs.get("region"))
    url = sqs.create_queue(
        QueueName=inputs["name"], Attributes=_queue_attributes(inputs), tags=inputs.get("tags") or {}
    )["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return url, {"arn": arn, "url": url}


def _read_queue(clients: Clients, id_: str, _state: Values) -> Values:
    sqs = clients.aws("sqs")
    found = sqs.get_queue_attributes(QueueUrl=id_, AttributeNames=["All"])["Attributes"]
    return {
        "name": id_.rpartition("/")[2],
        "url": id_,
        "arn": found["QueueArn"],
        "messageRetentionSeconds": int(found["MessageRetentionPeriod"]),
        "sqsManagedSseEnabled": found.get("SqsManagedSseEnabled", "false") == "true",
        "kmsMasterKeyId": found.get("KmsMasterKeyId"),
        "tags": sqs.list_queue_tags(QueueUrl=id_).get("Tags") or None,
    }


def _update_queue(clients: Clients, id_: str, state: Values, inputs: Values) -> None:
    sqs = clients.aws("sqs", inputs.get("region"))
    sqs.set_queue_attributes(QueueUrl=id_, Attributes=_queue_attributes(inputs))
    retag(sqs, "queue", state, inputs, as_map=True, QueueUrl=id_)


def _delete_queue(clients: Clients, id_: str, _state: Values) -> None:
    clients.aws("sqs").delete_queue(QueueUrl=id_)


def _queue_attributes(inputs: Values) -> dict[str, str]:
    attributes = given(
        MessageRetentionPeriod=inputs.get("messageRetentionSeconds"),
        SqsManagedSseEnabled=inputs.get("sqsManagedSseEnabled"),
        KmsMasterKeyId=inputs.get("kmsMasterKeyId"),
    )
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in attributes.items()}


def _put_alarm(clients: Clients, inputs: Values) -> Created:
    arguments = {
        _ALARM_NAMES.get(key, key[:1].upper() + key[1:]): value
        for key, value in inputs.items()
        if key not in ("dimensions", "tags", "region") and value is not None
    }
    dimensions = [{"Name": key, "Value": value} for key, value in inputs.get("dimensions", {}).items()]
    clients.aws("cloudwatch", inputs.get("region")).put_metric_alarm(
        **arguments, Dimensions=dimensions, **given(Tags=tag_list(inputs.get("tags")))
    )
    return inputs["name"], {"arn": arn(clients, "cloudwatch", f"alarm:{inputs['name']}")}


def _read_alarm(clients: Clients, id_: str, state: Values) -> Values:
    cloudwatch = clients.aws("cloudwatch")
    alarms = cloudwatch.describe_alarms(AlarmNames=[id_])["MetricAlarms"]
    if not alarms:
        raise GoneError(id_)
    spelled = {theirs: ours for ours, theirs in _ALARM_NAMES.items()}
    found = {spelled.get(key, key[:1].lower() + key[1:]): value for key, value in alarms[0].items()}
    known: dict[str, Any] = {key: found.get(key) for key in state if key not in ("dimensions", "tags", "region", "arn")}
    return {
        **known,
        "name": id_,
        "arn": alarms[0]["AlarmArn"],
        "dimensions": {pair["Name"]: pair["Value"] for pair in alarms[0].get("Dimensions", [])} or None,
        "tags": tag_map(cloudwatch.list_tags_for_resource(ResourceARN=alarms[0]["AlarmArn"]).get("Tags")),
    }


def _update_alarm(clients: Clients, _id: str, state: Values, inputs: Values) -> None:
    _put_alarm(clients, {key: value for key, value in inputs.items() if key != "tags"})
    retag(clients.aws("cloudwatch"), "resource", state, inputs, ResourceARN=state["arn"])


def _delete_alarm(clients: Clients, id_: str, _state: Values) -> None:
    clients.aws("cloudwatch").delete_alarms(AlarmNames=[id_])


KINDS: Final = {
    "aws:cloudwatch/logGroup:LogGroup": Kind(
        create=_create_log_group,
        read=_read_log_group,
        update=_update_log_group,
        delete=_delete_log_group,
        replaced_by=keys("name", "region", "logGroupClass"),
        computed=keys("arn", "tagsAll"),
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Kind(
        create=_put_alarm,
        read=_read_alarm,
        update=_update_alarm,
        delete=_delete_alarm,
        replaced_by=keys("name", "region"),
        computed=keys("arn", "tagsAll"),
    ),
    "aws:sqs/queue:Queue": Kind(
        create=_create_queue,
        read=_read_queue,
        update=_update_queue,
        delete=_delete_queue,
        replaced_by=keys("name", "fifoQueue", "region"),
        computed=keys("arn", "url", "tagsAll"),
    ),
}
