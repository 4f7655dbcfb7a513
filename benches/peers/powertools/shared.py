"""What both functions use."""

import hashlib
import json
import os
import pathlib
import uuid

import boto3
import fastjsonschema
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig

PREFIX = os.environ["PEER_PREFIX"]
BUCKET = f"{PREFIX}-content-objects"
SERVICE = os.environ["POWERTOOLS_SERVICE_NAME"]
KEPT_SECONDS = 90 * 24 * 3600

logger = Logger()
metrics = Metrics()
processor = BatchProcessor(event_type=EventType.SQS)
ledger = DynamoDBPersistenceLayer(table_name=f"{PREFIX}-{SERVICE}-idempotency")
s3 = boto3.client("s3")
sns = boto3.client("sns")


def idempotent_by(key):
    """By the caller's id. The in-progress record ends with the invocation (`register_lambda_context`)."""
    return IdempotencyConfig(
        event_key_jmespath=key, raise_on_no_idempotency_key=True, expires_after_seconds=KEPT_SECONDS
    )


def contract(name):
    """Compiled once: the `validate` utility compiles at every call, which is most of its time."""
    text = pathlib.Path(os.environ["PEER_CONTRACTS"], f"{name}.json").read_text()
    return fastjsonschema.compile(json.loads(text))


def content_id(request_id):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, request_id))


def publish(topic, kind, cause, payload):
    """With an id made from its cause, so that who gets it twice can tell."""
    attributes = {"ce-id": str(uuid.uuid5(uuid.UUID(cause), kind)), "ce-type": kind, "ce-source": f"/peers/{SERVICE}"}
    texts = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    arn = f"arn:aws:sns:{os.environ['AWS_REGION']}:{os.environ['PEER_ACCOUNT']}:{PREFIX}-{topic}"
    sns.publish(TopicArn=arn, Message=json.dumps(payload), MessageAttributes=texts)


def sha256(body):
    return hashlib.sha256(body).hexdigest()
