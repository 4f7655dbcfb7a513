"""AWS's protocols as far as a proxy needs them: which operation a call is, what it wrote, how throttling is said."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from plan import named

KEY = re.compile(r"Credential=([^/]+)/")
SERVICES = {"AmazonSQS": "SQS", "DynamoDB_20120810": "DynamoDB", "secretsmanager": "SecretsManager"}
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")
S3_OBJECTS = {"PUT": "PutObject", "GET": "GetObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}


@dataclass(frozen=True)
class Call:
    """One call to AWS."""

    # The access key it is signed with: who called.
    caller: str
    service: str
    operation: str
    # Queue, bucket and object, or tables; what is needed to tell effects apart.
    target: str = ""
    names: list[str] = field(default_factory=list)
    # Of a write's body: a client repeats a call whose reply was lost to the byte, which writes nothing twice.
    digest: str = ""

    @property
    def label(self) -> str:
        return f"{self.service} {self.operation}"


def call_of(method: str, path: str, headers: dict[str, str], body: bytes) -> Call:
    """The call in an HTTP request; header names are in lower case."""
    signed = KEY.search(headers.get("authorization", ""))
    caller = signed[1] if signed else ""
    if target := headers.get("x-amz-target"):
        service, operation = target.split(".", 1)
        service = SERVICES.get(service, service)
        digest = hashlib.sha256(body).hexdigest() if operation in WRITES else ""
        return Call(caller, service, operation, *of_json(service, operation, body), digest)
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        fields = parse_qs(body.decode())
        action = fields.get("Action", ["?"])[0]
        topic = fields.get("TopicArn", [""])[0].rsplit(":", 1)[-1]
        return Call(caller, "SNS", action, topic)
    parts = urlsplit(path)
    bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
    operation = S3_OBJECTS.get(method, method) if key else "ListObjectsV2"
    return Call(caller, "S3", operation, f"{bucket}/{key}", named(body.decode(errors="replace")))


def of_json(service: str, operation: str, body: bytes) -> tuple[str, list[str]]:
    """Target and names of a call in JSON."""
    if service == "DynamoDB" and operation in WRITES:
        asked = json.loads(body)
        items = [next(iter(item.values())) for item in asked.get("TransactItems", [])] or [asked]
        return " ".join(sorted({item["TableName"] for item in items})), named(body.decode())
    if service == "SQS":
        return json.loads(body or b"{}").get("QueueUrl", "").rsplit("/", 1)[-1], []
    return "", []


def throttled(service: str) -> tuple[int, str, bytes]:
    """Status, content type and body by which a service says that it is asked too much."""
    match service:
        case "S3":
            said = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
            return 503, "application/xml", said.encode()
        case "SNS":
            error = "<Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
            said = f'<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">{error}</ErrorResponse>'
            return 400, "text/xml", said.encode()
        case "SQS":
            kind = "com.amazonaws.sqs#RequestThrottled"
        case "DynamoDB":
            kind = "com.amazonaws.dynamodb.v20120810#ThrottlingException"
        case _:
            kind = "ThrottlingException"
    return 400, "application/x-amz-json-1.0", json.dumps({"__type": kind, "message": "Rate exceeded"}).encode()
