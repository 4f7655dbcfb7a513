"""The HTTP interface through API Gateway: a site, a post, its article with images, and off again."""

import threading
import uuid
from collections import Counter
from collections.abc import Callable

import pytest
from api import ORDER, Api, assert_never_back, new_key
from events import Recorder, assert_valid
from mesh import Mesh, eventually, never
from model_stub import DRAFT, METADATA, PLAN, REFINE, ModelStub
from stack import Stack

SITE, PLAIN = "studio", "plain"
STAGES = {
    "ContentRequest": 1,
    "ContentDrafted": 1,
    "ContentReady": 1,
    "ReviewCompleted": 1,
    "ImageRequested": 3,
    "ImagesReady": 1,
    "MetadataReady": 1,
    "ContentPublished": 1,
}


@pytest.fixture(scope="module")
def keys(mesh: Mesh, stack: Stack) -> Callable[..., Api]:
    """Makes callers."""
    return new_key(mesh, stack.api)


@pytest.fixture(scope="module")
def api(keys: Callable[..., Api]) -> Api:
    """A caller who may do everything, and two sites: one with all stages, one with the fewest."""
    caller = keys()
    caller.put_site(SITE, refine=True, metadata=True, imagesPerArticle=3, brandColors=["#0B3D2E"])
    caller.put_site(PLAIN)
    return caller


def title(about: str) -> str:
    return f"{about} {uuid.uuid4().hex[:6]}"


@pytest.fixture(scope="module")
def article(api: Api, recorder: Recorder) -> tuple[str, str, list[dict]]:
    """A post with all stages: its id, its run, and every status that was seen on the way. All of it is recorded."""
    assert recorder.is_alive()
    post = api.put_post(SITE, title("Every stage of a post"), keywords=["stages"])
    run = api.generate(post)
    return post, run, api.follow(run)


def test_it_answers_and_describes_itself(api: Api) -> None:
    anybody = Api(api.url)
    assert anybody.call("GET", "/health").status == 200
    document = anybody.call("GET", "/openapi.json")
    assert document.status == 200 and "/generate" in document.body["paths"]


def test_a_post_is_generated_and_never_goes_back(api: Api, article: tuple[str, str, list[dict]]) -> None:
    post, run, seen = article
    assert_never_back(seen)
    last = seen[-1]
    assert (last["status"], last["progress"], last["postId"], last["websiteId"]) == ("complete", 100, post, SITE), last
    assert last["finalMarkdownUri"] == last["finalMarkdown"]["uri"] and last["degraded"] == [], last
    assert {one["status"] for one in seen} <= set(ORDER)
    stored = api.call("GET", f"/posts/{post}").body
    assert (stored["status"], stored["finalMarkdownUri"]) == ("complete", last["finalMarkdownUri"])
    assert stored["trackingId"] == run


def test_the_timeline_holds_every_stage(api: Api, article: tuple[str, str, list[dict]], recorder: Recorder) -> None:
    _, run, _ = article

    def told() -> Counter[str]:
        return Counter(line["eventType"] for line in api.status(run)["timeline"])

    # What is told late is told all the same.
    eventually(lambda: told() == STAGES, f"the timeline holds {STAGES}")
    times = [line["at"] for line in api.status(run)["timeline"]]
    assert times == sorted(times)
    assert_valid(recorder.end_of(run), "content-published-v1")


def test_page_markdown_and_images_are_where_the_status_says(
    mesh: Mesh, api: Api, article: tuple[str, str, list[dict]], stub: ModelStub
) -> None:
    post, run, _ = article
    status = api.status(run)
    assert status["page"]["uri"] == f"s3://{mesh.site}/sites/{SITE}/posts/{post}/index.html"
    html = mesh.read(status["page"]["uri"]).decode()
    assert status["topic"] in html
    assert mesh.read(status["finalMarkdownUri"]).startswith(b"---\n")
    assert [image["status"] for image in status["images"]] == ["ok"] * 3, status["images"]
    for image in status["images"]:
        assert image["altText"] in html and mesh.read(image["image"]["uri"])
        for file in image["files"]:
            assert file["file"]["uri"] == f"s3://{mesh.site}/sites/{SITE}/{file['path']}"
            assert len(mesh.read(file["file"]["uri"])) == file["file"]["bytes"]
    topic = status["topic"]
    assert [stub.articles_about(topic, kind) for kind in (DRAFT, REFINE, PLAN, METADATA)] == [1, 1, 1, 1]


