"""A deployed mesh as tests see it: from outside, through the clients anybody would use."""

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]


def eventually(check: Callable[[], Any], what: str, seconds: float = 30, every: float = 0.1) -> Any:
    """The first true result of `check`."""
    until = time.monotonic() + seconds
    while not (result := check()):
        assert time.monotonic() < until, f"within {seconds} s: {what}; last seen: {result!r}"
        time.sleep(every)
    return result


def never(check: Callable[[], Any], what: str, seconds: float = 2) -> None:
    """Fails as soon as `check` is true."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert not check(), what
        time.sleep(0.1)


@dataclass(frozen=True)
class TestQueue:
    """A queue of a subscriber."""

    __test__ = False
    sqs: Any
    url: str
    arn: str

    def take(self, wait: int = 1) -> list[dict]:
        """Up to ten messages, removed."""
        seen = self.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=wait, MessageAttributeNames=["All"]
        ).get("Messages", [])
        if seen:
            entries = [{"Id": str(at), "ReceiptHandle": one["ReceiptHandle"]} for at, one in enumerate(seen)]
            answer = self.sqs.delete_message_batch(QueueUrl=self.url, Entries=entries)
            assert not answer.get("Failed"), answer
        return seen

    def await_message(self, part: str, seconds: float = 30) -> dict:
        """The first message whose body holds `part`; others are removed."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for message in self.take():
                if part in message["Body"]:
                    return message
        raise AssertionError(f"within {seconds} s nothing with {part} came to {self.url}")


