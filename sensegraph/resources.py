"""What comes with sensegraph as files, and what the machine offers."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from pathlib import Path

from sensegraph.errors import SourceError

X11_SOCKETS = Path("/tmp/.X11-unix")
X11_PORT = 6000


def graphs_dir() -> Path:
    """Return the folder of shipped graph files: in the package where it was installed, else in the checkout."""
    installed = Path(__file__).with_name("graphs")
    return installed if installed.is_dir() else Path(__file__).parents[1] / "graphs"


def sample(name: str) -> Path:
    """Return the path of a shipped sample clip, e.g. `workout.mp4`.

    Raises:
        SourceError: There is no such sample.
    """
    folder = graphs_dir() / "samples"
    path = folder / name
    if not path.is_file():
        names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
        there = ", ".join(names) or "none"
        raise SourceError(f"the sample clip {path} is not there\n  Reinstall sensegraph; here: {there}.")
    return path


def memory_available() -> int | None:
    """Return how many bytes of memory can be had without swapping, by the system and by the process's cgroup.

    None where it is not known (macOS).
    """
    known = []
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        known.append(int(next(line for line in lines if line.startswith("MemAvailable")).split()[1]) * 1024)
    with contextlib.suppress(OSError, ValueError):  # no limit reads as `max`
        group = Path("/sys/fs/cgroup")
        limit, used = (int((group / name).read_text()) for name in ("memory.max", "memory.current"))
        known.append(max(0, limit - used))
    return min(known, default=None)


def display_available() -> bool:
    """Whether a window can be shown: OpenCV was built with one, and on Linux a display answers.

    A display that is named but does not answer has to be found out here: Qt aborts the whole process there.
    """
    return (_display_answers() if sys.platform.startswith("linux") else True) and _windows_built()


def _display_answers() -> bool:
    display = os.environ.get("DISPLAY", "")
    if display:
        return _x11_answers(display)
    wayland = os.environ.get("WAYLAND_DISPLAY", "")
    path = Path(os.environ.get("XDG_RUNTIME_DIR", ""), wayland)
    return bool(wayland) and path.is_socket() and _wayland_built()


def _x11_answers(display: str) -> bool:
    host, _, rest = display.rpartition(":")
    number = rest.split(".")[0]
    if not number.isdigit():
        return False
    if host not in ("", "unix"):
        return _connects(socket.AF_INET, (host, X11_PORT + int(number)))
    path = f"{X11_SOCKETS}/X{number}"
    return _connects(socket.AF_UNIX, path) or _connects(socket.AF_UNIX, f"\0{path}")


def _connects(family: int, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(2.0)
        try:
            probe.connect(address)
        except (OSError, OverflowError):  # the latter for a display number that is no port
            return False
    return True


def _wayland_built() -> bool:
    """Whether OpenCV's Qt can speak Wayland; the packages on PyPI only speak X11."""
    import cv2

    plugins = Path(cv2.__file__).parent / "qt" / "plugins" / "platforms"
    return not plugins.is_dir() or any(plugins.glob("libqwayland*"))


def _windows_built() -> bool:
    import cv2  # only where a window is wanted: the core starts without it

    for line in cv2.getBuildInformation().splitlines():
        name, _, value = line.strip().partition(":")
        if name == "GUI":
            return value.strip() not in ("", "NONE", "NO")
    return False
