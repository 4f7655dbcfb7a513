"""An image says in itself where it comes from and what it shows (IPTC Photo Metadata Standard)."""

from pathlib import Path

import lxml.etree
import pytest
from PIL import Image
from website import Website

NAMES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "ext": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "core": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
}
# Made by rules, not by a model that was trained.
SAMPLE = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"


def xmp(file: Path) -> lxml.etree._Element:
    """The XMP packet of a picture, as Pillow finds it."""
    with Image.open(file) as image:
        packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    assert packet, f"{file.name} has no XMP"
    return lxml.etree.fromstring(packet.encode() if isinstance(packet, str) else packet.rstrip(b"\0"))


def value(packet: lxml.etree._Element, name: str) -> str:
    """A property, whether an element, an attribute or the first language of several."""
    found = packet.xpath(f"//{name}//rdf:li/text() | //{name}/text() | //rdf:Description/@{name}", namespaces=NAMES)
    texts = [text.strip() for text in found if text.strip()]
    assert texts, f"no {name} in {lxml.etree.tostring(packet, encoding='unicode')}"
    return texts[0]


@pytest.fixture
def images(website: Website) -> list[Path]:
    """Every picture of the article with images, the ones for link previews and search too."""
    page = website.pages["full"]
    found = [file for file in page.root.joinpath("images").rglob("*") if file.is_file()]
    assert len(found) >= 3 * 4, "three images, each for text, link previews and three ratios of search results"
    return found


def test_every_image_says_where_it_comes_from(images: list[Path]) -> None:
    for file in images:
        assert value(xmp(file), "ext:DigitalSourceType") == SAMPLE, file.name


def test_every_image_says_what_it_shows(website: Website, images: list[Path]) -> None:
    alts = set(website.pages["full"].tree.xpath("//main//img/@alt"))
    said = {file: value(xmp(file), "core:AltTextAccessibility") for file in images}
    assert set(said.values()) == alts


def test_the_page_names_the_files_there_are(website: Website, images: list[Path]) -> None:
    page = website.pages["full"]
    sets = page.tree.xpath("//main//img/@srcset | //main//source/@srcset")
    candidates = [part.split() for one in sets for part in one.split(",")]
    for address, width in candidates:
        with Image.open((page.file.parent / address).resolve()) as image:
            assert f"{image.width}w" == width, address
    sources = page.tree.xpath("//main//img/@src")
    assert {(page.file.parent / source).resolve() for source in sources} <= {file.resolve() for file in images}
