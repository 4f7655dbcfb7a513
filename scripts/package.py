#!/usr/bin/env python3
"""What scripts/package.sh cannot do itself: list the agents, check the binaries, write zips that never differ."""

import argparse
import hashlib
import json
import pathlib
import re
import sys
import zipfile

OUT = pathlib.Path("target/package")
# The ELF header's number of each architecture.
MACHINES = {"x86_64": 0x3E, "arm64": 0xB7}


def fail(message):
    sys.exit(f"package: {message}")


def agents():
    """The agents that are part of a deployment, and the HTTP interface."""
    declared = [json.loads(path.read_text()) for path in sorted(pathlib.Path("agents").glob("*/agent.json"))]
    return [agent["name"] for agent in declared if agent.get("deploy", True)] + ["gateway"]


def check(agent, binary, arch, glibc):
    """Refuses a binary that would not start on Lambda."""
    if binary[:4] != b"\x7fELF" or int.from_bytes(binary[18:20], "little") != MACHINES[arch]:
        fail(f"the binary of {agent} is not one for {arch}")
    # The versions of symbols a binary needs stand in its table of strings, each between zeros.
    needed = [tuple(map(int, one.split(b"."))) for one in re.findall(rb"(?<=\0)GLIBC_(\d+\.\d+)(?:\.\d+)?(?=\0)", binary)]
    if not needed:
        fail(f"the binary of {agent} names no version of glibc; it cannot be checked")
    newest = max(needed)
    if newest > tuple(map(int, glibc.split("."))):
        fail(f"the binary of {agent} needs glibc {newest[0]}.{newest[1]}, Lambda has {glibc}; use PROFILE=lambda")


def write(path, binary, level):
    """One file with a fixed time and mode, so that the same binary gives the same zip."""
    entry = zipfile.ZipInfo("bootstrap", date_time=(1980, 1, 1, 0, 0, 0))
    entry.create_system = 3
    entry.external_attr = 0o100755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, binary, compresslevel=level)


def package(agent, given):
    binary = pathlib.Path(given.built % agent).read_bytes()
    check(agent, binary, given.arch, given.glibc)
    path = OUT / f"{agent}.zip"
    write(path, binary, given.level)
    data = path.read_bytes()
    line = {"agent": agent, "arch": given.arch, "zip": str(path), "bytes": len(data), "bootstrap_bytes": len(binary)}
    line["sha256"] = hashlib.sha256(data).hexdigest()
    return line


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("agents")
    zips = commands.add_parser("zip")
    zips.add_argument("--arch", choices=MACHINES, required=True)
    zips.add_argument("--glibc", required=True)
    zips.add_argument("--built", required=True)
    zips.add_argument("--level", type=int, choices=range(1, 10), required=True, help="1 is quick, 9 is small")
    zips.add_argument("agents", nargs="+")
    given = parser.parse_args()
    if given.command == "agents":
        print(*agents())
        return
    OUT.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(package(agent, given)) for agent in given.agents]
    (OUT / "manifest.jsonl").write_text("".join(line + "\n" for line in lines))
    print(*lines, sep="\n")


main()
