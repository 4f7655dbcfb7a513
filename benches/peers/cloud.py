"""What a system finds in its account, and what is read from there afterwards: past the proxy, so nothing fails here."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "localstack"))
from endpoint import REGION, Endpoint, Missing  # noqa: E402
from stack import endpoint_binaries  # noqa: E402

__all__ = ["REGION", "Cloud", "Endpoint", "Missing", "arn", "client", "endpoint_binaries"]

ACCOUNT = "000000000000"
PREFIX = "peers"
# The same for all systems: the visibility time-out in seconds, and the attempts before a message is set aside.
VISIBILITY = 15
ATTEMPTS = 5
DEPTHS = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]


def client(service: str, url: str, key: str = "test") -> Any:
    """A client of AWS at an address, signing with a key that says who calls."""
    config = Config(max_pool_connections=20, read_timeout=30, s3={"addressing_style": "path"})
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key="test",
        config=config,
    )


def arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


class Cloud:
    """One account at a local endpoint."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __getattr__(self, service: str) -> Any:
        """`cloud.sns` and so on are clients."""
        if service.startswith("__"):
            raise AttributeError(service)
        made = client(service, self.url)
        setattr(self, service, made)
        return made

    def topic(self, name: str) -> str:
        return self.sns.create_topic(Name=name)["TopicArn"]

    def queue(self, name: str, receives: int | None = None) -> str:
        """A queue; with a dead-letter queue after so many receives."""
        attributes = {"VisibilityTimeout": str(VISIBILITY), "ReceiveMessageWaitTimeSeconds": "20"}
        if receives:
            self.queue(f"{name}-dlq")
            redrive = {"deadLetterTargetArn": arn("sqs", f"{name}-dlq"), "maxReceiveCount": receives}
            attributes["RedrivePolicy"] = json.dumps(redrive)
        return self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def subscribe(self, topic: str, queue: str) -> None:
        self.sns.subscribe(TopicArn=arn("sns", topic), Protocol="sqs", Endpoint=arn("sqs", queue))

    def table(self, name: str, keys: list[str], indexes: dict[str, list[str]], numbers: tuple[str, ...] = ()) -> None:
        """A table and its indexes; each key is the hash key's name, then perhaps the range key's."""
        used = {*keys, *(key for index in indexes.values() for key in index)}
        made = {
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": schema(keys),
            "AttributeDefinitions": [
                {"AttributeName": key, "AttributeType": "N" if key in numbers else "S"} for key in sorted(used)
            ],
        }
        if indexes:
            made["GlobalSecondaryIndexes"] = [
                {"IndexName": index, "KeySchema": schema(of), "Projection": {"ProjectionType": "ALL"}}
                for index, of in indexes.items()
            ]
        self.dynamodb.create_table(**made)

    def url_of(self, queue: str) -> str:
        return self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]

    def depth(self, queue: str) -> int:
        """Messages of a queue, hidden and delayed ones included."""
        found = self.sqs.get_queue_attributes(QueueUrl=self.url_of(queue), AttributeNames=DEPTHS)["Attributes"]
        return sum(int(found[name]) for name in DEPTHS)

    def drain(self, queue: str) -> list[dict]:
        """All visible messages of a queue, removed."""
        url, taken = self.url_of(queue), []
        while seen := self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], WaitTimeSeconds=0
        ).get("Messages"):
            entries = [{"Id": str(at), "ReceiptHandle": one["ReceiptHandle"]} for at, one in enumerate(seen)]
            self.sqs.delete_message_batch(QueueUrl=url, Entries=entries)
            taken += seen
        return taken

    def publish(self, topic: str, bodies: list[str]) -> None:
        """Sends bodies as they are, ten at a time."""
        for start in range(0, len(bodies), 10):
            entries = [{"Id": str(at), "Message": body} for at, body in enumerate(bodies[start : start + 10])]
            answer = self.sns.publish_batch(TopicArn=arn("sns", topic), PublishBatchRequestEntries=entries)
            if answer.get("Failed"):
                raise RuntimeError(f"the endpoint refused requests: {answer['Failed']}")

    def await_queue(self, name: str, seconds: float = 20) -> str:
        """The address of a queue that somebody else creates."""
        until = time.monotonic() + seconds
        while True:
            try:
                return self.url_of(name)
            except self.sqs.exceptions.QueueDoesNotExist:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)


def schema(keys: list[str]) -> list[dict]:
    return [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)]
