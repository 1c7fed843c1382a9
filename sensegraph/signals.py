"""Ctrl-C, SIGTERM and SIGHUP: something that the supervisor's loop asks for, and that its children leave to it."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}


class Signals:
    """The signals that have come; each is told once."""

    def __init__(self) -> None:
        self._codes: list[int] = []

    def taken(self) -> list[int]:
        """Return the exit codes of the signals since the last call."""
        codes, self._codes = self._codes, []
        return codes

    def note(self, number: int, _: FrameType | None = None) -> None:
        """Note a signal; a signal handler."""
        self._codes.append(EXIT_CODES[signal.Signals(number)])


@contextlib.contextmanager
def caught() -> Iterator[Signals]:
    """Catch the signals while the block runs. In a thread, where that is impossible, none come."""
    signals = Signals()
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return
    before = {name: signal.signal(name, signals.note) for name in EXIT_CODES}
    try:
        yield signals
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Hold the signals back while the block runs; a process started in it is born so, until it calls `ignore`.

    Ctrl-C reaches every process of a terminal's group, also one that is still importing.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, EXIT_CODES)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ignore() -> None:
    """Leave the signals to the supervisor, in a process that was started `held_back`."""
    for name in EXIT_CODES:
        signal.signal(name, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, EXIT_CODES)
