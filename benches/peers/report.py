"""The tables, from the figures of all runs."""

from collections.abc import Callable
from statistics import median


def tables(runs: list[dict]) -> str:
    """What happened, what it took, the calls by operation, the ratios."""
    systems = list(dict.fromkeys(run["system"] for run in runs))
    of = {system: [run for run in runs if run["system"] == system] for system in systems}
    return "\n\n".join((happened(of), took(of), calls(of), ratios(of), done(of)))


def happened(of: dict[str, list[dict]]) -> str:
    """Sums over all seeds: a single loss must not vanish in a median."""

    def total(field: str) -> Callable[[list[dict]], str]:
        return lambda runs: str(sum(count(run[field]) for run in runs))

    def share(part: str, whole: str) -> Callable[[list[dict]], str]:
        return lambda runs: f"{sum(count(run[part]) for run in runs)} of {sum(run[whole] for run in runs)}"

    rows = {
        "valid requests": total("requests"),
        "with an answer": total("answers"),
        "with an effect": total("effects"),
        "**lost**: no effect, nowhere set aside": total("lost"),
        "valid, yet set aside": total("healthy_set_aside"),
        "model paid again": total("paid_again"),
        "draft written again": total("drafts_again"),
        "answer published again": total("answers_again"),
        "requests with answers that differ": total("answers_that_differ"),
        "**effect done again**": total("effects_again"),
        "outcome published again": total("outcomes_again"),
        "requests with outcomes that differ": total("outcomes_that_differ"),
        "invalid requests set aside": share("invalid_set_aside", "invalid"),
        "... with a named cause": share("invalid_explained", "invalid"),
    }
    cells = [[name, *(cell(runs) for runs in of.values())] for name, cell in rows.items()]
    return table(["all seeds together", *of], cells)


def took(of: dict[str, list[dict]]) -> str:
    """Medians over the seeds."""
    rows = {
        "calls of AWS per 1,000 requests": lambda run: per_thousand(run, "own") + per_thousand(run, "host"),
        "... by the system's own processes": lambda run: per_thousand(run, "own"),
        "... by the event source mappings": lambda run: per_thousand(run, "host"),
        "calls of the model per 1,000 requests": lambda run: 1000 * run["model_calls"] / run["requests"],
        "CPU ms per record, starts left out": cpu_work,
        "CPU ms per record, starts included": lambda run: 1000 * run["cpu"] / run["records"],
        "CPU ms of a start": lambda run: 1000 * run["cpu_start"],
        "seconds until all was done": lambda run: run["seconds"],
    }
    cells = [[name, *(number(mid(runs, figure)) for runs in of.values())] for name, figure in rows.items()]
    return table(["median of the seeds", *of], cells)


def calls(of: dict[str, list[dict]]) -> str:
    """Calls per 1,000 valid requests by operation; a mapping's are marked."""
    every = [run["calls"] for runs in of.values() for run in runs]
    kinds = {(who, name) for made in every for who, names in made.items() for name in names}

    def each(who: str, name: str) -> Callable[[dict], float]:
        return lambda run: 1000 * run["calls"][who].get(name, 0) / run["requests"]

    rows = []
    for who, name in sorted(kinds, key=lambda kind: (kind[0] == "host", kind[1])):
        label = f"{name} (mapping)" if who == "host" else name
        rows.append([label, *(number(mid(runs, each(who, name))) for runs in of.values())])
    return table(["calls per 1,000 requests, median", *of], rows)


def ratios(of: dict[str, list[dict]]) -> str:
    """Peer by mesh in the same host, seed by seed, then the median."""
    rows = []
    for ours, peer in (("mesh, functions", "Powertools"), ("mesh, workers", "shove")):
        if ours in of and peer in of:
            pairs = [(a, b) for a in of[ours] for b in of[peer] if a["seed"] == b["seed"]]
            all_calls = [(total_calls(b) / total_calls(a)) for a, b in pairs]
            work = [cpu_work(b) / cpu_work(a) for a, b in pairs]
            rows.append([f"{peer} / {ours}", number(median(all_calls)), number(median(work))])
    return table(["ratio of the medians of the seeds", "calls of AWS", "CPU a record"], rows)


def done(of: dict[str, list[dict]]) -> str:
    """The faults that happened, all seeds together."""
    names = {
        "killed": "processes killed",
        "lost": "replies lost",
        "throttled": "calls throttled",
        "model": "requests on which the model failed",
        "twice": "requests sent twice",
        "timeouts": "invocations out of time",
        "crashes": "processes that ended by themselves",
    }
    totals = {name: [str(sum(run["faults"][name] for run in runs)) for runs in of.values()] for name in names}
    return table(["faults, all seeds together", *of], [[label, *totals[name]] for name, label in names.items()])


def count(value: int | list) -> int:
    return value if isinstance(value, int) else len(value)


def per_thousand(run: dict, who: str) -> float:
    return 1000 * sum(run["calls"][who].values()) / run["requests"]


def total_calls(run: dict) -> float:
    return per_thousand(run, "own") + per_thousand(run, "host")


def cpu_work(run: dict) -> float:
    return 1000 * run["cpu_work"] / run["records"]


def mid(runs: list[dict], figure: Callable[[dict], float]) -> float:
    return median(figure(run) for run in runs)


def number(value: float) -> str:
    if value == 0:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(heads: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * (len(heads) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
