"""The media timeline of a source: strictly increasing, starting at 0, whatever a file says."""

from __future__ import annotations

from dataclasses import dataclass

from sensegraph.packet import NANOSECONDS

JUMP_NS = 5 * NANOSECONDS


@dataclass(slots=True)
class Timeline:
    """Turns the presentation times of a file into media times.

    A frame without a time follows one frame after the one before it. Where the times go back, or forward by
    more than five seconds, the timeline goes on by one frame instead and a gap is told. Two frames of the
    same time come one nanosecond apart.

    Attributes:
        frame_ns: Display time of one frame, used where the file does not say.
        jumps: How often the times went back or far forward.
        missing: How many frames had no time.
    """

    frame_ns: int
    jumps: int = 0
    missing: int = 0
    last_ns: int = -1
    _raw_ns: int = 0
    _offset_ns: int | None = None
    _cut: bool = False

    def cut(self) -> None:
        """The next frame is not a continuation: it comes one frame later, after a gap."""
        if self.last_ns >= 0:
            self._offset_ns, self._cut = None, True

    def place(self, pts_ns: int | None) -> tuple[int, bool]:
        """Return the media time of the next frame in nanoseconds and whether there is a gap in front of it.

        Args:
            pts_ns: Presentation time in the file, in nanoseconds; None where it is missing.
        """
        gap, self._cut = self._cut, False
        due_ns = 0 if self.last_ns < 0 else self._raw_ns + self.frame_ns
        if pts_ns is None:
            self.missing += 1
            raw_ns = due_ns
        else:
            if self._offset_ns is None:
                self._offset_ns = due_ns - pts_ns
            raw_ns = pts_ns + self._offset_ns
            step_ns = raw_ns - self._raw_ns
            if self.last_ns >= 0 and not 0 <= step_ns <= JUMP_NS:
                self.jumps += 1
                gap = True
                self._offset_ns, raw_ns = due_ns - pts_ns, due_ns
        self._raw_ns = raw_ns
        self.last_ns = max(raw_ns, self.last_ns + 1)
        return self.last_ns, gap
