"""Answers a repeated request of Terraform's with the first one's answer.

On a busy machine a connection can break while its answer is under way. Terraform's AWS SDK then sends the request again, and
what it creates either "exists already" or exists twice, which AWS refuses or recognises and MiniStack does not. A repetition
carries the `amz-sdk-invocation-id` of the first attempt. Requests of functions and tests are passed on as often as they come:
what a mesh does with them is what is tested.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable

# The latest answers; a repetition follows within seconds.
KEPT = 4096
# Applications of ASGI take a scope and two callables.
Application = Callable[..., Awaitable[None]]
log = logging.getLogger("retries")


def once_for_terraform(app: Application) -> Application:
    """The application, with every request of Terraform's done once."""
    answers: OrderedDict[str, asyncio.Future[list[dict]]] = OrderedDict()

    async def answer(scope: dict, receive: Callable, send: Callable) -> None:
        invocation = invocation_of(scope)
        if not invocation:
            return await app(scope, receive, send)
        if invocation not in answers:
            # In a task of its own: it ends even when the connection does not last as long.
            answers[invocation] = asyncio.ensure_future(recorded(app, scope, receive))
            if len(answers) > KEPT:
                answers.popitem(last=False)
        else:
            log.warning("asked again, answered from the first time: %s %s", scope["method"], scope["path"])
        messages = await asyncio.shield(answers[invocation])
        if failed(messages):
            answers.pop(invocation, None)
        for message in messages:
            await send(message)

    return answer


def invocation_of(scope: dict) -> str:
    """What the attempts of one request of Terraform's have in common; empty for anybody else's."""
    if scope["type"] != "http":
        return ""
    headers = dict(scope["headers"])
    ours = b"terraform" in headers.get(b"user-agent", b"").lower()
    return headers.get(b"amz-sdk-invocation-id", b"").decode("latin-1") if ours else ""


async def recorded(app: Application, scope: dict, receive: Callable) -> list[dict]:
    """The messages of one answer."""
    messages: list[dict] = []
    body = await request_body(receive)

    async def replay() -> dict:
        return body.pop(0) if body else {"type": "http.disconnect"}

    async def keep(message: dict) -> None:
        messages.append(message)

    await app(scope, replay, keep)
    return messages


async def request_body(receive: Callable) -> list[dict]:
    """The messages of a request's body, read while its connection is there."""
    messages = [await receive()]
    while messages[-1]["type"] == "http.request" and messages[-1].get("more_body"):
        messages.append(await receive())
    return messages


def failed(messages: list[dict]) -> bool:
    """Whether the answer asks for another attempt: a fault of the server's, or none at all."""
    status = next((message["status"] for message in messages if message["type"] == "http.response.start"), 500)
    return status >= 500 or status == 429
