#!/usr/bin/env python3
"""`make bench-peers`: the same flow with the same faults on the mesh and on its peers, over a local AWS endpoint.

Data goes to standard output (tables, or JSON with --json), talk to standard error. Figures and logs are kept in
target/bench-peers/<name>/figures.json. Ends with 1 when a run proves nothing, or the mesh broke its promise.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

from cloud import Missing, endpoint_binaries
from measure import complete, measure
from plan import Shares, plan
from report import tables
from systems import OUT, SYSTEMS
from trial import run


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench-peers", description=__doc__)
    parser.add_argument("--requests", type=int, default=1000, help="requests of a run")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each system, seeds 1 to this")
    parser.add_argument("--system", action="append", choices=list(SYSTEMS), help="only this one; may be repeated")
    parser.add_argument("--no-faults", action="store_true", help="nothing goes wrong")
    parser.add_argument("--json", action="store_true", help="figures in place of tables")
    parser.add_argument("--name", default="runs", help="folder below target/bench-peers for logs and figures.json")
    parser.add_argument("--kept", type=Path, nargs="+", help="shows these figures.json together, and runs nothing")
    return parser.parse_args()


def main() -> int:
    chosen = arguments()
    if chosen.kept:
        figures = [seen for file in chosen.kept for seen in json.loads(file.read_text())]
        return show(chosen, figures, [])
    shares = Shares.none() if chosen.no_faults else Shares()
    binaries, figures, wrong = endpoint_binaries(), [], []
    out = OUT / Path(chosen.name).name
    shutil.rmtree(out, ignore_errors=True)
    for seed in range(1, chosen.seeds + 1):
        drawn = plan(seed, chosen.requests, shares)
        for system in chosen.system or SYSTEMS:
            folder = out / f"{seed}-{system.replace(', ', '-').lower()}"
            seen = measure(run(SYSTEMS[system], drawn, binaries, folder))
            figures.append(seen)
            wrong += [f"seed {seed}, {system}: {why}" for why in complete(drawn, seen)]
            say(seen)
            (out / "figures.json").write_text(json.dumps(figures, indent=1))
    return show(chosen, figures, wrong)


def show(chosen: argparse.Namespace, figures: list[dict], wrong: list[str]) -> int:
    print(json.dumps(figures, indent=1) if chosen.json else tables(figures))
    for why in wrong:
        print(f"bench-peers: {why}", file=sys.stderr)
    return 1 if wrong else 0


def say(seen: dict) -> None:
    counts = [f"{seen['effects']} of {seen['requests']} done", f"{len(seen['lost'])} lost"]
    counts += [f"{seen['effects_again']} effects again", f"{seen['seconds']:.0f} s", f"faults {seen['faults']}"]
    print(f"seed {seen['seed']}, {seen['system']}: {', '.join(counts)}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Missing as missing:
        sys.exit(f"bench-peers: {missing}")
    except KeyboardInterrupt:
        sys.exit(130)