def test_whoever_prefers_to_wait_gets_the_end(api: Api) -> None:
    post = api.put_post(PLAIN, title("Waiting for the end"))
    answer = api.call("POST", "/generate", {"postId": post}, prefer="wait=25")
    assert (answer.status, answer.headers["preference-applied"]) == (200, "wait=25"), answer
    assert answer.body["status"] == "complete"


def test_a_key_of_idempotency_is_one_run(api: Api, recorder: Recorder, stub: ModelStub) -> None:
    topic = title("Asked for twice")
    post, key = api.put_post(PLAIN, topic), uuid.uuid4().hex
    runs = together(lambda _: api.generate(post, idempotency_key=key), 4)
    assert len(set(runs)) == 1
    api.follow(runs[0])
    assert api.generate(post, idempotency_key=key) == runs[0], "it is the same run when it has ended"
    assert recorder.end_of(runs[0]).type == "ContentPublished"
    # The request may be sent twice, by whoever repeats it before it is marked as sent; it is one event.
    assert {event.attributes["ce-id"] for event in recorder.of_run(runs[0], "ContentRequest")} == set(runs[:1])
    assert stub.articles_about(topic) == 1
    other = api.put_post(PLAIN, title("Another one"))
    reused = api.call("POST", "/generate", {"postId": other}, idempotency_key=key)
    reused.problem(422, "IDEMPOTENCY_KEY_REUSED")


def test_ten_posts_at_once_are_complete_and_none_twice(api: Api, recorder: Recorder, stub: ModelStub) -> None:
    topic = title("Ten at once")
    posts = [api.put_post(PLAIN, f"{topic} number {at}") for at in range(10)]
    runs = together(lambda at: api.generate(posts[at]), len(posts))
    assert len(set(runs)) == len(posts)
    ends = together(lambda at: api.follow(runs[at])[-1], len(runs))
    assert [end["status"] for end in ends] == ["complete"] * len(posts)
    assert len({end["page"]["uri"] for end in ends}) == len(posts)
    assert stub.articles_about(topic) == len(posts)
    assert [recorder.end_of(run).type for run in runs] == ["ContentPublished"] * len(runs)
    never(lambda: any(len(recorder.finals_of(run)) > 1 for run in runs), "a run ends a second time")


