"""A folder in which the program is run as a user runs it, and all that it started is found again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

PROGRAM = str(Path(sys.executable).with_name("sensegraph"))


def kill_left(started: Iterable[subprocess.Popen[str]]) -> None:
    """Kill what a test that failed left running, with its whole group."""
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Place:
    """A folder to work in, with a runtime folder of its own; all that is started here can be found again."""

    def __init__(self, folder: Path, runtime: Path) -> None:
        self.folder, self.runtime = folder, runtime
        self.started: list[subprocess.Popen[str]] = []
        self.mark = f"SENSEGRAPH_TEST_MARK={folder}"

    def start(self, *words: object, **environment: str) -> subprocess.Popen[str]:
        name, _, value = self.mark.partition("=")
        env = os.environ | {"XDG_RUNTIME_DIR": str(self.runtime), name: value} | environment
        process = subprocess.Popen(
            [PROGRAM, *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, cwd=self.folder, env=env, start_new_session=True,
        )  # fmt: skip
        self.started.append(process)
        return process

    def end(self) -> None:
        """Kill what a test that failed left running."""
        kill_left(self.started)

    def run(self, *words: object, code: int, **environment: str) -> str:
        """Run to the end, which must be clean and have that code; return standard error."""
        process = self.start(*words, **environment)
        out, err = process.communicate(timeout=60)
        assert process.returncode == code, out + err
        assert "Traceback" not in out + err
        assert self.left_over() == []
        return err

    def left_over(self) -> list[str]:
        """Return the processes and run folders that are still there, after a moment to go."""
        deadline = time.monotonic() + 5
        while (found := self._left_over()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def _left_over(self) -> list[str]:
        return [*map(str, self.runtime.glob("sensegraph-*")), *map(str, self.workers().values())]

    def workers(self) -> dict[str, int]:
        """Return name -> process id of what runs here."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if self.mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                    found[(entry / "comm").read_text().strip()] = int(entry.name)
            except OSError:
                continue
        return found
