"""What the mesh publishes: the pages, and a web server for them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import lxml.html
from mesh import Mesh, eventually

# Articles and what stands beside them; `full` is that of a post, with images and metadata.
ARTICLES = ["plain", "right-to-left", "full"]
LISTS = ["index", "archive", "full-index", "full-archive"]
PAGES = [*ARTICLES, *LISTS, "withdrawn"]
WORDS = "300"
# Of the withdrawal.
REASON = "The figures were wrong."


@dataclass(frozen=True)
class Page:
    """A page on the disk."""

    # Folder of its site.
    root: Path
    file: Path

    @property
    def html(self) -> str:
        return self.file.read_text()

    @property
    def tree(self) -> lxml.html.HtmlElement:
        return lxml.html.document_fromstring(self.html)

    @property
    def path(self) -> str:
        """Path below the site's address; a folder stands for its index."""
        return self.file.relative_to(self.root).as_posix().removesuffix("index.html")

    def metas(self, name: str) -> list[str]:
        """Contents of the elements `meta` with this name or property."""
        return self.tree.xpath("//meta[@name=$name or @property=$name]/@content", name=name)

    def meta(self, name: str) -> str:
        """The same of the only one."""
        found = self.metas(name)
        assert len(found) == 1, f"{self.path}: {name} stands there {len(found)} times"
        return found[0]

    def canonical(self) -> str:
        [address] = self.tree.xpath("//link[@rel='canonical']/@href")
        return address

    def base(self) -> str:
        """Address of the site, as the page gives it."""
        address = self.canonical()
        assert address.endswith(f"/{self.path}"), f"{address} is not that of {self.path}"
        return address.removesuffix(self.path)

    def named(self, address: str) -> Path:
        """The file behind an absolute address of the site."""
        assert address.startswith(self.base()), f"{address} is not below {self.base()}"
        file = self.root / urlsplit(address.removeprefix(self.base())).path
        return file / "index.html" if address.endswith("/") else file


class Website:
    """The published pages by name, each site behind a server of its own."""

    def __init__(self, mesh: Mesh, pages: dict[str, Page]) -> None:
        self.mesh, self.pages = mesh, pages
        self._servers = {root: serve(root) for root in self.roots}

    @property
    def roots(self) -> list[Path]:
        return sorted({page.root for page in self.pages.values()})

    def all(self) -> list[Page]:
        """Every page there is, named or not."""
        return [Page(root, file) for root in self.roots for file in sorted(root.rglob("*.html"))]

    def served(self, name: str) -> str:
        """Address of a page on loopback."""
        page = self.pages[name]
        return f"http://127.0.0.1:{self._servers[page.root].server_port}/{page.path}"

    def stop(self) -> None:
        for server in self._servers.values():
            server.shutdown()
            server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def serve(folder: Path) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@contextmanager
def published(home: Path) -> Iterator[Website]:
    """Publishes the articles, waits until the site lists them, and serves it."""
    mesh = Mesh(home)
    pages = {"plain": demo(mesh, "--topic", "How queues keep small teams calm", "--words", WORDS)}
    pages["full"] = demo(mesh, "--post")
    with mesh.up():
        pages["right-to-left"] = page_of(mesh, request(mesh, "Why letters are read from the right", "he"))
        gone = pages["withdrawn"] = page_of(mesh, request(mesh, "What nobody should have written", "en"))
        for name, page in pages.items():
            eventually(lambda page=page: listed(page), f"{name} is on its site")
        mesh.run("withdraw", gone.meta("content-id"), "--reason", REASON, "--yes")
        eventually(lambda: is_notice(gone) and not listed(gone), "an article is off its site")
    pages |= lists("", pages["plain"]) | lists("full-", pages["full"])
    website = Website(mesh, pages)
    try:
        yield website
    finally:
        website.stop()


def lists(prefix: str, article: Page) -> dict[str, Page]:
    """The pages that list the articles of a site."""
    files = {"index": "index.html", "archive": "archive/1.html"}
    return {f"{prefix}{name}": Page(article.root, article.root / file) for name, file in files.items()}


def demo(mesh: Mesh, *arguments: str) -> Page:
    file = Path(mesh.run("demo", *arguments)["page"])
    # .../posts/{slug}/index.html
    return Page(file.parents[2], file)


def request(mesh: Mesh, topic: str, language: str) -> str:
    """The identity of the article that came of it."""
    report = mesh.run("request", "--topic", topic, "--words", WORDS, "--language", language, "--wait")
    return report["content_id"]


def page_of(mesh: Mesh, content: str) -> Page:
    """The page with this identity."""
    pages = [Page(mesh.site, file) for file in mesh.site.glob("posts/*/index.html")]
    [page] = [page for page in pages if page.meta("content-id") == content]
    return page


def is_notice(page: Page) -> bool:
    return bool(page.metas("content-withdrawn"))


def listed(page: Page) -> bool:
    sitemap = page.root / "sitemap.xml"
    return sitemap.exists() and f"/{page.path}<" in sitemap.read_text()
