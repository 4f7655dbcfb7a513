"""The writer with Powertools for AWS Lambda (Python): batches, idempotency on DynamoDB, validation, logs, metrics."""

import datetime
import json
import os

import urllib3
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.idempotency import idempotent_function
from shared import BUCKET, content_id, contract, idempotent_by, ledger, logger, metrics, processor, publish, s3, sha256

check_request = contract("content-request-v1")
check_ready = contract("content-ready-v1")
config = idempotent_by("request_id")
# Three calls in a row, the second at once, the third after a second; or when `Retry-After` says.
retries = urllib3.Retry(
    total=2, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503), allowed_methods=None, raise_on_status=True
)
http = urllib3.PoolManager(timeout=float(os.environ["PEER_PATIENCE"]), retries=retries)


def ask(prompt):
    body = {"model": "stub", "messages": [{"role": "user", "content": prompt}]}
    answer = http.request("POST", f"{os.environ['PEER_MODEL']}/chat/completions", json=body)
    if answer.status != 200:
        raise RuntimeError(f"the model answered {answer.status}")
    return answer.json()["choices"][0]["message"]["content"]


@idempotent_function(data_keyword_argument="request", config=config, persistence_store=ledger)
def write(request):
    logger.info("ContentRequestReceived", request_id=request["request_id"])
    topic, words = request["content_topic"], request["word_count"]
    text = ask(f"Write a {words}-word article on {topic}.")
    content = content_id(request["request_id"])
    key, body = f"drafts/{content}.md", text.encode()
    s3.put_object(Bucket=BUCKET, Key=key, Body=body, ContentType="text/markdown; charset=utf-8")
    uri = f"s3://{BUCKET}/{key}"
    draft = {"uri": uri, "sha256": sha256(body), "bytes": len(body), "media_type": "text/markdown"}
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    ready = {
        "content_id": content,
        "revision": 1,
        "content_topic": topic,
        "title": text.partition("\n")[0].removeprefix("# "),
        "summary": text.split("\n\n")[2][:300],
        "word_count": words,
        "measured_word_count": len(text.split()),
        "draft": draft,
        "models": ["openai/stub"],
        "prompt_version": "draft-v1",
        "generated": True,
        "offline": False,
        "complete": True,
        "refined": False,
        "cost": {"input_tokens": 120, "output_tokens": len(text) // 4},
        "created_at": now,
        "request_id": request["request_id"],
        "website_id": request.get("website_id") or "default",
        "language": "en",
    }
    check_ready(ready)
    publish("content-ready", "ContentReady", content, ready)
    logger.info("ContentReadyEmitted", request_id=request["request_id"], bytes=len(body))
    metrics.add_metric(name="Written", unit=MetricUnit.Count, value=1)
    return {"content_id": content}


def one(record):
    request = json.loads(json.loads(record.body)["Message"])
    check_request(request)
    write(request=request)


@metrics.log_metrics
def lambda_handler(event, context):
    config.register_lambda_context(context)
    return process_partial_response(event=event, record_handler=one, processor=processor, context=context)
