"""What a run shows: by the proxy, the provider, the queues and the processes, never by what a system says of itself."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable

from plan import Plan, named
from systems import ERRORS, READY, REVIEWED
from trial import Trial


def measure(trial: Trial) -> dict:
    """All figures of one run."""
    calls = [json.loads(line) for line in trial.log.read_text().splitlines()]
    return {
        "system": trial.system.name,
        "seed": trial.plan.seed,
        "seconds": round(trial.seconds, 1),
        "pending": trial.pending,
        "faults": faults(trial, calls),
        **fates(trial, calls),
        **duplicates(trial, calls),
        **processor(trial),
        "calls": {"own": by_operation(calls, False), "host": by_operation(calls, True)},
        "records": len(trial.plan.order) + len(trial.heard[READY]),
    }


def fates(trial: Trial, calls: list[dict]) -> dict:
    """What became of each request."""
    plan = trial.plan
    answered = names(trial.heard[READY]) & plan.valid
    done = set(effects(trial, calls)) & plan.valid
    dead = {name for letters in trial.dead.values() for name in names(letters)}
    said = [event["text"] + event["message"] for event in trial.heard[ERRORS] if cause(event)]
    events = {name for text in said for name in named(text)}
    # A cause is in an event with a code, or travels with the dead letter.
    explained = events | {
        name for letters in trial.dead.values() for letter in letters if cause(letter) for name in named(letter["text"])
    }
    return {
        "requests": len(plan.valid),
        "answers": len(answered),
        "effects": len(done),
        "lost": sorted(plan.valid - done - dead - events),
        "healthy_set_aside": sorted((plan.valid - done) & (dead | events)),
        "invalid": len(plan.invalid),
        "invalid_set_aside": len(plan.invalid & (dead | events)),
        "invalid_explained": len(plan.invalid & explained),
        "invalid_answered": sorted(plan.invalid & (names(trial.heard[READY]) | done)),
    }


def cause(said: dict) -> bool:
    """Whether a letter or an event names a cause: a code, in its attributes or its payload."""
    if any("error" in name or "reason" in name or "cause" in name or "code" in name for name in said["attributes"]):
        return True
    try:
        payload = json.loads(said["text"])
    except json.JSONDecodeError:
        return False
    return isinstance(payload, dict) and any("code" in field for field in payload)


def effects(trial: Trial, calls: list[dict]) -> Counter[str]:
    """Rows written by reviews, by request: calls that the endpoint carried out, whether their reply arrived or not."""
    rows = {
        call["digest"]: call["names"][0]
        for call in calls
        if call["status"] == 200 and call["digest"] and trial.system.effects in call["target"].split()
    }
    return Counter(rows.values())


def duplicates(trial: Trial, calls: list[dict]) -> dict:
    """What happened more than once, in excess of once for each request."""
    drafts = Counter(
        name
        for call in calls
        if call["operation"] == "PutObject" and "/drafts/" in call["target"] and call["status"] == 200
        for name in call["names"][:1]
    )
    ready, reviewed = trial.heard[READY], trial.heard[REVIEWED]
    return {
        "model_calls": trial.model.asked.total(),
        "paid_again": excess(trial.model.answered),
        "drafts_again": excess(drafts),
        "answers_again": len(ready) - len(names(ready)),
        "answers_that_differ": differing(ready),
        "effects_again": excess(effects(trial, calls)),
        "outcomes_again": len(reviewed) - len(names(reviewed)),
        "outcomes_that_differ": differing(reviewed),
    }


def differing(events: list[dict]) -> int:
    """Requests about which events with different drafts were published: which one holds?"""
    drafts = defaultdict(set)
    for event in events:
        payload = json.loads(event["text"])
        draft = payload.get("draft") or payload.get("reviewed")
        drafts[named(event["text"])[0]].add(draft["sha256"])
    return sum(len(found) > 1 for found in drafts.values())


def excess(counts: Counter[str]) -> int:
    return sum(count - 1 for count in counts.values() if count > 1)


def names(said: Iterable[dict]) -> set[str]:
    return {name for one in said for name in named(one["text"])}


def faults(trial: Trial, calls: list[dict]) -> dict:
    """What was done to the system; a fault that never happened proves nothing."""
    return {
        "killed": sum(process.kills for process in trial.processes) - sum(one.timeouts for one in trial.mappings),
        "lost": sum(call["fault"] == "lost" for call in calls),
        "throttled": sum(call["fault"] == "throttled" for call in calls),
        "model": sum(request.failure is not None for request in trial.plan.requests.values()),
        "twice": len(trial.plan.order) - len(trial.plan.requests),
        "timeouts": sum(mapping.timeouts for mapping in trial.mappings),
        "crashes": sum(process.crashes for process in trial.processes),
    }


def processor(trial: Trial) -> dict:
    """Processor time of the system's own processes, in seconds: all of it, and without what starts have cost."""
    total = sum(process.cpu for process in trial.processes)
    starts = sum(process.start_cpu * process.starts for process in trial.processes)
    return {
        "cpu": round(total, 3),
        "cpu_work": round(total - starts, 3),
        "cpu_start": round(sum(process.start_cpu for process in trial.processes) / len(trial.processes), 3),
        "starts": sum(process.starts for process in trial.processes),
    }


def by_operation(calls: list[dict], host: bool) -> dict[str, int]:
    """Calls by operation; the host's are those of event source mappings."""
    counted = (call for call in calls if call["caller"].startswith("host-") == host)
    return dict(sorted(Counter(f"{call['service']} {call['operation']}" for call in counted).items()))


def complete(plan: Plan, figures: dict) -> list[str]:
    """Why a run proves nothing, or that the mesh broke its promise; empty when all is well."""
    wrong = [
        f"no {what} happened"
        for what in ("killed", "lost", "throttled")
        if getattr(plan.shares, what) and not figures["faults"][what]
    ]
    if figures["system"].startswith("mesh"):
        promised = ("lost", "effects_again", "answers_that_differ", "outcomes_that_differ", "healthy_set_aside")
        wrong += [f"{what} is {figures[what]}, the mesh promises none" for what in promised if figures[what]]
    if figures["pending"]:
        wrong.append(f"{figures['pending']} messages were left when it was given up")
    return wrong
