#!/usr/bin/env python3
"""Gives the events of an agent made by `make new-agent` a second, breaking version, by the steps of contracts/README.md.

    python3 tests/second-version/apply.py shout

For a copy of the repository. What it adds to the agent are tests: `cargo test -p agent-shout`.
"""

import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
EVENTS = pathlib.Path("shared/contracts/src/events")


def change(path, old, new):
    """Puts `new` in the place of `old`, which is there once."""
    path = pathlib.Path(path)
    text = path.read_text()
    if text.count(old) != 1:
        sys.exit(f"second-version: {path} has {text.count(old)} times {old!r}, not once")
    path.write_text(text.replace(old, new))


def write(path, text):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def template(name):
    """A file of this folder, in the agent's words."""
    return (HERE / name).read_text().replace("Shout", pascal).replace("shout", agent)


def types():
    module = EVENTS / f"{agent}.rs"
    write(module, module.read_text() + template("types.rs.txt"))
    change(EVENTS / "mod.rs", f"{pascal}Requested}};", f"{pascal}Requested, {pascal}RequestedV2, {pascal}DoneV2}};")
    for kind in ("Requested", "Done"):
        line = f"    EventSpec::of::<{pascal}{kind}>(),\n"
        change(EVENTS / "mod.rs", line, line + f"    EventSpec::of::<{pascal}{kind}V2>(),\n")


def examples():
    for kind in ("requested", "done"):
        folder = f"contracts/examples/{agent}-{kind}-v2"
        write(f"{folder}/minimal.json", json.dumps({"text": "?"}, indent=2) + "\n")
        write(f"{folder}/full.json", json.dumps({"text": "Is anybody there?"}, indent=2) + "\n")


def handler():
    path = f"agents/{agent}/src/lib.rs"
    change(path, f"{pascal}Done, {pascal}Requested}};", f"{pascal}Done, {pascal}DoneV2, {pascal}Requested, {pascal}RequestedV2}};")
    start = f"        let request: {pascal}Requested = event.payload()?;\n"
    change(path, start, template("handler.rs.txt") + start)


agent = sys.argv[1]
pascal = agent.capitalize()
types()
examples()
handler()
write(f"agents/{agent}/tests/second_version.rs", template("tests.rs.txt"))
subprocess.run(["cargo", "run", "--quiet", "--example", "bless"], check=True)
