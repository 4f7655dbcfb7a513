"""A new version goes live and is rolled back while requests flow; none is lost."""

import io
import threading
import time
import zipfile

from events import Recorder
from mesh import ROOT, Mesh, eventually

REQUESTS = 24


def test_a_release_and_its_rollback_lose_nothing(mesh: Mesh, recorder: Recorder) -> None:
    function = mesh.name("content-gen")
    old = live(mesh, function)
    sent: set[str] = set()
    flow = threading.Thread(target=lambda: send(mesh, sent))
    flow.start()
    wait_for(recorder, sent, REQUESTS // 4)
    new = publish_version(mesh, function)
    assert new != old
    point(mesh, function, new)
    wait_for(recorder, sent, REQUESTS * 3 // 4)
    point(mesh, function, old)
    flow.join()
    wait_for(recorder, sent, REQUESTS)

    assert {event.type for event in recorder.finals(sent)} == {"ContentPublished"}
    assert len(recorder.finals(sent)) == REQUESTS
    assert live(mesh, function) == old
    assert {old, new} <= versions_that_ran(mesh, function)
    mesh.lambda_.delete_function(FunctionName=function, Qualifier=new)


def send(mesh: Mesh, sent: set[str]) -> None:
    for at in range(REQUESTS):
        sent.add(mesh.request(f"Release number {at}"))
        time.sleep(0.25)


def wait_for(recorder: Recorder, sent: set[str], count: int) -> None:
    eventually(lambda: len(recorder.finals(set(sent))) >= count, f"{count} runs end", 60)


def live(mesh: Mesh, function: str) -> str:
    return mesh.lambda_.get_alias(FunctionName=function, Name="live")["FunctionVersion"]


def point(mesh: Mesh, function: str, version: str) -> None:
    mesh.lambda_.update_alias(FunctionName=function, Name="live", FunctionVersion=version)


def publish_version(mesh: Mesh, function: str) -> str:
    """The same program in another package."""
    package = io.BytesIO((ROOT / "target" / "package" / "content-gen.zip").read_bytes())
    with zipfile.ZipFile(package, "a") as archive:
        archive.writestr("release.txt", str(time.time_ns()))
    mesh.lambda_.update_function_code(FunctionName=function, ZipFile=package.getvalue())
    mesh.lambda_.get_waiter("function_updated_v2").wait(FunctionName=function)
    return mesh.lambda_.publish_version(FunctionName=function)["Version"]


def versions_that_ran(mesh: Mesh, function: str) -> set[str]:
    """The names of log streams tell: `2026/11/20/[3]...`."""
    pages = mesh.logs.get_paginator("describe_log_streams").paginate(logGroupName=f"/aws/lambda/{function}")
    names = [stream["logStreamName"] for page in pages for stream in page["logStreams"]]
    return {name.split("[")[1].split("]")[0] for name in names}
