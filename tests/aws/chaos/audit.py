"""What must be true when all is quiet again, whatever went wrong."""

import json
import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from chaos.traffic import Listener, Plan
from events import Event
from mesh import Mesh

# The sweeper comes once a minute, and leaves what is younger than 30 s to who made it.
OVERDUE_SECONDS = 120


@dataclass
class Letter:
    """A dead letter, as it names itself."""

    agent: str
    code: str
    event_id: str
    body: str


@dataclass
class Found:
    """What was counted, and what is wrong."""

    figures: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def letters(mesh: Mesh) -> list[Letter]:
    """All dead letters; they are hidden for a moment afterwards."""
    found: dict[str, Letter] = {}
    for agent in mesh.agents:
        queue = mesh.queue_named(mesh.name(f"{agent}-dlq"))
        while messages := mesh.sqs.receive_message(
            QueueUrl=queue.url, MaxNumberOfMessages=10, VisibilityTimeout=20, MessageAttributeNames=["All"]
        ).get("Messages"):
            for message in messages:
                named = {name: one["StringValue"] for name, one in message.get("MessageAttributes", {}).items()}
                letter = Letter(agent, named.get("mesh-code", ""), named.get("mesh-event-id", ""), message["Body"])
                found[message["MessageId"]] = letter
    return list(found.values())


def request_of(event: Event) -> str:
    return (event.payload.get("request_id") or "") if isinstance(event.payload, dict) else ""


def run_of(letter: Letter) -> str:
    """The run of an event of ours; requests are bare."""
    attributes = json.loads(letter.body).get("MessageAttributes", {})
    return attributes.get("ce-correlationid", {}).get("Value", "")


def finals(plan: Plan, listener: Listener) -> dict[str, dict[str, Event]]:
    """Request -> the events that ended its run, by their ids."""
    ids, ends = set(plan.ids), defaultdict(dict)
    for event in list(listener.events):
        if event.final and request_of(event) in ids:
            ends[request_of(event)][event.attributes["ce-id"]] = event
    return ends


def audit(plan: Plan, listener: Listener) -> Found:
    """Looks at events, documents, ledgers, queues and the site."""
    found, mesh = Found(), plan.mesh
    runs = {event.run for event in list(listener.events) if request_of(event).startswith(plan.prefix)}
    dead = [letter for letter in letters(mesh) if run_of(letter) in runs or plan.prefix in letter.body]
    ends = finals(plan, listener)
    one_end(plan, ends, dead, found)
    one_content(listener, found)
    records(mesh, ends, found)
    ledgers(mesh, runs, dead, found)
    site(plan, ends, found)
    found.figures["dead letters"] = len(dead)
    return found


def one_end(plan: Plan, ends: dict[str, dict[str, Event]], dead: list[Letter], found: Found) -> None:
    """Each request ended once, or a dead letter says why it did not."""
    for request_id in plan.ids:
        types = sorted(event.type for event in ends.get(request_id, {}).values())
        if types == ["ContentPublished"]:
            continue
        # Bodies are JSON in JSON: quotes are escaped, the id is not.
        why = [letter for letter in dead if re.search(rf"\b{re.escape(request_id)}\b(?!\d)", letter.body)]
        if types or not any(letter.code for letter in why):
            found.wrong.append(f"{request_id} ended with {types}; dead letters: {[one.code for one in why]}")
    published = sum(len(events) for events in ends.values())
    found.figures["articles published"] = published


def one_content(listener: Listener, found: Found) -> None:
    """An event is the same however often it was sent."""
    contents: dict[str, str] = {}
    again = 0
    for event in list(listener.events):
        if not (id := event.attributes.get("ce-id")):
            continue
        content = json.dumps([event.payload, event.attributes], sort_keys=True)
        again += id in contents
        if contents.setdefault(id, content) != content:
            found.wrong.append(f"event {id} ({event.type}) was published with two contents")
    found.figures["events"] = len(contents)
    found.figures["events heard again"] = again


def records(mesh: Mesh, ends: dict[str, dict[str, Event]], found: Found) -> None:
    """One fate of each run, one publication of each article."""
    published = [event for events in ends.values() for event in events.values()]
    fates = Counter(row["id"]["S"] for row in mesh.rows("fates"))
    publications = Counter(row["id"]["S"].rpartition("/")[2] for row in mesh.rows("publication"))
    for event in published:
        if fates[event.run] != 1:
            found.wrong.append(f"run {event.run} has {fates[event.run]} fates")
        content = event.payload["content_id"]
        if publications[content] != 1:
            found.wrong.append(f"{content} is published {publications[content]} times")


def ledgers(mesh: Mesh, runs: set[str], dead: list[Letter], found: Found) -> None:
    """Nothing is in hand, nothing waits to be sent, and whatever was given up is a dead letter."""
    known = {letter.event_id for letter in dead}
    begun_again = handled = 0
    now = int(time.time() * 1000)
    for agent in mesh.agents:
        for row in mesh.rows(f"{agent}-ledger"):
            if row["correlation_id"]["S"] not in runs:
                continue
            event, standing = row["event_id"]["S"], row["standing"]["S"]
            handled += 1
            begun_again += max(int(row["attempts"]["N"]) - 1, 0)
            if standing == "in_progress":
                found.wrong.append(f"{agent} has {event} in hand")
            if standing == "suspended" and event not in known:
                found.wrong.append(f"{agent} gave {event} up, and no dead letter names it")
            # What is due later, such as the end of a wait, rightly waits.
            if "waiting" in row and int(row["due_at"]["N"]) < now - OVERDUE_SECONDS * 1000:
                found.wrong.append(f"{agent} has not sent all that {event} caused")
        left = mesh.depth(mesh.queue_named(mesh.name(agent)))
        if left:
            found.wrong.append(f"the queue of {agent} holds {left} messages")
    for letter in dead:
        if not (letter.code and letter.event_id):
            found.wrong.append(f"a dead letter of {letter.agent} names no cause: {letter.body[:200]}")
    found.figures |= {"handlings": handled, "handlings begun again": begun_again}


def site(plan: Plan, ends: dict[str, dict[str, Event]], found: Found) -> None:
    """Each article has one page and one place in the sitemap, and there is no other page."""
    mesh = plan.mesh
    paths = [event.payload["path"] for events in ends.values() for event in events.values()]
    pages = set(mesh.keys(mesh.site, "site/posts/"))
    sitemap = mesh.read(f"s3://{mesh.site}/site/sitemap.xml").decode()
    listed = Counter(re.findall(r"<loc>[^<]*?/(posts/[^<]*)</loc>", sitemap))
    for path in paths:
        if f"site/{path}index.html" not in pages:
            found.wrong.append(f"{path} has no page")
        if listed[path] != 1:
            found.wrong.append(f"{path} is in the sitemap {listed[path]} times")
    ours = [key for key in pages if plan.marker.replace(" ", "-") in key]
    if len(ours) != len(paths):
        found.wrong.append(f"{len(paths)} articles have {len(ours)} pages")
    twice = [path for path, times in Counter(paths).items() if times > 1]
    found.wrong += [f"{path} is the page of two articles" for path in twice]
