"""WindowSink: pictures in a window."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import ClassVar

import cv2

from sensegraph.errors import SinkError
from sensegraph.node import Node, Port, Stop, pictures
from sensegraph.resources import display_available
from sensegraph_nodes.decode import Picture

QUIT = (ord("q"), 27)
PAUSE = ord(" ")
FULL_SCREEN = ord("f")
MIRROR = ord("m")
NO_KEY = -1
HOLD_S = 1.0


class WindowSink(Node):
    """Shows pictures.

    q, Esc or closing the window ends the run; space pauses, f fills the screen, m mirrors.

    Args:
        title: Title of the window.
        mirror: Show left as right, as a mirror does.
        full_screen: Fill the screen.
    """

    inputs: ClassVar[Mapping[str, Port]] = {"frames": pictures()}
    needs_display: ClassVar[bool] = True

    def __init__(self, title: str = "sensegraph", mirror: bool = False, full_screen: bool = False) -> None:
        self.title = title
        self.mirror = mirror
        self.full_screen = full_screen
        self._mirrored = mirror
        self._full = full_screen
        self._paused = False
        self._shown = False

    def open(self) -> None:
        """Check that there is a display; the window comes with the first picture, in the thread that draws.

        Raises:
            SinkError: There is none.
        """
        if not display_available():
            raise SinkError("there is no display for a window\n  Run with --headless, or with --out FILE.")

    def process(self, frames: Picture) -> None:
        """Show a picture, and do what the keys say.

        Args:
            frames: uint8 (H, W, 3) BGR.

        Raises:
            Stop: The user closed the window or pressed q or Esc.
        """
        if not self._shown:
            self._create(frames)
        if not self._paused:
            cv2.imshow(self.title, cv2.flip(frames, 1) if self._mirrored else frames)
            self._obey(cv2.waitKey(1))
        else:
            self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + HOLD_S  # not for ever: a node whose call does not return counts as hanging
        while self._paused and time.monotonic() < until:
            self._obey(cv2.waitKey(30))

    def _create(self, picture: Picture) -> None:
        cv2.namedWindow(self.title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO)
        cv2.resizeWindow(self.title, picture.shape[1], picture.shape[0])
        self._fill()
        self._shown = True

    def _obey(self, key: int) -> None:
        key = key if key == NO_KEY else key & 0xFF  # modifiers stand in the higher bits
        if key in QUIT or cv2.getWindowProperty(self.title, cv2.WND_PROP_VISIBLE) < 1:
            raise Stop
        if key == PAUSE:
            self._paused = not self._paused
        elif key == MIRROR:
            self._mirrored = not self._mirrored
        elif key == FULL_SCREEN:
            self._full = not self._full
            self._fill()

    def _fill(self) -> None:
        mode = cv2.WINDOW_FULLSCREEN if self._full else cv2.WINDOW_NORMAL
        cv2.setWindowProperty(self.title, cv2.WND_PROP_FULLSCREEN, mode)

    def close(self) -> None:
        """Close the window."""
        if self._shown:
            self._shown = False
            if cv2.getWindowProperty(self.title, cv2.WND_PROP_VISIBLE) >= 0:
                cv2.destroyWindow(self.title)
                cv2.waitKey(1)  # lets the window system do it
