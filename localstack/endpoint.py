"""A local AWS endpoint: MiniStack in a virtual environment, on loopback, with everything it writes in one folder."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
# Region of calls that name none: those of web hooks that confirm a subscription.
REGION = "eu-central-1"
READY_SECONDS = 30
STOP_SECONDS = 10
# What a program needs of its caller's environment. Functions inherit MiniStack's, so nothing else may leak into it.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "SSL_CERT_FILE", "PIP_INDEX_URL", "PIP_CERT", "HTTPS_PROXY", "NO_PROXY")


class Missing(Exception):
    """Something the machine lacks; the message names it."""


def environment(**extra: str) -> dict[str, str]:
    """A small environment, not the caller's."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | extra


def virtual_environment(folder: Path, requirements: Path) -> Path:
    """The `bin` folder of a virtual environment with exactly these requirements; made once for each version of them."""
    stamp = folder / "requirements.txt"
    wanted = requirements.read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        try:
            venv.create(folder, clear=True, with_pip=True)
        except (subprocess.CalledProcessError, ImportError) as error:
            raise Missing("python's venv module is missing (Debian: apt-get install python3-venv)") from error
        pip = [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        if subprocess.run([*pip, "--requirement", requirements], check=False).returncode:
            raise Missing(f"the packages of {requirements} could not be installed")
        stamp.write_text(wanted)
    return folder / "bin"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Endpoint:
    """A running endpoint: its address, and the process to stop."""

    def __init__(self, port: int, pid: int, started: str) -> None:
        self.port, self.pid, self.started = port, pid, started
        self.url = f"http://127.0.0.1:{port}"

    @classmethod
    def start(cls, binaries: Path, folder: Path, port: int | None = None, **extra: str) -> "Endpoint":
        """Starts MiniStack with its state, temporary files and log in `folder`; functions run as their roles."""
        port = port or free_port()
        url = f"http://127.0.0.1:{port}"
        temporary = folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        own = {
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_REGION": REGION,
            "GATEWAY_PORT": str(port),
            "AWS_ENDPOINT_URL": url,
            "AUTH": "true",
            "STATE_DIR": str(folder / "state"),
            "TMPDIR": str(temporary),
            "LOG_LEVEL": "WARNING",
        }
        with (folder / "endpoint.log").open("ab") as log:
            process = subprocess.Popen(
                [binaries / "python", HERE / "serve.py"],
                env=environment(**(own | extra)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                start_new_session=True,
            )
        until = time.monotonic() + READY_SECONDS
        while not answers(url):
            if process.poll() is not None or time.monotonic() > until:
                stop(process.pid, start_time(process.pid))
                raise Missing(f"the endpoint did not start; see {folder / 'endpoint.log'}")
            time.sleep(0.05)
        return cls(port, process.pid, start_time(process.pid))

    def stop(self) -> None:
        stop(self.pid, self.started)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_ministack/health", timeout=2) as reply:
            return reply.status == 200
    except (OSError, urllib.error.URLError):
        return False


def listens(url: str) -> bool:
    """Whether anything takes connections there."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443}.get(parts.scheme, 80)
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=5):
            return True
    except OSError:
        return False


def start_time(pid: int) -> str:
    """When a process started; empty when there is none. With its id it names a process for good: ids are used again."""
    seen = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return seen.stdout.strip()


def stop(pid: int, started: str) -> None:
    """Ends the process we started and its children, which share its session; never another that got its id since."""
    if not started or start_time(pid) != started:
        return
    signal_group(pid, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while start_time(pid) == started and time.monotonic() < until:
        reap(pid)
        time.sleep(0.05)
    signal_group(pid, signal.SIGKILL)
    reap(pid)


def signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)


def reap(pid: int) -> None:
    """Forgets an ended child; it is somebody else's when another run started it."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


if sys.version_info < (3, 10):
    sys.exit("python 3.10 or newer is missing")
