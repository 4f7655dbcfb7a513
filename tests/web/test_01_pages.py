"""The pages in a browser: accessible, whole, without a shift, on a phone and on a desk, light and dark."""

from pathlib import Path

import pytest
from browser import MODES, look
from gateway import DOCS, Gateway
from playwright.sync_api import Browser
from website import ARTICLES, PAGES, Website

# Layout shift that Web Vitals still calls good is 0.1; a page without scripts needs none.
MOST_SHIFT = 0.01
BROKEN = """<!doctype html><html><body>
<p style="color: #ccc; background: #fff; width: 2000px">Pale and wide</p>
<img src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='2' height='1'/%3E">
<img src="missing.png">
<p id="last">It is moved</p>
<script>
  onload = () => requestAnimationFrame(() => setTimeout(() => { last.style.marginTop = "400px"; }, 20));
</script>
</body></html>"""


def check(browser: Browser, address: str, size: str, scheme: str) -> list[dict]:
    """Looks at a page; its images."""
    seen = look(browser, address, size, scheme)
    assert not seen.violations, "\n".join(seen.violations)
    assert not seen.errors, "\n".join(seen.errors)
    assert seen.measured["overflow"] <= 0, "it is wider than the screen"
    assert seen.measured["shift"] <= MOST_SHIFT, "it moves while it loads"
    for image in seen.measured["images"]:
        assert image["seen"][0] > 0, f"not loaded: {image}"
        assert all(image["said"]), f"size not known before it is loaded: {image}"
        (width, height), (as_wide, as_high) = image["seen"], image["said"]
        assert image["cut"] or width / height == pytest.approx(as_wide / as_high, rel=0.01), f"distorted: {image}"
    return seen.measured["images"]


def test_what_is_wrong_is_seen(browser: Browser, tmp_path: Path) -> None:
    """A page with every fault: were one not seen, the other tests would mean nothing."""
    page = tmp_path / "broken.html"
    page.write_text(BROKEN)
    seen = look(browser, page.as_uri(), "phone", "light")
    names = {violation.split(" ")[0] for violation in seen.violations}
    assert {"color-contrast", "document-title", "html-has-lang", "image-alt"} <= names
    assert len(seen.errors) == 2, seen.errors
    assert seen.measured["overflow"] > 0
    assert seen.measured["shift"] > MOST_SHIFT
    [shown, missing] = seen.measured["images"]
    assert (shown["seen"], shown["said"], shown["alt"]) == ([2, 1], [0, 0], None)
    assert missing["seen"] == [0, 0]


@pytest.mark.parametrize(("size", "scheme"), MODES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_whole(website: Website, browser: Browser, name: str, size: str, scheme: str) -> None:
    images = check(browser, website.served(name), size, scheme)
    if name in ARTICLES:
        assert all((image["alt"] or "").strip() for image in images), "says nothing to those who cannot see it"
    if name == "full":
        assert len(images) == 3
        assert len({image["alt"] for image in images}) == 3


@pytest.mark.parametrize(("size", "scheme"), MODES)
def test_the_reference_is_accessible_and_whole(gateway: Gateway, browser: Browser, size: str, scheme: str) -> None:
    check(browser, gateway.address + DOCS, size, scheme)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_opened_as_a_file(website: Website, browser: Browser, name: str) -> None:
    check(browser, website.pages[name].file.as_uri(), "desk", "light")


def test_links_lead_somewhere(website: Website) -> None:
    for page in website.all():
        anchors = set(page.tree.xpath("//@id"))
        for link in page.tree.xpath("//a/@href | //link[@rel='alternate']/@href"):
            target, _, anchor = link.partition("#")
            if not target:
                assert anchor in anchors, f"{page.path}: {link}"
            elif "://" not in target and not target.startswith("mailto:"):
                file = (page.file.parent / target).resolve()
                assert file.is_file(), f"{page.path}: {link}"
                assert file.is_relative_to(page.root.resolve()), f"{page.path}: {link}"


def test_the_direction_is_that_of_the_language(website: Website) -> None:
    assert website.pages["right-to-left"].tree.get("dir") == "rtl"
    assert website.pages["right-to-left"].tree.get("lang") == "he"
    assert website.pages["plain"].tree.get("dir", "ltr") == "ltr"
