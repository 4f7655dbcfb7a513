"""Pictures of the pages for people to look at: `tests/web/run shots FOLDER`."""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from browser import MODES, chromium, opened
from gateway import DOCS, served
from website import PAGES, published


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mesh-shots-")))
        website = stack.enter_context(published(home / "website"))
        addresses = {name: website.served(name) for name in PAGES}
        addresses["docs"] = stack.enter_context(served(home / "gateway")).address + DOCS
        browser = stack.enter_context(chromium())
        for name, address in addresses.items():
            for size, scheme in MODES:
                with opened(browser, address, size, scheme) as (page, errors):
                    page.screenshot(path=folder / f"{name}-{size}-{scheme}.png", full_page=True)
                    print(f"{name}-{size}-{scheme}.png", *errors)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: tests/web/run shots FOLDER")
    main(Path(sys.argv[1]))
