"""The reviewer with Powertools for AWS Lambda (Python)."""

import json
import uuid

import boto3
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.idempotency import idempotent_function
from shared import BUCKET, PREFIX, contract, idempotent_by, ledger, logger, metrics, processor, publish, s3

check_ready = contract("content-ready-v1")
config = idempotent_by("content_id")
dynamodb = boto3.client("dynamodb")


@idempotent_function(data_keyword_argument="ready", config=config, persistence_store=ledger)
def review(ready):
    logger.info("ContentReadyReceived", request_id=ready["request_id"])
    key = ready["draft"]["uri"].removeprefix(f"s3://{BUCKET}/")
    words = len(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().split())
    # A row for each review that is carried out: a second one is seen.
    row = {"id": str(uuid.uuid4()), "request_id": ready["request_id"], "content_id": ready["content_id"]}
    item = {name: {"S": value} for name, value in row.items()} | {"words": {"N": str(words)}}
    dynamodb.put_item(TableName=f"{PREFIX}-effects", Item=item)
    reviewed = {"content_id": ready["content_id"], "request_id": ready["request_id"], "draft": ready["draft"]}
    publish("content-reviewed", "ReviewCompleted", ready["content_id"], reviewed | {"words": words})
    logger.info("ReviewCompletedEmitted", request_id=ready["request_id"], words=words)
    metrics.add_metric(name="Reviewed", unit=MetricUnit.Count, value=1)
    return {"content_id": ready["content_id"]}


def one(record):
    ready = json.loads(json.loads(record.body)["Message"])
    check_ready(ready)
    review(ready=ready)


@metrics.log_metrics
def lambda_handler(event, context):
    config.register_lambda_context(context)
    return process_partial_response(event=event, record_handler=one, processor=processor, context=context)
