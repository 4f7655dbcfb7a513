"""A proxy on loopback in front of the endpoint: counts every call, loses replies, throttles.

Its log has a line of JSON for each call. On standard output it says its port, then what each receive brought.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from plan import Shares, call_fault, named
from wire import Call, call_of, throttled

LONGEST_HEAD = 1 << 20
NO_BODY = (204, 304)


@dataclass
class Message:
    """A request or a reply as it was read."""

    first: str
    headers: list[tuple[str, str]]
    body: bytes = b""

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    def bytes(self) -> bytes:
        """On the wire, with a length in place of chunks."""
        dropped = ("transfer-encoding", "content-length", "expect")
        # A reply to HEAD has the length of what it does not hold.
        length = [("content-length", self.header("content-length") if not self.body else str(len(self.body)))]
        kept = [pair for pair in self.headers if pair[0].lower() not in dropped]
        lines = [self.first, *(f"{name}: {value}" for name, value in kept + [pair for pair in length if pair[1]])]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


async def read_head(reader: asyncio.StreamReader) -> Message:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return Message(first, [(name.strip(), value.strip()) for name, _, value in pairs])


async def read_body(reader: asyncio.StreamReader, message: Message) -> None:
    if "chunked" in message.header("transfer-encoding").lower():
        parts = []
        while size := int((await reader.readline()).split(b";")[0], 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        while (await reader.readline()).strip():
            pass
        message.body = b"".join(parts)
    elif length := message.header("content-length"):
        message.body = await reader.readexactly(int(length))


class Proxy:
    """All connections of one run."""

    def __init__(self, upstream: int, seed: int, shares: Shares, log: Path) -> None:
        self.upstream, self.seed, self.shares = upstream, seed, shares
        self.log = log.open("w", buffering=1)
        self.numbers: Counter[str] = Counter()

    async def serve(self) -> None:
        server = await asyncio.start_server(self.connection, "127.0.0.1", 0, limit=LONGEST_HEAD)
        print(server.sockets[0].getsockname()[1], flush=True)
        async with server:
            await server.serve_forever()

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client, with a connection to the endpoint of its own."""
        above, to_above = await asyncio.open_connection("127.0.0.1", self.upstream, limit=LONGEST_HEAD)
        try:
            while await self.exchange(reader, writer, above, to_above):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            to_above.close()

    async def exchange(self, reader, writer, above, to_above) -> bool:
        """One call; false when the connection ends with it."""
        request = await read_head(reader)
        if "100-continue" in request.header("expect").lower():
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await read_body(reader, request)
        method, path, _ = request.first.split(" ", 2)
        call = call_of(method, path, {name.lower(): value for name, value in request.headers}, request.body)
        fault = self.fault(call)
        if fault == "throttled":
            status, kind, body = throttled(call.service)
            self.note(call, status, fault)
            writer.write(Message(f"HTTP/1.1 {status} Throttled", [("content-type", kind)], body).bytes())
            await writer.drain()
            return True
        to_above.write(request.bytes())
        await to_above.drain()
        reply = await read_head(above)
        status = int(reply.first.split(" ", 2)[1])
        if method != "HEAD" and status not in NO_BODY:
            await read_body(above, reply)
        self.note(call, status, fault)
        if fault == "lost":
            writer.transport.abort()
            return False
        if call.operation == "ReceiveMessage" and reply.body:
            self.say(call, reply.body)
        writer.write(reply.bytes())
        await writer.drain()
        return True

    def fault(self, call: Call) -> str | None:
        """The faults of an operation are drawn by its own numbers, so they do not depend on what else is called."""
        number = self.numbers[call.label]
        self.numbers[call.label] += 1
        return call_fault(self.shares, self.seed, call.label, number)

    def note(self, call: Call, status: int, fault: str | None) -> None:
        self.log.write(json.dumps(asdict(call) | {"status": status, "fault": fault}) + "\n")

    def say(self, call: Call, body: bytes) -> None:
        """What a receive brought, for whoever kills processes."""
        messages = json.loads(body).get("Messages", [])
        names = named("".join(message["Body"] for message in messages))
        if names:
            print(json.dumps({"caller": call.caller, "names": names}), flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    for name, kind in (("--upstream", int), ("--seed", int), ("--shares", json.loads), ("--log", Path)):
        arguments.add_argument(name, type=kind, required=True)
    chosen = arguments.parse_args()
    proxy = Proxy(chosen.upstream, chosen.seed, Shares(**chosen.shares), chosen.log)
    try:
        asyncio.run(proxy.serve())
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
