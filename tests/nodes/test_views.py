"""SideBySide and WindowSink, the latter with a pretended window."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sensegraph import resources
from sensegraph.errors import SinkError, SourceError
from sensegraph.node import Stop
from sensegraph.packet import Packet, Stamp
from sensegraph.testing import drive
from sensegraph_nodes import window
from sensegraph_nodes.side_by_side import SideBySide
from sensegraph_nodes.window import WindowSink
from tests.nodes.videos import picture


def test_two_pictures_of_the_same_height() -> None:
    """The right picture is scaled to the left one's height; black until it comes, then its last one stays."""
    left = [Packet(picture(10, (40, 30)), Stamp(i * 100_000_000)) for i in range(4)]
    right = [Packet(picture(20, (120, 60)), Stamp(125_000_000))]
    out = drive(SideBySide(), left=left, right=right)
    shapes = [frame.shape for frame in out["frames"]]
    assert shapes == [(30, 80, 3), (30, 100, 3), (30, 100, 3), (30, 100, 3)]
    assert [int(frame[0, 0, 0]) for frame in out["frames"]] == [50] * 4
    assert [int(frame[0, -1, 0]) for frame in out["frames"]] == [0, 90, 90, 90]


def test_a_height_may_be_wished() -> None:
    """Both are scaled to it."""
    out = drive(SideBySide(height=60), left=[picture(1, (40, 30))], right=[picture(2, (10, 10))])
    assert out["frames"][0].shape == (60, 80 + 60, 3)


class Screen:
    """Pretends to be the part of cv2 that shows windows; keys are pressed as told, then never again."""

    def __init__(self, keys: str) -> None:
        self.keys = [ord(key) for key in keys]
        self.shown: list[np.ndarray] = []
        self.visible = 1.0
        self.modes: list[float] = []
        self.destroyed = 0

    def key(self, delay_ms: int) -> int:
        """Return the next key, or none."""
        return self.keys.pop(0) if self.keys else -1

    def destroy(self, title: str) -> None:
        """Count."""
        self.destroyed += 1


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Screen]:
    """Return a function that puts a pretended screen in place."""

    def make(keys: str) -> Screen:
        fake = Screen(keys)
        monkeypatch.setattr(window, "display_available", lambda: True)
        monkeypatch.setattr(window, "HOLD_S", 0.05)
        monkeypatch.setattr(window.cv2, "namedWindow", lambda *_: None)
        monkeypatch.setattr(window.cv2, "resizeWindow", lambda *_: None)
        monkeypatch.setattr(window.cv2, "imshow", lambda _, image: fake.shown.append(image))
        monkeypatch.setattr(window.cv2, "waitKey", fake.key)
        monkeypatch.setattr(window.cv2, "getWindowProperty", lambda *_: fake.visible)
        monkeypatch.setattr(window.cv2, "setWindowProperty", lambda *call: fake.modes.append(call[2]))
        monkeypatch.setattr(window.cv2, "destroyWindow", fake.destroy)
        return fake

    return make


@pytest.mark.parametrize("key", ["q", "\x1b"])
def test_q_and_escape_end_the_run(screen: Callable[[str], Screen], key: str) -> None:
    """The window is closed and the graph told to stop."""
    fake = screen(key)
    with pytest.raises(Stop):
        drive(WindowSink(), frames=[picture(1)])
    assert fake.destroyed == 1


def test_closing_the_window_ends_the_run(screen: Callable[[str], Screen]) -> None:
    """A click on the cross is like q."""
    screen("").visible = 0.0
    with pytest.raises(Stop):
        drive(WindowSink(), frames=[picture(1)])


def test_keys_mirror_pause_and_fill(screen: Callable[[str], Screen]) -> None:
    """`m` mirrors from the next picture on, space holds it until the next space, `f` fills the screen."""
    fake = screen("mf ")
    half = np.zeros((8, 8, 3), np.uint8)
    half[:, :4] = 255
    drive(WindowSink(), frames=[half] * 6)
    assert [bool(shown[0, 0, 0]) for shown in fake.shown] == [True, False, False]
    assert fake.modes == [window.cv2.WINDOW_NORMAL, window.cv2.WINDOW_FULLSCREEN]
    fake = screen("  ")
    drive(WindowSink(mirror=True), frames=[half] * 4)
    assert len(fake.shown) == 3


def test_no_display_is_an_error_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to do instead."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(resources.sys, "platform", "linux")
    with pytest.raises(SinkError, match="--headless"):
        WindowSink().open()


def test_a_display_counts_when_it_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name in DISPLAY is not enough: Qt would abort the process."""
    monkeypatch.setattr(resources.sys, "platform", "linux")
    monkeypatch.setattr(resources, "_windows_built", lambda: True)
    monkeypatch.setattr(resources, "X11_SOCKETS", tmp_path)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    for display in (":78", "nonsense", "localhost:63000.0"):
        monkeypatch.setenv("DISPLAY", display)
        assert not resources.display_available()
    monkeypatch.setenv("DISPLAY", ":78.0")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "X78"))
        server.listen()
        assert resources.display_available()


def test_a_sample_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The message names the path."""
    monkeypatch.setattr(resources, "graphs_dir", lambda: tmp_path)
    with pytest.raises(SourceError, match=r"sample clip .*nothing\.mp4 is not there"):
        resources.sample("nothing.mp4")
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "a.mp4").touch()
    assert resources.sample("a.mp4") == tmp_path / "samples" / "a.mp4"
