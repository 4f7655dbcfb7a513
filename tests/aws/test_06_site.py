"""The site is built by the sweep, once for many articles, and misses none."""

from events import Recorder
from mesh import Mesh, eventually


def test_every_article_is_in_the_sitemap(mesh: Mesh, recorder: Recorder) -> None:
    request_id = mesh.request("Articles of a site")
    recorder.await_event(request_id, "ContentPublished", 60)
    published = recorder.where(lambda event: event.type == "ContentPublished")
    paths = {event.payload["path"] for event in published}

    def missing() -> set[str]:
        if "site/sitemap.xml" not in mesh.keys(mesh.site):
            return paths
        sitemap = mesh.read(f"s3://{mesh.site}/site/sitemap.xml").decode()
        return {path for path in paths if path not in sitemap}

    # The schedule sweeps once a minute.
    eventually(lambda: not missing(), f"all of {len(paths)} articles are listed", 150, every=1)
    assert {"site/index.html", "site/feed.xml"} <= set(mesh.keys(mesh.site))
