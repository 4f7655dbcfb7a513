"""The peer: what `echo` does, written with Powertools for AWS Lambda (Python) as its documentation shows it.

Per record: SNS notification, CloudEvents attributes, JSON Schema of the request, idempotency by event id (another payload
under the same id is refused), JSON Schema of the answer, publish, three log lines, two metrics. Partial batch responses.

PEER_PORTS=aws|memory   DynamoDB and SNS, or a dictionary and nothing
PEER_SCHEMA=each|once   the `validate` utility, which compiles the schema each time, or fastjsonschema compiled at start
"""

import datetime
import json
import os
import pathlib
import time
import uuid

import fastjsonschema
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.validation import validate

CONTRACTS = pathlib.Path(os.environ["PEER_CONTRACTS"])
SOURCE = "/mesh/echo"
KEPT_SECONDS = 90 * 24 * 3600
TOPIC = f"arn:aws:sns:{os.environ['AWS_REGION']}:{os.environ['MESH_ACCOUNT']}:{os.environ['MESH_PREFIX']}-echo-echoed"

logger = Logger(service="echo")
metrics = Metrics(namespace="ContentMesh", service="echo")
processor = BatchProcessor(event_type=EventType.SQS)


def schema_of(contract):
    return json.loads((CONTRACTS / f"{contract}.json").read_text())


def check_with(schema):
    if os.environ["PEER_SCHEMA"] == "once":
        return fastjsonschema.compile(schema)
    return lambda data: validate(event=data, schema=schema)


check_request = check_with(schema_of("echo-requested-v1"))
check_answer = check_with(schema_of("echoed-v1"))

if os.environ["PEER_PORTS"] == "aws":
    import boto3
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

    ledger = DynamoDBPersistenceLayer(table_name="peer-ledger-of-echo")
    topics = boto3.client("sns")

    def publish(message, attributes):
        texts = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
        topics.publish(TopicArn=TOPIC, Message=message, MessageAttributes=texts)
else:
    from memory import MemoryPersistenceLayer

    ledger = MemoryPersistenceLayer()

    def publish(message, attributes):
        pass


config = IdempotencyConfig(
    event_key_jmespath="id", payload_validation_jmespath="data", expires_after_seconds=KEPT_SECONDS
)


@idempotent_function(data_keyword_argument="event", config=config, persistence_store=ledger)
def handle(event):
    begun = time.perf_counter()
    logger.info("EchoRequestedReceived", event_id=event["id"], correlation_id=event["correlation"], attempt=1)
    check_request(event["data"])
    answer = {"message": event["data"]["message"]}
    check_answer(answer)
    child = str(uuid.uuid5(uuid.UUID(event["id"]), "echo/Echoed/0"))
    body = json.dumps(answer)
    publish(body, {
        "ce-specversion": "1.0",
        "ce-id": child,
        "ce-type": "Echoed",
        "ce-source": SOURCE,
        "ce-time": datetime.datetime.now(datetime.timezone.utc).isoformat(),
        "ce-correlationid": event["correlation"],
        "ce-dataschema": "urn:content-mesh:contract:echoed-v1",
        "traceparent": event["traceparent"],
    })
    logger.info("EchoedEmitted", event_id=child, correlation_id=event["correlation"], bytes=len(body))
    took = (time.perf_counter() - begun) * 1000
    metrics.add_metric(name="Echo.SuccessCount", unit=MetricUnit.Count, value=1)
    metrics.add_metric(name="Echo.LatencyMs", unit=MetricUnit.Milliseconds, value=took)
    logger.info("Processed.", event_id=event["id"], correlation_id=event["correlation"], ended="Completed", ms=took)
    return {"id": child}


def one(record: SQSRecord):
    notification = json.loads(record.body)
    attributes = {name: value["Value"] for name, value in notification["MessageAttributes"].items()}
    if attributes["ce-type"] != "EchoRequested":
        return
    handle(event={
        "id": attributes["ce-id"],
        "correlation": attributes["ce-correlationid"],
        "traceparent": attributes["traceparent"],
        "data": json.loads(notification["Message"]),
    })


@metrics.log_metrics
def lambda_handler(event, context):
    config.register_lambda_context(context)
    return process_partial_response(event=event, record_handler=one, processor=processor, context=context)
