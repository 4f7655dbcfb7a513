"""Alarms watch what is really written: their metrics are compared with the lines the built functions logged."""

import json
import time
import uuid
from collections.abc import Iterator

import pytest
from api import new_key
from events import Recorder, send
from mesh import Mesh
from stack import Stack

Metric = tuple[str, str, frozenset[tuple[str, str]]]
NAMESPACE = "ContentMesh"


@pytest.fixture(scope="module")
def alarms(mesh: Mesh) -> list[dict]:
    pages = mesh.cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=mesh.prefix)
    found = [alarm for page in pages for alarm in page["MetricAlarms"]]
    assert found, "no alarm exists"
    return found


def of_alarm(alarm: dict) -> Metric:
    dimensions = frozenset((entry["Name"], entry["Value"]) for entry in alarm["Dimensions"])
    return alarm["Namespace"], alarm["MetricName"], dimensions


def written(mesh: Mesh, agent: str) -> set[Metric]:
    """The metrics in an agent's log (CloudWatch's embedded metric format)."""
    return {
        metric for line in mesh.log_lines(mesh.name(agent)) if '"_aws"' in line for metric in of_line(json.loads(line))
    }


def of_line(line: dict) -> Iterator[Metric]:
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for dimensions in directive["Dimensions"]:
            values = frozenset((name, line[name]) for name in dimensions)
            for metric in directive["Metrics"]:
                assert metric["Name"] in line, "a metric without a value"
                yield directive["Namespace"], metric["Name"], values


@pytest.fixture(scope="module")
def article(mesh: Mesh, stack: Stack) -> None:
    """An article that every agent had its part in."""
    api = new_key(mesh, stack.api)()
    api.put_site("watched", refine=True, metadata=True, imagesPerArticle=1)
    assert api.follow(api.generate(api.put_post("watched", "What alarms watch")))[-1]["status"] == "complete"


def test_every_metric_of_ours_that_an_alarm_watches_is_written(
    mesh: Mesh, article: None, recorder: Recorder, alarms: list[dict]
) -> None:
    for agent in mesh.agents:
        provoke(mesh, agent)
    watched = {of_alarm(alarm): alarm["AlarmName"] for alarm in alarms if alarm["Namespace"] == NAMESPACE}
    assert len(watched) >= 2 * len(mesh.agents)
    # Who only looks on refuses nothing: its failures cannot be provoked from outside.
    unprovoked = {f"{mesh.name(agent)}-failures" for agent, declared in mesh.agents.items() if not declared["publishes"]}

    def missing() -> set[str]:
        seen = set().union(*(written(mesh, agent) for agent in mesh.agents))
        return {name for metric, name in watched.items() if metric not in seen} - unprovoked

    until = time.monotonic() + 60
    while (left := missing()) and time.monotonic() < until:
        time.sleep(1)
    assert not left, f"alarms on what nobody writes: {left}"


def provoke(mesh: Mesh, agent: str) -> None:
    """Sends the agent what breaks its contract, so that it counts a failure."""
    channel = mesh.agents[agent]["subscribes"][0]
    # Of a run that somebody else began: its end is not taken by whoever refuses first.
    send(mesh, channel["channel"], channel["types"][0], {}, str(uuid.uuid4()))


def test_no_metric_has_an_id_among_its_dimensions(mesh: Mesh) -> None:
    for agent in mesh.agents:
        for namespace, _, dimensions in written(mesh, agent):
            assert namespace == NAMESPACE
            names = {name for name, _ in dimensions}
            assert names in ({"Agent"}, {"Agent", "ErrorType"}), names
            assert dict(dimensions)["Agent"] == agent


@pytest.fixture(scope="module")
def names(mesh: Mesh) -> dict[str, set[str]]:
    """What exists, by the dimension that CloudWatch names it by."""
    return {
        "QueueName": {url.rsplit("/", 1)[1] for url in mesh.sqs.list_queues()["QueueUrls"]},
        "FunctionName": {one["FunctionName"] for one in mesh.lambda_.list_functions()["Functions"]},
        "ApiId": {api["ApiId"] for api in mesh.apigatewayv2.get_apis()["Items"]},
        "TopicName": {topic["TopicArn"].rsplit(":", 1)[1] for topic in mesh.sns.list_topics()["Topics"]},
    }


def test_what_aws_measures_exists(alarms: list[dict], names: dict[str, set[str]]) -> None:
    others = [alarm for alarm in alarms if alarm["Namespace"] != NAMESPACE]
    assert {alarm["Namespace"] for alarm in others} >= {"AWS/SQS", "AWS/Lambda"}
    for alarm in others:
        for dimension in alarm["Dimensions"]:
            assert dimension["Value"] in names[dimension["Name"]], alarm["AlarmName"]


def test_the_dashboard_shows_every_agent_and_the_gateway(mesh: Mesh, names: dict[str, set[str]]) -> None:
    body = mesh.cloudwatch.get_dashboard(DashboardName=mesh.prefix)["DashboardBody"]
    widgets = [widget["properties"] for widget in json.loads(body)["widgets"]]
    assert {widget["title"].split(":")[0] for widget in widgets} == {*mesh.agents, "gateway"}
    for namespace, _, dimension, value in (metric for widget in widgets for metric in widget["metrics"]):
        assert value in (mesh.agents if namespace == NAMESPACE else names[dimension]), value


def test_each_alarm_goes_off(mesh: Mesh, alarms: list[dict]) -> None:
    """Values beyond each threshold; the endpoint's own evaluation looks at name and namespace only."""
    for alarm in alarms:
        put(mesh, alarm, beyond(alarm))
    for alarm in alarms:
        described = mesh.cloudwatch.describe_alarms(AlarmNames=[alarm["AlarmName"]])["MetricAlarms"]
        assert described[0]["StateValue"] == "ALARM", alarm["AlarmName"]
        assert described[0]["AlarmActions"] == [f"arn:aws:sns:{mesh.region}:{mesh.account}:{mesh.name('ops')}"]


def beyond(alarm: dict) -> float:
    return 0 if alarm["ComparisonOperator"].startswith("Less") else alarm["Threshold"] * 1000 + 1


def put(mesh: Mesh, alarm: dict, value: float) -> None:
    datum = {"MetricName": alarm["MetricName"], "Dimensions": alarm["Dimensions"], "Value": value}
    mesh.cloudwatch.put_metric_data(Namespace=alarm["Namespace"], MetricData=[datum])