class Mesh:
    """One deployment."""

    def __init__(self, endpoint: str, region: str, prefix: str, key: str = "test") -> None:
        self.endpoint, self.region, self.prefix, self.key = endpoint, region, prefix, key
        # Topics are new in each run: an article on the topic of another is sent back for revision.
        self.run = uuid.uuid4().hex[:6]

    def client(self, service: str, key: str | None = None) -> Any:
        config = Config(retries={"max_attempts": 2}, max_pool_connections=20, s3={"addressing_style": "path"})
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=key or self.key,
            aws_secret_access_key="test",
            config=config,
        )

    def __getattr__(self, service: str) -> Any:
        """`mesh.sns`, `mesh.lambda_` and so on are clients."""
        if service.startswith("__"):
            raise AttributeError(service)
        made = self.client(service.rstrip("_"))
        setattr(self, service, made)
        return made

    @cached_property
    def account(self) -> str:
        return self.sts.get_caller_identity()["Account"]

    @cached_property
    def agents(self) -> dict[str, dict]:
        """The declarations of the deployed agents."""
        found = {path.parent.name: json.loads(path.read_text()) for path in ROOT.glob("agents/*/agent.json")}
        return {name: agent for name, agent in sorted(found.items()) if agent.get("deploy", True)}

    @cached_property
    def topics(self) -> dict[str, str]:
        """Channel -> ARN of its topic."""
        arns = [topic["TopicArn"] for topic in self.sns.list_topics()["Topics"]]
        names = {arn.rsplit(":", 1)[1]: arn for arn in arns}
        channels = {name.removeprefix(f"{self.prefix}-"): arn for name, arn in names.items()}
        return {"/" + name.replace("-", "/", 1): arn for name, arn in channels.items() if "-" in name}

    def topic(self, channel: str) -> str:
        return self.topics[channel]

    def name(self, suffix: str) -> str:
        return f"{self.prefix}-{suffix}"

    @property
    def objects(self) -> str:
        return self.name("content-objects")

    @property
    def site(self) -> str:
        return self.name("site")

    def queue(self, name: str, topics: Any = (), key: str | None = None) -> TestQueue:
        """A new queue that these topics may send to."""
        sqs = self.client("sqs", key)
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        allow = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": list(topics)}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return TestQueue(sqs, url, arn)

    def queue_named(self, name: str) -> TestQueue:
        url = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        return TestQueue(self.sqs, url, f"arn:aws:sqs:{self.region}:{self.account}:{name}")

    def depth(self, queue: TestQueue) -> int:
        """Messages of a queue, hidden ones included."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def request(self, topic: str, words: int = 300, **fields: Any) -> str:
        """Publishes a bare request and gives back its `request_id`."""
        request_id = f"{topic.replace(' ', '-')}-{uuid.uuid4().hex[:8]}"
        body = {"content_topic": f"{topic} {self.run}", "word_count": words, "request_id": request_id}
        self.publish(body | fields)
        return request_id

    def publish(self, body: Any, channel: str = "/content/request") -> None:
        message = body if isinstance(body, str) else json.dumps(body)
        self.sns.publish(TopicArn=self.topic(channel), Message=message)

    def burst(self, topic: str, count: int) -> set[str]:
        """So many requests on as many topics, published ten at a time."""
        ids = [f"{topic.replace(' ', '-')}-{at}-{uuid.uuid4().hex[:8]}" for at in range(count)]
        bodies = [
            {"content_topic": f"{topic} number {at} {self.run}", "word_count": 300, "request_id": one}
            for at, one in enumerate(ids)
        ]
        for start in range(0, count, 10):
            entries = [
                {"Id": str(at), "Message": json.dumps(body)} for at, body in enumerate(bodies[start : start + 10])
            ]
            answer = self.sns.publish_batch(TopicArn=self.topic("/content/request"), PublishBatchRequestEntries=entries)
            assert not answer.get("Failed"), answer
        return set(ids)

    def rows(self, kind: str) -> list[dict]:
        """All items of a table, in DynamoDB's own notation."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.name(kind), ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]

    def document(self, kind: str, id: str) -> dict | None:
        """The body of a document."""
        key = {"partition": {"S": id.split("/")[0]}, "id": {"S": id}}
        item = self.dynamodb.get_item(TableName=self.name(kind), Key=key, ConsistentRead=True).get("Item")
        return plain(item["body"]) if item else None

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def read(self, uri: str) -> bytes:
        bucket, key = uri.removeprefix("s3://").split("/", 1)
        return self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def log_lines(self, function: str) -> list[str]:
        """What a function logged; nothing when it has not run yet."""
        pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}")
        try:
            return [entry["message"] for page in pages for entry in page["events"]]
        except self.logs.exceptions.ResourceNotFoundException:
            return []

    @property
    def credentials(self) -> dict[str, str]:
        """What a program of a newcomer needs in its environment."""
        return {
            "PATH": os.environ["PATH"],
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }

    def aws(self, *arguments: str, key: str | None = None, check: bool = True) -> subprocess.CompletedProcess:
        """Runs the AWS command line, a client that knows nothing of the mesh."""
        environment = self.credentials | ({"AWS_ACCESS_KEY_ID": key} if key else {})
        program = str(Path(sys.executable).parent / "aws")
        # AWS CLI 1 does not heed AWS_ENDPOINT_URL for SQS.
        command = [program, "--endpoint-url", self.endpoint, *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, done.stderr
        return done

    @property
    def program(self) -> list[str]:
        """The command line of the mesh, on this deployment."""
        built = os.environ.get("MESH_TEST_CLI") or str(ROOT / "target" / "debug" / "mesh")
        return [built, "--target", "aws", "--prefix", self.prefix]

    def cli(self, *arguments: str, given: object = None) -> Any:
        """What `mesh` reports; `given` is its standard input, as JSON."""
        environment = self.credentials | {"HOME": os.environ["HOME"]}
        text = None if given is None else json.dumps(given)
        command = [*self.program, "--json", *arguments]
        done = subprocess.run(command, env=environment, input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @contextmanager
    def site_settings(self, **fields: object) -> Iterator[None]:
        """Other settings of the site of bare requests, for a while; afterwards they say what no settings say."""
        bare = {"websiteName": "Content Mesh", "refine": False, "imagesPerArticle": 0}
        self.cli("site", "put", "default", "-", given=bare | fields)
        try:
            yield
        finally:
            self.cli("site", "put", "default", "-", given=bare)

    @contextmanager
    def resting(self, *agents: str) -> Iterator[None]:
        """These agents hear nothing for a while; what came meanwhile is thrown away."""
        names = {self.name(agent) for agent in agents}
        mappings = self.lambda_.list_event_source_mappings()["EventSourceMappings"]
        resting = [one for one in mappings if one["EventSourceArn"].rsplit(":", 1)[1] in names]
        assert len(resting) == len(names), names
        self.switch(resting, on=False)
        try:
            yield
        finally:
            for name in names:
                self.sqs.purge_queue(QueueUrl=self.queue_named(name).url)
            self.switch(resting, on=True)

    def switch(self, mappings: list[dict], on: bool) -> None:
        for mapping in mappings:
            self.lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=on)

    @contextmanager
    def settings(self, agent: str, **changed: str) -> Iterator[None]:
        """Other settings for a while, as another version behind the alias."""
        function = self.name(agent)
        before = self.lambda_.get_alias(FunctionName=function, Name="live")["FunctionVersion"]
        old = self.lambda_.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
        self._release(function, old | changed)
        try:
            yield
        finally:
            self.lambda_.update_function_configuration(FunctionName=function, Environment={"Variables": old})
            self.lambda_.update_alias(FunctionName=function, Name="live", FunctionVersion=before)

    def _release(self, function: str, variables: dict[str, str]) -> None:
        self.lambda_.update_function_configuration(FunctionName=function, Environment={"Variables": variables})
        self.lambda_.get_waiter("function_updated_v2").wait(FunctionName=function)
        version = self.lambda_.publish_version(FunctionName=function)["Version"]
        self.lambda_.update_alias(FunctionName=function, Name="live", FunctionVersion=version)


def plain(value: dict) -> Any:
    """A value without DynamoDB's types."""
    kind, content = next(iter(value.items()))
    match kind:
        case "M":
            return {name: plain(entry) for name, entry in content.items()}
        case "L":
            return [plain(entry) for entry in content]
        case "N":
            return float(content) if "." in content else int(content)
        case "NULL":
            return None
    return content
