"""A mesh as anybody uses it: by its command line, in a folder of its own."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# All that a mesh gets of our environment; a provider's key in it must not change what is tested.
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")
SITE_URL = "https://example.com"
READY_SECONDS = 30


def eventually(check: Callable[[], Any], what: str, seconds: float = 30, every: float = 0.05) -> Any:
    """The first true result of `check`."""
    until = time.monotonic() + seconds
    while not (result := check()):
        assert time.monotonic() < until, f"within {seconds} s: {what}; last seen: {result!r}"
        time.sleep(every)
    return result


class Mesh:
    """One folder of a mesh."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.program = os.environ.get("MESH_TEST_CLI") or shutil.which("mesh")
        assert self.program, "MESH_TEST_CLI names no program, and there is no `mesh` on the PATH"
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        self.environment = inherited | {"MESH_SITE_URL": SITE_URL, "MESH_TEXT_MODEL": "offline"} | settings

    @property
    def site(self) -> Path:
        """Folder of the site nobody named."""
        return self.home / "blobs" / "site"

    def command(self, *arguments: str) -> list[str]:
        return [self.program, "--home", str(self.home), "--json", *arguments]

    def run(self, *arguments: str) -> dict[str, Any]:
        """Runs a command to its end; what it printed."""
        command = self.command(*arguments)
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"mesh {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    @contextmanager
    def up(self, *arguments: str) -> Iterator[dict[str, Any]]:
        """The running mesh; what it said when it was up."""
        log = self.home / "up.log"
        self.home.mkdir(parents=True, exist_ok=True)
        with log.open("w") as errors:
            process = subprocess.Popen(
                self.command("up", "--drain", "5", *arguments),
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
            try:
                line = process.stdout.readline()
                assert line, f"mesh up ended: {log.read_text()}"
                yield json.loads(line)
            finally:
                process.terminate()
                try:
                    process.wait(READY_SECONDS)
                finally:
                    process.kill()
                    process.stdout.close()
