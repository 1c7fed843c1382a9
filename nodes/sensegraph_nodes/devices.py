"""Cameras of this machine."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from sensegraph.errors import SourceError
from sensegraph_nodes.decode import Picture

DEVICES = Path("/dev")
LINUX = sys.platform.startswith("linux")
OTHER_CAMERAS = 2
"""How many indices are tried where cameras cannot be listed."""
SELECT_TIMEOUT_S = 3
"""How long a camera may give no picture before it counts as lost."""


def cameras() -> list[int | str]:
    """Return what may be a camera: the paths of the video devices on Linux, else the first indices."""
    if not LINUX:
        return list(range(OTHER_CAMERAS))
    paths = [path for path in DEVICES.glob("video*") if path.name[5:].isdecimal()]
    return [str(path) for path in sorted(paths, key=lambda path: int(path.name[5:]))]


class Camera:
    """An open camera.

    Args:
        device: Index, or path of a video device.
        width: Wished width in pixels; the camera takes the nearest it can. 0 = as it is.
        height: Wished height in pixels.

    Raises:
        SourceError: It does not open or gives no picture; the text lists the cameras there are.
    """

    def __init__(self, device: int | str, width: int, height: int) -> None:
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", str(SELECT_TIMEOUT_S))
        _check(device)
        self._capture = cv2.VideoCapture(device, cv2.CAP_V4L2 if LINUX else cv2.CAP_ANY)
        if self._capture.isOpened() and width and height:
            self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
            self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        if not (self._capture.isOpened() and self._capture.grab()):
            self._capture.release()
            raise SourceError(
                f"camera {device} gives no picture\n"
                f"  Another program may be using it; plug it in again, or choose another: {_listed()}."
            )

    def pictures(self) -> Iterator[tuple[Picture, int]]:
        """Yield picture (uint8 (H, W, 3) BGR) and capture time (monotonic, ns) until the camera is lost."""
        while self._capture.grab():
            captured_ns = time.monotonic_ns()
            taken, picture = self._capture.retrieve()
            if not taken or picture is None or picture.ndim != 3:
                return
            yield np.ascontiguousarray(picture, np.uint8), captured_ns

    def close(self) -> None:
        """Let go of the camera."""
        self._capture.release()


def _listed() -> str:
    return ", ".join(map(str, cameras())) or "there is no other"


def _check(device: int | str) -> None:
    if not LINUX:
        return
    path = Path(device) if isinstance(device, str) else DEVICES / f"video{device}"
    if not path.exists():
        here = ", ".join(map(str, cameras()))
        remedy = f"Cameras here: {here}." if here else "No camera is connected; name a video file instead."
        raise SourceError(f"camera {device}: there is no {path}\n  {remedy}")
    if not path.is_char_device():
        raise SourceError(f"camera {device}: {path} is not a camera\n  Cameras here: {_listed()}.")
    if not os.access(path, os.R_OK | os.W_OK):
        raise SourceError(
            f"camera {device}: you may not use {path}\n"
            "  Join its group, then log in again: sudo usermod -aG video $USER."
        )
