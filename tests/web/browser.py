"""Chromium, as readers see the pages: at the sizes of a phone and of a desk, light and dark."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

SIZES = {"phone": (390, 844), "desk": (1280, 900)}
MODES = [(size, scheme) for size in SIZES for scheme in ("light", "dark")]
# Time-outs are in milliseconds.
PATIENCE = 15_000

# As a reader who goes through the whole page: images that load late are seen too.
SCROLL = """async () => {
  for (const image of document.images) {
    image.scrollIntoView({behavior: 'instant', block: 'center'});
    await image.decode().catch(() => {});
  }
}"""

MEASURE = """async () => {
  const shifts = await new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => sum += entry.value))
      .observe({type: 'layout-shift', buffered: true});
    requestAnimationFrame(() => setTimeout(() => done(sum), 50));
  });
  return {
    shift: shifts,
    overflow: document.scrollingElement.scrollWidth - innerWidth,
    images: [...document.images].map(image => ({
      source: image.currentSrc || image.src,
      seen: [image.naturalWidth, image.naturalHeight],
      said: [image.getAttribute('width'), image.getAttribute('height')].map(Number),
      alt: image.getAttribute('alt'),
      cut: getComputedStyle(image).objectFit === 'cover',
    })),
  };
}"""


@dataclass(frozen=True)
class Look:
    """What was seen of a page."""

    # Errors on the console, in scripts and of requests.
    errors: list[str]
    # What `MEASURE` gives.
    measured: dict[str, Any]
    # Of axe-core.
    violations: list[str]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of the machine; none is downloaded."""
    with sync_playwright() as playwright:
        # As root, as in a container, Chromium's own sandbox cannot start; the pages are ours.
        sandbox = os.geteuid() != 0
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), chromium_sandbox=sandbox)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Browser, address: str, size: str, scheme: str) -> Iterator[tuple[Page, list[str]]]:
    """A page, read to its end, and the errors so far."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    context.set_default_timeout(PATIENCE)
    errors: list[str] = []
    try:
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("requestfailed", lambda request: errors.append(f"{request.url}: {request.failure}"))
        page.on("response", lambda answer: errors.append(f"{answer.url}: {answer.status}") if not answer.ok else None)
        page.goto(address, wait_until="load")
        page.evaluate(SCROLL)
        yield page, errors
    finally:
        context.close()


def look(browser: Browser, address: str, size: str, scheme: str) -> Look:
    with opened(browser, address, size, scheme) as (page, errors):
        measured = page.evaluate(MEASURE)
        # Evaluated by the debugger, which the page's content security policy does not bind.
        page.evaluate(axe_core())
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        return Look(errors, measured, [violation(one) for one in found])


def axe_core() -> str:
    return (Path(os.environ["MESH_TEST_NODE_MODULES"]) / "axe-core" / "axe.min.js").read_text()


def violation(found: dict[str, Any]) -> str:
    nodes = "; ".join(node["html"][:200] for node in found["nodes"])
    return f"{found['id']} ({found['impact']}): {found['help']}: {nodes}"
