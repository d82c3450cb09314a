"""What surrounds the function: log groups, queues, alarms, schedules, secrets, parameters."""

from typing import Any

from .clients import Clients, given, pascal, tag_list


def log_group(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    logs, name = clients.aws("logs", inputs.get("region")), inputs["name"]
    logs.create_log_group(**given(logGroupName=name, kmsKeyId=inputs.get("kmsKeyId"), tags=inputs.get("tags")))
    if days := inputs.get("retentionInDays"):
        logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    return name, {"arn": f"arn:aws:logs:{clients.region}:{clients.account}:log-group:{name}"}


def queue(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    sqs = clients.aws("sqs", inputs.get("region"))
    attributes = given(
        MessageRetentionPeriod=inputs.get("messageRetentionSeconds"),
        SqsManagedSseEnabled=inputs.get("sqsManagedSseEnabled"),
        KmsMasterKeyId=inputs.get("kmsMasterKeyId"),
    )
    texts = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in attributes.items()}
    url = sqs.create_queue(QueueName=inputs["name"], Attributes=texts, tags=inputs.get("tags") or {})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return url, {"arn": arn, "url": url}


def metric_alarm(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    cloudwatch = clients.aws("cloudwatch", inputs.get("region"))
    renamed = {"name": "AlarmName", "alarmActions": "AlarmActions", "okActions": "OKActions"}
    arguments = {
        renamed.get(key, key[:1].upper() + key[1:]): value
        for key, value in inputs.items()
        if key not in ("dimensions", "tags", "region") and value is not None
    }
    dimensions = [{"Name": key, "Value": value} for key, value in inputs.get("dimensions", {}).items()]
    cloudwatch.put_metric_alarm(**arguments, Dimensions=dimensions, **given(Tags=tag_list(inputs.get("tags"))))
    arn = f"arn:aws:cloudwatch:{clients.region}:{clients.account}:alarm:{inputs['name']}"
    return inputs["name"], {"arn": arn}


def dashboard(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    name = inputs["dashboardName"]
    clients.aws("cloudwatch", inputs.get("region")).put_dashboard(
        DashboardName=name, DashboardBody=inputs["dashboardBody"]
    )
    return name, {"dashboardArn": f"arn:aws:cloudwatch::{clients.account}:dashboard/{name}"}


def topic(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    answer = clients.aws("sns", inputs.get("region")).create_topic(
        Name=inputs["name"], **given(Tags=tag_list(inputs.get("tags")))
    )
    return answer["TopicArn"], {"arn": answer["TopicArn"]}


def topic_subscription(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    answer = clients.aws("sns", inputs.get("region")).subscribe(
        TopicArn=inputs["topic"], Protocol=inputs["protocol"], Endpoint=inputs["endpoint"], ReturnSubscriptionArn=True
    )
    return answer["SubscriptionArn"], {"arn": answer["SubscriptionArn"]}


def schedule_group(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    answer = clients.aws("scheduler", inputs.get("region")).create_schedule_group(
        Name=inputs["name"], **given(Tags=tag_list(inputs.get("tags")))
    )
    return inputs["name"], {"arn": answer["ScheduleGroupArn"]}


def schedule(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    answer = clients.aws("scheduler", inputs.get("region")).create_schedule(
        **given(
            Name=inputs["name"],
            GroupName=inputs.get("groupName"),
            Description=inputs.get("description"),
            ScheduleExpression=inputs["scheduleExpression"],
            ScheduleExpressionTimezone=inputs.get("scheduleExpressionTimezone"),
            FlexibleTimeWindow=pascal(inputs["flexibleTimeWindow"]),
            State=inputs.get("state"),
            Target=pascal(inputs["target"]),
        )
    )
    return f"{inputs.get('groupName', 'default')}/{inputs['name']}", {"arn": answer["ScheduleArn"]}


def secret(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    answer = clients.aws("secretsmanager", inputs.get("region")).create_secret(
        **given(
            Name=inputs["name"],
            Description=inputs.get("description"),
            KmsKeyId=inputs.get("kmsKeyId"),
            Tags=tag_list(inputs.get("tags")),
        )
    )
    return answer["ARN"], {"arn": answer["ARN"]}


def parameter(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    clients.aws("ssm", inputs.get("region")).put_parameter(
        **given(
            Name=inputs["name"],
            Type=inputs["type"],
            Value=inputs["value"],
            Tier=inputs.get("tier"),
            Description=inputs.get("description"),
            KeyId=inputs.get("keyId"),
            Tags=tag_list(inputs.get("tags")),
        )
    )
    arn = f"arn:aws:ssm:{clients.region}:{clients.account}:parameter/{inputs['name'].lstrip('/')}"
    return inputs["name"], {"arn": arn, "version": 1}
