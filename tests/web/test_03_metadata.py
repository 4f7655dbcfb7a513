"""What search engines and link previews read of an article."""

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import extruct
import pytest
from mesh import SITE_URL
from PIL import Image
from website import ARTICLES, REASON, Page, Website

SHARE_SIZE = (1200, 630)
MOST_BYTES = 5_000_000
LEAST_AREA = 50_000
# Width to height, of the images of search results.
RATIOS = [1, 4 / 3, 16 / 9]
# Of a mesh without a language model (schema.org, IPTCDigitalSourceEnumeration).
SAMPLE = "https://schema.org/AlgorithmicMediaDigitalSource"
ILLUSTRATED = ["full"]


def structured(page: Page, syntax: str) -> dict:
    """The only structured data of a page in this syntax."""
    [found] = extruct.extract(page.html, base_url=page.base(), syntaxes=[syntax])[syntax]
    return found


def posting(page: Page) -> dict:
    return structured(page, "json-ld")


def moment(text: str) -> datetime:
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    assert at.tzinfo, f"{text} has no zone"
    return at


def picture(page: Page, address: str) -> tuple[Path, tuple[int, int]]:
    """The file behind an absolute address, and its real size."""
    file = page.named(address)
    with Image.open(file) as image:
        image.load()
        return file, image.size


@pytest.fixture
def article(website: Website, request: pytest.FixtureRequest) -> Page:
    return website.pages[request.param]


each = pytest.mark.parametrize("article", ARTICLES, indirect=True)
each_illustrated = pytest.mark.parametrize("article", ILLUSTRATED, indirect=True)


@each
def test_there_is_one_address(article: Page) -> None:
    address = article.canonical()
    assert address.startswith(f"{SITE_URL}/") and urlsplit(address).scheme == "https"
    assert article.named(address) == article.file
    assert article.meta("og:url") == address
    assert posting(article)["mainEntityOfPage"]["@id"] == address
    assert posting(article)["url"] == address
    assert "noindex" not in "".join(article.metas("robots"))


@each
def test_open_graph_is_complete(article: Page) -> None:
    # The parser knows the vocabulary; it gives pairs in the order of the page.
    graph = structured(article, "opengraph")
    assert graph["namespace"]["article"] == "http://ogp.me/ns/article#"
    for name in ("og:title", "og:type", "og:url", "og:description", "og:site_name"):
        assert [value for key, value in graph["properties"] if key == name] == [article.meta(name)], name
    assert article.meta("og:type") == "article"
    assert article.meta("og:title").strip()
    assert 0 < len(article.meta("og:description")) <= 200
    assert article.meta("article:author").strip()
    assert moment(article.meta("article:published_time")) <= moment(article.meta("article:modified_time"))
    assert article.meta("twitter:title") == article.meta("og:title")
    assert article.meta("twitter:description") == article.meta("og:description")


@each
def test_the_structured_data_is_complete(article: Page) -> None:
    data = posting(article)
    assert (data["@context"].rstrip("/"), data["@type"]) == ("https://schema.org", "BlogPosting")
    assert 0 < len(data["headline"]) <= 110
    assert data["description"] == article.meta("description")
    assert moment(data["datePublished"]) == moment(article.meta("article:published_time"))
    assert moment(data["dateModified"]) == moment(article.meta("article:modified_time"))
    for who in ("author", "publisher"):
        assert data[who]["@type"] in ("Organization", "Person"), who
        assert data[who]["name"].strip(), who
    assert data["author"]["name"] == article.meta("author")
    assert data["author"]["url"].startswith(f"{SITE_URL}/")
    assert data["inLanguage"] == article.tree.get("lang")
    assert data["digitalSourceType"] == article.meta("digital-source-type") == SAMPLE


@each
def test_the_words_are_counted(article: Page) -> None:
    [prose] = article.tree.xpath("//*[@class='prose']")
    seen = len(prose.text_content().split())
    assert posting(article)["wordCount"] == pytest.approx(seen, rel=0.1)


@each
def test_head_and_headings(article: Page) -> None:
    [title] = article.tree.xpath("//head/title/text()")
    assert title.strip()
    assert len(article.tree.xpath("//h1")) == 1
    assert article.tree.xpath("//head/meta[@charset]")
    assert "user-scalable=no" not in article.meta("viewport")
    said = article.tree.xpath("string(//*[@class and contains(@class, 'provenance')])")
    assert "without a language model" in said, "a reader must see where the text comes from"


@each
def test_metadata_are_within_their_limits(article: Page) -> None:
    [title] = article.tree.xpath("//head/title/text()")
    own = title.removesuffix(f" · {article.meta('og:site_name')}")
    assert 0 < len(own) <= 70
    assert 0 < len(article.meta("og:title")) <= 95
    assert 121 <= len(article.meta("description")) <= 156
    tags = article.metas("article:tag")
    assert tags and len(set(tags)) == len(tags)
    assert tags == posting(article)["keywords"]


@each_illustrated
def test_the_preview_has_an_image(article: Page) -> None:
    address = article.meta("og:image")
    file, size = picture(article, address)
    assert size == SHARE_SIZE == (int(article.meta("og:image:width")), int(article.meta("og:image:height")))
    assert file.stat().st_size < MOST_BYTES
    assert article.meta("twitter:card") == "summary_large_image"
    assert article.meta("twitter:image") == address
    assert article.meta("og:image:alt") == article.meta("twitter:image:alt")
    assert 11 <= len(article.meta("og:image:alt")) <= 199
    with Image.open(file) as image:
        assert article.meta("og:image:type") == image.get_format_mimetype()


@each_illustrated
def test_search_results_have_images(article: Page) -> None:
    sizes = [picture(article, address)[1] for address in posting(article)["image"]]
    assert [width / height for width, height in sizes] == [pytest.approx(ratio, rel=0.01) for ratio in RATIOS]
    assert all(width * height >= LEAST_AREA for width, height in sizes)


def test_a_notice_is_not_indexed(website: Website) -> None:
    page = website.pages["withdrawn"]
    assert "noindex" in page.meta("robots")
    assert REASON in page.tree.text_content()
    assert not page.tree.xpath("//script") and "What nobody should have written" not in page.html
