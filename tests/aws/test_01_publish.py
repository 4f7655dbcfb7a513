"""A bare request from a client that knows nothing of the mesh becomes a page; all is where the documents say."""

import hashlib
import json
import uuid

import consumers
from events import Event, Recorder, assert_payload, assert_valid
from mesh import Mesh, eventually
from stack import Stack

TOPIC = "Benefits of AI in Finance"


def test_a_bare_request_is_published(mesh: Mesh, recorder: Recorder) -> None:
    request_id = uuid.uuid4().hex
    body = {"content_topic": TOPIC, "word_count": 400, "request_id": request_id}
    mesh.aws("sns", "publish", "--topic-arn", mesh.topic("/content/request"), "--message", json.dumps(body))

    ready = subscribed_event(mesh, consumers.ENVELOPED, request_id)
    published = subscribed_event(mesh, consumers.PUBLISHED, request_id)

    assert_valid(ready, "content-ready-v1")
    assert_valid(published, "content-published-v1")
    assert ready.channel == "/content/ready" and published.channel == "/content/published"
    content_id = ready.payload["content_id"]
    assert published.payload["content_id"] == content_id and published.run == ready.run
    check_draft(mesh, ready, content_id)
    check_page(mesh, published, content_id)
    recorder.await_event(request_id, "ContentPublished")
    check_records(mesh, ready, published)


def subscribed_event(mesh: Mesh, queue: str, request_id: str) -> Event:
    message = mesh.queue_named(queue).await_message(request_id, seconds=60)
    return Event.of_notification(message["Body"], mesh.prefix)


def check_draft(mesh: Mesh, ready: Event, content_id: str) -> None:
    draft = ready.payload["draft"]
    assert draft["uri"] == f"s3://va-phase1-content-objects/drafts/{content_id}.md"
    text = mesh.read(draft["uri"])
    assert hashlib.sha256(text).hexdigest() == draft["sha256"] and len(text) == draft["bytes"]
    assert text.decode().startswith(f"# {TOPIC}\n")
    assert 360 <= len(text.split()) <= 440


def check_page(mesh: Mesh, published: Event, content_id: str) -> None:
    page, markdown = published.payload["page"], published.payload["markdown"]
    assert page["uri"] == f"s3://va-phase1-site/site/{published.payload['path']}index.html"
    html = mesh.read(page["uri"])
    assert hashlib.sha256(html).hexdigest() == page["sha256"]
    assert b"<h1" in html and TOPIC.encode() in html
    head = mesh.s3.head_object(Bucket=mesh.site, Key=page["uri"].split("/", 3)[3])
    assert head["ContentType"] == "text/html; charset=utf-8"
    assert markdown["uri"] == f"s3://va-phase1-content-objects/published/{content_id}.md"
    assert mesh.read(markdown["uri"])


def check_records(mesh: Mesh, ready: Event, published: Event) -> None:
    content_id = ready.payload["content_id"]

    def content() -> dict | None:
        record = mesh.document("content", content_id)
        return record if record and record["status"] == "published" else None

    record = eventually(content, "the content record says published")
    assert_payload(record, "records/content-record-v1")
    assert record["content_topic"] == TOPIC and record["word_count"] == 400
    assert record["correlation_id"] == ready.run and record["created_by"] == "content-gen"
    fates = [row for row in mesh.rows("fates") if row["id"]["S"] == ready.run]
    assert len(fates) == 1


def test_a_second_plan_changes_nothing(stack: Stack, mesh: Mesh) -> None:
    assert stack.changes() == ""