def together(call: Callable[[int], object], count: int) -> list:
    """What so many calls at the same time gave."""
    results: dict[int, object] = {}

    def run(at: int) -> None:
        results[at] = call(at)

    threads = [threading.Thread(target=run, args=(at,)) for at in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == count, "a call failed; see above"
    return [results[at] for at in range(count)]


def test_what_is_wrong_is_a_problem_that_names_it(api: Api, keys: Callable[..., Api]) -> None:
    unknown = api.call("POST", "/generate", {"postId": "nowhere"})
    assert "nowhere" in unknown.problem(404, "NOT_FOUND")["detail"]
    api.call("GET", "/no/such/route").problem(404, "NOT_FOUND")
    lonely = api.put_post(f"nobody-{uuid.uuid4().hex[:6]}", title("Without a site"))
    api.call("POST", "/generate", {"postId": lonely}).problem(409, "SITE_MISSING")
    api.put_site("asleep", isActive=False)
    sleeping = api.put_post("asleep", title("Without a wake site"))
    api.call("POST", "/generate", {"postId": sleeping}).problem(409, "SITE_INACTIVE")
    api.put_site("choosy", preferredTextModel="anthropic/another")
    choosy = api.put_post("choosy", title("With another model"))
    api.call("POST", "/generate", {"postId": choosy}).problem(409, "MODEL_NOT_CONFIGURED")
    api.call("POST", "/generate", '{"postId": ').problem(400, "INVALID_JSON")
    api.call("POST", "/generate", "{}" + " " * 70_000).problem(413, "PAYLOAD_TOO_LARGE")
    api.call("POST", "/generate", "postId=x", content_type="text/plain").problem(415, "UNSUPPORTED_MEDIA_TYPE")
    reader = keys("read")
    reader.call("POST", "/generate", {"postId": lonely}).problem(403, "SCOPE_MISSING")
    tenant = keys("read", "generate", site=PLAIN)
    tenant.call("POST", "/generate", {"postId": sleeping}).problem(404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "field"),
    [
        ("POST", "/generate", {"postId": 5}, "CONTRACT_VIOLATION", "postId"),
        ("POST", "/generate", {"postId": "p", "extra": 1}, "CONTRACT_VIOLATION", "extra"),
        ("PUT", "/posts/p", {"websiteId": PLAIN}, "CONTRACT_VIOLATION", "title"),
        ("PUT", "/sites/p", {"websiteName": "P", "imagesPerArticle": 11}, "CONTRACT_VIOLATION", "imagesPerArticle"),
        ("GET", "/generate/status/nope", None, "INVALID_PARAMETER", "trackingId"),
        ("GET", "/posts?limit=0", None, "INVALID_PARAMETER", "limit"),
    ],
)
def test_a_malformed_request_names_the_field(
    api: Api, method: str, path: str, body: object, code: str, field: str
) -> None:
    problem = api.call(method, path, body).problem(400, code)
    assert field in [error["field"] for error in problem["errors"]], problem


def test_without_a_key_nothing_is_done(api: Api) -> None:
    for caller in (Api(api.url), Api(api.url, f"{api.key}x"), Api(api.url, "nonsense")):
        refused = caller.call("GET", "/posts")
        refused.problem(401, "UNAUTHENTICATED")
        assert refused.headers["www-authenticate"].startswith("Bearer")


def test_a_key_with_one_request_a_minute_is_told_when_to_come_back(keys: Callable[..., Api]) -> None:
    caller = keys("read", per_minute=1)
    assert caller.call("GET", "/posts").status == 200
    refused = caller.call("GET", "/posts")
    refused.problem(429, "RATE_LIMITED")
    assert 1 <= int(refused.headers["retry-after"]) <= 60


@pytest.mark.slow
def test_a_withdrawn_page_is_a_notice_and_out_of_the_feed(
    mesh: Mesh, api: Api, article: tuple[str, str, list[dict]], recorder: Recorder
) -> None:
    post, generated, seen = article
    feed, path = f"sites/{SITE}/feed.xml", f"posts/{post}/"

    def listed() -> bool:
        return feed in mesh.keys(mesh.site, feed) and path in mesh.read(f"s3://{mesh.site}/{feed}").decode()

    eventually(listed, "the article is in the feed", 150, every=1)
    asked = api.call("DELETE", f"/posts/{post}/page?reason=It%20is%20outdated")
    assert asked.status == 202, asked
    run = asked.body["trackingId"]
    assert asked.headers["location"] == f"/generate/status/{run}"
    assert api.follow(run)[-1]["status"] == "withdrawn"
    notice = mesh.read(seen[-1]["page"]["uri"]).decode()
    assert "It is outdated" in notice and "noindex" in notice and "<img" not in notice
    assert api.status(generated)["status"] == "withdrawn"
    assert_valid(recorder.end_of(run), "content-withdrawn-v1")
    eventually(lambda: not listed(), "the article is out of the feed", 150, every=1)
    api.call("DELETE", f"/posts/{post}/page").problem(404, "NOT_FOUND")
