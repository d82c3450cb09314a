"""`aws:scheduler` resources."""

from typing import Final

from .clients import Clients, camel, given, pascal, retag, tag_list, tag_map
from .kind import Created, Kind, Values, keys


def _create_group(clients: Clients, inputs: Values) -> Created:
    answer = clients.aws("scheduler", inputs.get("region")).create_schedule_group(
        Name=inputs["name"], **given(Tags=tag_list(inputs.get("tags")))
    )
    return inputs["name"], {"arn": answer["ScheduleGroupArn"]}


def _read_group(clients: Clients, id_: str, _state: Values) -> Values:
    scheduler = clients.aws("scheduler")
    found = scheduler.get_schedule_group(Name=id_)
    tags = scheduler.list_tags_for_resource(ResourceArn=found["Arn"]).get("Tags")
    return {"name": found["Name"], "arn": found["Arn"], "tags": tag_map(tags)}


def _update_group(clients: Clients, _id: str, state: Values, inputs: Values) -> None:
    scheduler = clients.aws("scheduler", inputs.get("region"))
    retag(scheduler, "resource", state, inputs, ResourceArn=state["arn"])


def _delete_group(clients: Clients, id_: str, _state: Values) -> None:
    clients.aws("scheduler").delete_schedule_group(Name=id_)


def _create_schedule(clients: Clients, inputs: Values) -> Created:
    answer = clients.aws("scheduler", inputs.get("region")).create_schedule(**_schedule(inputs))
    return f"{inputs.get('groupName', 'default')}/{inputs['name']}", {"arn": answer["ScheduleArn"]}


def _read_schedule(clients: Clients, id_: str, _state: Values) -> Values:
    group, _, name = id_.partition("/")
    found = clients.aws("scheduler").get_schedule(GroupName=group, Name=name)
    return {
        "name": name,
        "groupName": group,
        "description": found.get("Description"),
        "scheduleExpression": found["ScheduleExpression"],
        "scheduleExpressionTimezone": found.get("ScheduleExpressionTimezone"),
        "flexibleTimeWindow": camel(found["FlexibleTimeWindow"]),
        "state": found.get("State"),
        "target": camel(found["Target"]),
        "arn": found["Arn"],
    }


def _update_schedule(clients: Clients, _id: str, _state: Values, inputs: Values) -> None:
    clients.aws("scheduler", inputs.get("region")).update_schedule(**_schedule(inputs))


def _delete_schedule(clients: Clients, id_: str, _state: Values) -> None:
    group, _, name = id_.partition("/")
    clients.aws("scheduler").delete_schedule(GroupName=group, Name=name)


def _schedule(inputs: Values) -> Values:
    return given(
        Name=inputs["name"],
        GroupName=inputs.get("groupName"),
        Description=inputs.get("description"),
        ScheduleExpression=inputs["scheduleExpression"],
        ScheduleExpressionTimezone=inputs.get("scheduleExpressionTimezone"),
        FlexibleTimeWindow=pascal(inputs["flexibleTimeWindow"]),
        State=inputs.get("state"),
        Target=pascal(inputs["target"]),
    )


KINDS: Final = {
    "aws:scheduler/schedule:Schedule": Kind(
        create=_create_schedule,
        read=_read_schedule,
        update=_update_schedule,
        delete=_delete_schedule,
        replaced_by=keys("name", "groupName", "region"),
        computed=keys("arn"),
    ),
    "aws:scheduler/scheduleGroup:ScheduleGroup": Kind(
        create=_create_group,
        read=_read_group,
        update=_update_group,
        delete=_delete_group,
        replaced_by=keys("name", "region"),
        computed=keys("arn", "creationDate", "lastModificationDate", "state", "tagsAll"),
    ),
}
