"""The parts of an article come in any order, twice, at once, or never: its page is made once."""

import hashlib
import itertools
import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from article import article
from events import Event, Recorder, assert_valid, send
from mesh import ROOT, Mesh, eventually, never

EXAMPLES = ROOT / "contracts" / "examples"
REVIEW, IMAGES, METADATA = "review", "images", "metadata"
CHANNELS = {
    REVIEW: ("/content/reviewed", "ReviewCompleted"),
    IMAGES: ("/content/images", "ImagesReady"),
    METADATA: ("/content/metadata", "MetadataReady"),
}


def example(contract: str, name: str) -> dict:
    return json.loads((EXAMPLES / contract / f"{name}.json").read_text())


@dataclass
class Draft:
    """A draft that passed its review, and its parts."""

    mesh: Mesh
    content: str
    run: str
    parts: dict[str, dict]

    @classmethod
    def made(cls, mesh: Mesh, about: str, **site: object) -> "Draft":
        """With the text in its bucket; with `site` also with a brief whose site says so."""
        content, run = str(uuid.uuid4()), str(uuid.uuid4())
        topic = f"{about} {content[:8]}"
        own = {"content_id": content, "content_topic": topic, "website_id": "default", "request_id": f"join-{run}"}
        review = example("review-completed-v1", "full") | own | {"title": topic}
        review["reviewed"] = stored(mesh, f"drafts/{content}.md", article(topic, 300), "text/markdown; charset=utf-8")
        review |= {"created_at": now(), "reviewed_at": now(), "parts": [IMAGES, METADATA]}
        for optional in ("brief", "post_id"):
            del review[optional]
        if site:
            brief = example("brief-v1", "minimal")
            brief["website"] |= site
            review["brief"] = stored(mesh, f"briefs/{content}.r1.json", json.dumps(brief), "application/json")
        images = example("images-ready-v1", "degraded") | own | {"status": "ok", "ready_at": now()}
        images["images"] = [image_of(mesh, image, content) for image in images["images"] if image["status"] == "ok"]
        metadata = example("metadata-ready-v1", "ok") | own | {"ready_at": now()}
        for part in (images, metadata):
            for optional in ("code", "reason", "post_id"):
                part.pop(optional, None)
        return cls(mesh, content, run, {REVIEW: review, IMAGES: images, METADATA: metadata})

    def send(self, part: str, event: str = "") -> str:
        channel, kind = CHANNELS[part]
        return send(self.mesh, channel, kind, self.parts[part], self.run, event)

    def joined(self, part: str) -> bool:
        join = self.mesh.document("join", f"{self.content}#1") or {}
        return join.get(part) is not None or join.get("state") not in ("waiting", None)

    def is_published(self, recorder: Recorder, seconds: float = 30) -> Event:
        """Its one end, which is a page with all parts."""
        final = recorder.end_of(self.run, seconds)
        assert_valid(final, "content-published-v1")
        payload = final.payload
        assert (payload["content_id"], payload.get("degraded", [])) == (self.content, []), payload
        html = self.mesh.read(payload["page"]["uri"]).decode()
        assert self.parts[IMAGES]["images"][0]["alt_text"] in html
        assert self.parts[METADATA]["metadata"]["title"] in html
        return final


def stored(mesh: Mesh, key: str, text: str, media_type: str) -> dict:
    """A pointer to a new object."""
    body = text.encode()
    sha256 = hashlib.sha256(body).hexdigest()
    # The store takes an object without its hash for a corrupt one.
    mesh.s3.put_object(Bucket=mesh.objects, Key=key, Body=body, ContentType=media_type, Metadata={"sha256": sha256})
    return {"uri": f"s3://{mesh.objects}/{key}", "sha256": sha256, "bytes": len(body), "media_type": media_type}


def image_of(mesh: Mesh, image: dict, content: str) -> dict:
    """The image of an example as an image of this article on the site `default`."""
    text = json.dumps(image).replace("s3://content-mesh-dev-content/sites/finance-weekly/", f"s3://{mesh.site}/site/")
    text = text.replace("s3://content-mesh-dev-content/", f"s3://{mesh.objects}/")
    return json.loads(text.replace("02f29235-346e-5ded-8357-179d0c7cfd35", content)) | {"number": 1}


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())


@pytest.fixture(scope="module", autouse=True)
def publish_alone(mesh: Mesh, recorder: Recorder) -> Iterator[None]:
    """The others would make parts of their own, or look for an article that was never asked for."""
    with mesh.resting("content-gen", "image-plan", "metadata", "tracker"):
        yield


@pytest.fixture(scope="module")
def made(mesh: Mesh) -> Callable[..., Draft]:
    return lambda about, **site: Draft.made(mesh, about, **site)


def test_every_order_with_every_part_twice_makes_one_page(made: Callable[..., Draft], recorder: Recorder) -> None:
    drafts = []
    for order in itertools.permutations(CHANNELS):
        draft = made(f"Parts as {', '.join(order)}")
        drafts.append(draft)
        for part in order:
            again = draft.send(part)
            draft.send(part, again)
            eventually(lambda: draft.joined(part), f"{part} has joined as one of {order}")
        draft.is_published(recorder)
    # And once more when all is over, as new events with the same content.
    for draft in drafts:
        for part in (IMAGES, METADATA):
            draft.send(part)
    never(lambda: any(len(recorder.finals_of(draft.run)) != 1 for draft in drafts), "a run ends a second time", 5)


def test_parts_that_come_at_once_make_one_page(made: Callable[..., Draft], recorder: Recorder) -> None:
    drafts = [made(f"Parts at once, number {at}") for at in range(10)]
    for at, draft in enumerate(drafts):
        order = list(itertools.permutations(CHANNELS))[at % 6]
        events = {part: draft.send(part) for part in order}
        for part, event in events.items():
            draft.send(part, event)
    for draft in drafts:
        draft.is_published(recorder, 60)
    never(lambda: any(len(recorder.finals_of(draft.run)) != 1 for draft in drafts), "a run ends a second time", 3)


@pytest.mark.slow
def test_who_never_comes_is_waited_for_as_long_as_the_site_says(
    made: Callable[..., Draft], recorder: Recorder
) -> None:
    """A minute; the reminder goes out with the sweep after it."""
    content = made("Without images after a minute", partWaitMinutes=1)
    strict = made("No page after a minute", partWaitMinutes=1, onMissingPart="fail")
    began = time.monotonic()
    for draft in (content, strict):
        draft.send(REVIEW)
        draft.send(METADATA)
    published = recorder.end_of(content.run, 180)
    assert time.monotonic() - began > 55, "it did not wait"
    assert_valid(published, "content-published-v1")
    assert published.payload["degraded"] == [IMAGES]
    failed = recorder.end_of(strict.run, 120)
    assert_valid(failed, "publish-failure-v1")
    assert (failed.payload["code"], failed.payload["final"]) == ("PART_MISSING", True)
    # What comes too late changes nothing.
    for draft in (content, strict):
        draft.send(IMAGES)
    never(lambda: any(len(recorder.finals_of(draft.run)) != 1 for draft in (content, strict)), "a second end", 5)
