"""Feed, sitemap, index and archive: every article is there, and what was withdrawn is not."""

import time

import feedparser
import lxml.etree
import pytest
from mesh import SITE_URL
from website import Page, Website, is_notice

SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
# An index, and an article that its site holds.
SITES = {"index": "plain", "full-index": "full"}


@pytest.fixture(params=SITES)
def index(website: Website, request: pytest.FixtureRequest) -> Page:
    return website.pages[request.param]


@pytest.fixture
def article(website: Website, index: Page) -> Page:
    """One of the site's articles."""
    return next(website.pages[name] for name in SITES.values() if website.pages[name].root == index.root)


def addresses(index: Page, withdrawn: bool = False) -> set[str]:
    """Addresses of a site's articles, or of those that were withdrawn."""
    posts = [Page(index.root, file) for file in index.root.glob("posts/*/index.html")]
    return {f"{index.base()}{page.path}" for page in posts if is_notice(page) == withdrawn}


def feed_of(index: Page) -> feedparser.FeedParserDict:
    # As a server would say it; the parser then has no doubt about the encoding.
    headers = {"content-type": "application/atom+xml; charset=utf-8"}
    return feedparser.parse(index.root.joinpath("feed.xml").read_bytes(), response_headers=headers)


def test_the_feed_lists_the_articles(index: Page) -> None:
    feed = feed_of(index)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    assert feed.feed.id and feed.feed.title and feed.feed.updated_parsed and feed.feed.author
    assert {link.rel: link.href for link in feed.feed.links} == {
        "self": f"{SITE_URL}/feed.xml",
        "alternate": f"{SITE_URL}/",
    }
    for entry in feed.entries:
        assert entry.id.startswith("urn:uuid:") and entry.title and entry.summary, entry.id
        assert entry.published_parsed <= entry.updated_parsed <= time.gmtime(), entry.id
    assert len({entry.id for entry in feed.entries}) == len(feed.entries)
    assert {entry.link for entry in feed.entries} == addresses(index) != set()


def test_an_entry_has_the_identity_of_its_page(index: Page, article: Page) -> None:
    ids = {entry.link: entry.id for entry in feed_of(index).entries}
    assert ids[article.canonical()] == f"urn:uuid:{article.meta('content-id')}"


def test_a_site_has_one_name(index: Page, article: Page) -> None:
    name = article.meta("og:site_name")
    assert index.meta("og:site_name") == name
    assert index.tree.xpath("string(//h1)") == name
    assert feed_of(index).feed.title == name


def test_the_sitemap_lists_the_pages(index: Page) -> None:
    tree = lxml.etree.parse(index.root / "sitemap.xml")
    assert lxml.etree.QName(tree.getroot()).localname == "urlset"
    found = tree.xpath("/s:urlset/s:url/s:loc/text()", namespaces=SITEMAP)
    assert len(set(found)) == len(found)
    assert set(found) == addresses(index) | {f"{SITE_URL}/"}


def test_robots_find_the_sitemap(index: Page) -> None:
    lines = index.root.joinpath("robots.txt").read_text().splitlines()
    assert f"Sitemap: {SITE_URL}/sitemap.xml" in lines


@pytest.mark.parametrize("name", ["index.html", "archive/1.html"])
def test_a_list_links_the_articles(index: Page, name: str) -> None:
    page = Page(index.root, index.root / name)
    linked = {(page.file.parent / link).resolve() for link in page.tree.xpath("//main//article//a/@href")}
    assert linked == {page.named(address).resolve() for address in addresses(index)}


@pytest.mark.parametrize("name", ["feed.xml", "sitemap.xml", "index.html", "archive/1.html"])
def test_what_was_withdrawn_is_in_no_list(website: Website, name: str) -> None:
    index = website.pages["index"]
    text = index.root.joinpath(name).read_text()
    [gone] = addresses(index, withdrawn=True)
    assert gone.removeprefix(f"{SITE_URL}/") not in text
