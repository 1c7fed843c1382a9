"""A program that is run beside the graph: one at a time, for a limited time, without a shell."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence

KILL_S = 1.0


class Command:
    """One run of a program in a thread; nobody waits for it, and nothing of it stays.

    It gets no input, its output is thrown away, and it has a session of its own, which is killed as a whole when
    the time is over.

    Args:
        line: Path of the program and its arguments; each reaches it as it is.
        timeout_s: Seconds after which it is killed.
        ended: Called in the thread with "" when all went well, else with what went wrong, in words.
    """

    def __init__(self, line: Sequence[str], timeout_s: float, ended: Callable[[str], None]) -> None:
        self._line, self._timeout_s, self._ended = list(line), timeout_s, ended
        self._thread = threading.Thread(target=self._run, name=f"command {line[0]}", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it is still there."""
        return self._thread.is_alive()

    def wait(self) -> None:
        """Wait until it has ended or was killed."""
        self._thread.join(self._timeout_s + 2 * KILL_S)

    def _run(self) -> None:
        quiet = subprocess.DEVNULL
        try:
            program = subprocess.Popen(self._line, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
        except (OSError, ValueError) as error:
            self._ended(f"did not start: {error}")
            return
        try:
            code = program.wait(self._timeout_s)
            self._ended("" if code == 0 else f"ended with {code}")
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(program.pid, signal.SIGKILL)
            program.kill()
            program.wait(KILL_S)
            self._ended(f"was killed after {self._timeout_s:g} s")
