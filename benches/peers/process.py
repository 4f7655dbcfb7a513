"""A process that is measured and killed, and comes back like one of Lambda or of a container service does."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Program:
    """How a process is started."""

    command: list[str]
    environment: dict[str, str]
    folder: Path


@dataclass
class Supervised:
    """A process that is started again whenever it ends, until it is stopped."""

    name: str
    program: Program
    log: Path
    # Called when a process has ended, before the next one starts.
    on_end: Callable[[], None] = lambda: None
    # User and system time of the processes that have ended, in seconds.
    cpu: float = 0
    # That of the first process until it had nothing to do; what every further start costs about again.
    start_cpu: float = 0
    starts: int = 0
    kills: int = 0
    child: subprocess.Popen | None = None
    # The last one that was killed: it dies once.
    killed: subprocess.Popen | None = None
    stopping: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while not self.stopping:
            with self.log.open("ab") as log:
                child = subprocess.Popen(
                    self.program.command,
                    env=self.program.environment,
                    cwd=self.program.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            with self.lock:
                self.child, self.starts = child, self.starts + 1
                if self.stopping:
                    child.kill()
            # Not `wait`: only this one tells what the process has used.
            _, status, used = os.wait4(child.pid, 0)
            with self.lock:
                child.returncode = os.waitstatus_to_exitcode(status)
                self.child = None
                self.cpu += used.ru_utime + used.ru_stime
            self.on_end()
            if child.returncode != -signal.SIGKILL:
                # It ended by itself, which none of them should: not at once again.
                time.sleep(0.5)

    def kill(self) -> None:
        """SIGKILL, as when memory runs out or the machine goes."""
        with self.lock:
            if self.child and self.child is not self.killed:
                self.killed = self.child
                self.kills += 1
                self.child.kill()

    def settled(self) -> None:
        """Remembers what the start has cost: nothing was to be done so far."""
        with self.lock:
            if self.child:
                fields = Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
                self.start_cpu = (int(fields[11]) + int(fields[12])) / TICKS

    def stop(self) -> None:
        with self.lock:
            self.stopping = True
            if self.child:
                self.child.kill()
        self.thread.join()

    @property
    def crashes(self) -> int:
        """Ends that nobody here asked for; the last one is ours."""
        return self.starts - self.kills - 1
