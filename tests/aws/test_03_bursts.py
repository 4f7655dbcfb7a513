"""Many requests at once: each run ends exactly once, and the provider never sees more than two drafts at a time."""

import pytest
from events import Recorder
from mesh import Mesh, eventually, never
from model_stub import DRAFT, ModelStub


# Of few drafts no two need meet at the provider, of two hundred they do.
@pytest.mark.parametrize(("count", "seconds", "at_once"), [(5, 30, {1, 2}), (10, 60, {1, 2}), (200, 240, {2})])
def test_every_run_of_a_burst_ends_once(
    mesh: Mesh, recorder: Recorder, stub: ModelStub, count: int, seconds: int, at_once: set[int]
) -> None:
    stub.watch()
    sent = mesh.burst(f"Burst of {count}", count)

    def ended() -> bool:
        return {event.payload["request_id"] for event in recorder.finals(sent)} == sent

    eventually(ended, f"{count} runs end", seconds, every=0.5)
    finals = recorder.finals(sent)
    assert {event.type for event in finals} == {"ContentPublished"}
    assert len(finals) == len({event.attributes["ce-id"] for event in finals}) == count
    fates = [row["id"]["S"] for row in mesh.rows("fates")]
    assert all(fates.count(event.run) == 1 for event in finals)
    assert stub.most_open[DRAFT] in at_once
    assert stub.articles_about(f"Burst of {count} ") == count, "an article is paid for twice"
    never(lambda: len(recorder.finals(sent)) > count, "a run ends a second time")
    for agent in mesh.agents:
        assert mesh.depth(mesh.queue_named(mesh.name(f"{agent}-dlq"))) == 0


def test_a_provider_that_allows_sixty_calls_a_minute(mesh: Mesh, recorder: Recorder, stub: ModelStub) -> None:
    """What is too much for the provider waits as long as it asks. Sixty a minute are six in six seconds."""
    refused = stub.statuses[429]
    stub.limit = (6, 6.0)
    try:
        sent = mesh.burst("Rationed", 20)
        eventually(lambda: len(recorder.finals(sent)) == len(sent), "20 runs end", 120, every=0.5)
    finally:
        stub.limit = None
    assert stub.statuses[429] > refused, "the limit was never met"
    assert {event.type for event in recorder.finals(sent)} == {"ContentPublished"}
    assert recorder.where(lambda event: event.payload.get("request_id") in sent and event.type == "GenFailure") == []
