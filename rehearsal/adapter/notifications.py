"""Alerting: topics, their subscriptions, and the dashboard."""

from typing import Final

from .clients import Clients, arn, given, retag, tag_list, tag_map
from .kind import Created, Kind, Values, again, keys


def _create_topic(clients: Clients, inputs: Values) -> Created:
    sns = clients.aws("sns", inputs.get("region"))
    arn = sns.create_topic(Name=inputs["name"], **given(Tags=tag_list(inputs.get("tags"))))["TopicArn"]
    return arn, {"arn": arn}


def _read_topic(clients: Clients, id_: str, _state: Values) -> Values:
    sns = clients.aws("sns")
    sns.get_topic_attributes(TopicArn=id_)
    tags = tag_map(sns.list_tags_for_resource(ResourceArn=id_).get("Tags"))
    return {"name": id_.rpartition(":")[2], "arn": id_, "tags": tags}


def _update_topic(clients: Clients, id_: str, state: Values, inputs: Values) -> None:
    retag(clients.aws("sns"), "resource", state, inputs, ResourceArn=id_)


def _delete_topic(clients: Clients, id_: str, _state: Values) -> None:
    clients.aws("sns").delete_topic(TopicArn=id_)


def _subscribe(clients: Clients, inputs: Values) -> Created:
    arn = clients.aws("sns", inputs.get("region")).subscribe(
        TopicArn=inputs["topic"], Protocol=inputs["protocol"], Endpoint=inputs["endpoint"], ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    return arn, {"arn": arn}


def _read_subscription(clients: Clients, id_: str, _state: Values) -> Values:
    found = clients.aws("sns").get_subscription_attributes(SubscriptionArn=id_)["Attributes"]
    return {"arn": id_, "topic": found["TopicArn"], "protocol": found["Protocol"], "endpoint": found["Endpoint"]}


def _unsubscribe(clients: Clients, id_: str, _state: Values) -> None:
    clients.aws("sns").unsubscribe(SubscriptionArn=id_)


def _put_dashboard(clients: Clients, inputs: Values) -> Created:
    name = inputs["dashboardName"]
    clients.aws("cloudwatch", inputs.get("region")).put_dashboard(
        DashboardName=name, DashboardBody=inputs["dashboardBody"]
    )
    return name, {"dashboardArn": arn(clients, "cloudwatch", f"dashboard/{name}", region="")}


def _read_dashboard(clients: Clients, id_: str, _state: Values) -> Values:
    found = clients.aws("cloudwatch").get_dashboard(DashboardName=id_)
    known_as = arn(clients, "cloudwatch", f"dashboard/{id_}", region="")
    return {"dashboardName": id_, "dashboardBody": found["DashboardBody"], "dashboardArn": known_as}


def _delete_dashboard(clients: Clients, id_: str, _state: Values) -> None:
    clients.aws("cloudwatch").delete_dashboards(DashboardNames=[id_])


KINDS: Final = {
    "aws:cloudwatch/dashboard:Dashboard": Kind(
        create=_put_dashboard,
        read=_read_dashboard,
        update=again(_put_dashboard),
        delete=_delete_dashboard,
        replaced_by=keys("dashboardName", "region"),
        computed=keys("dashboardArn"),
        auto_named=False,
    ),
    "aws:sns/topic:Topic": Kind(
        create=_create_topic,
        read=_read_topic,
        update=_update_topic,
        delete=_delete_topic,
        replaced_by=keys("name", "region", "fifoTopic"),
        computed=keys("arn", "owner", "tagsAll"),
    ),
    "aws:sns/topicSubscription:TopicSubscription": Kind(
        create=_subscribe,
        read=_read_subscription,
        delete=_unsubscribe,
        computed=keys("arn", "ownerId", "pendingConfirmation", "confirmationWasAuthenticated"),
        auto_named=False,
    ),
}
