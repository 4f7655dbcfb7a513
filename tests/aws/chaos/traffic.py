"""Requests in bursts, some of them twice, and messages that come to a queue a second time."""

import json
import random
import threading
from dataclasses import dataclass, field

from events import Event, Recorder
from mesh import Mesh

BATCH = 10
LARGEST_BURST = 60
# One request in so many is sent twice in one breath, one in so many again when others have followed.
TWINS, REPEATS = 20, 20


@dataclass
class Plan:
    """The requests of one run; everything that chance decides follows from the seed."""

    mesh: Mesh
    count: int
    seed: int
    sent_again: int = 0
    ids: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.marker = f"chaos {self.seed} of {self.mesh.run}"
        self.prefix = f"chaos-{self.mesh.run}-{self.seed}-"
        self.ids = [f"{self.prefix}{at}" for at in range(self.count)]

    def body(self, at: int) -> str:
        """The same bytes each time."""
        topic = f"Number {at} in {self.marker}"
        return json.dumps({"content_topic": topic, "word_count": 300, "request_id": self.ids[at]})

    def number_of(self, topic: str) -> int | None:
        """Which request a topic is of, if any."""
        if self.marker not in topic:
            return None
        return int(topic.split("Number ", 1)[1].split(" ", 1)[0])

    def send(self, numbers: list[int]) -> None:
        for start in range(0, len(numbers), BATCH):
            chosen = numbers[start : start + BATCH]
            entries = [{"Id": str(at), "Message": self.body(number)} for at, number in enumerate(chosen)]
            topic = self.mesh.topic("/content/request")
            answer = self.mesh.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
            assert not answer.get("Failed"), answer


class Publisher(threading.Thread):
    """Publishes all requests of a plan."""

    def __init__(self, plan: Plan, longest_pause: float) -> None:
        super().__init__(daemon=True)
        self.plan, self.longest_pause = plan, longest_pause
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            self._publish()
        except BaseException as error:  # noqa: BLE001: who waits for us is told
            self.failed = error

    def _publish(self) -> None:
        plan, chance, at = self.plan, random.Random(self.plan.seed), 0
        largest = max(1, min(LARGEST_BURST, plan.count // 10))
        pause = threading.Event()
        while at < plan.count:
            burst = list(range(at, min(at + chance.randint(1, largest), plan.count)))
            again = [number for number in burst if number % TWINS == 0]
            earlier = range(max(0, at - 2 * largest), max(0, at - largest))
            again += [number for number in earlier if number % REPEATS == 1]
            at = burst[-1] + 1
            plan.sent_again += len(again)
            burst += again
            chance.shuffle(burst)
            plan.send(burst)
            pause.wait(chance.uniform(0, self.longest_pause))


class Listener(Recorder):
    """Hears all channels, and keeps what it heard as it came, to send it once more."""

    def __init__(self, mesh: Mesh) -> None:
        super().__init__(mesh)
        self.raw: list[tuple[str, str]] = []

    def run(self) -> None:
        while not self.stopped.is_set():
            for message in self.queue.take():
                event = Event.of_notification(message["Body"], self.mesh.prefix)
                self.raw.append((event.channel, message["Body"]))
                self.events.append(event)


class Resender(threading.Thread):
    """Sends messages that were delivered once more to the queues of those who subscribe to their channel: what SQS does
    when it delivers twice."""

    def __init__(self, mesh: Mesh, listener: Listener, seed: int) -> None:
        super().__init__(daemon=True)
        self.mesh, self.listener = mesh, listener
        self.chance = random.Random(seed + 1)
        self.over = threading.Event()
        self.sent = 0
        self.queues: dict[str, list[str]] = {}
        for name, agent in mesh.agents.items():
            for subscription in agent["subscribes"]:
                url = mesh.queue_named(mesh.name(name)).url
                self.queues.setdefault(subscription["channel"], []).append(url)

    def run(self) -> None:
        while not self.over.wait(self.chance.uniform(0.1, 0.6)):
            if not self.listener.raw:
                continue
            channel, body = self.chance.choice(self.listener.raw)
            for url in self.queues.get(channel, []):
                self.mesh.sqs.send_message(QueueUrl=url, MessageBody=body)
                self.sent += 1

    def stop(self) -> None:
        self.over.set()
        self.join()
