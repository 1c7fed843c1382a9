"""CameraSource: what it makes of files, good and bad, of folders, streams and cameras."""

from __future__ import annotations

import contextlib
import os
import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from sensegraph.errors import SourceError
from sensegraph.packet import Packet
from sensegraph.testing import drive
from sensegraph_nodes import camera, devices
from sensegraph_nodes.camera import CameraSource
from sensegraph_nodes.timeline import JUMP_NS, Timeline
from tests.nodes.videos import number_of, picture, write_video


def play(source: object, *, limit: int | None = None, **settings: Any) -> tuple[list[Packet[Any]], dict[str, Any]]:
    """Return the packets and the report of a source; their times are checked."""
    node = CameraSource(str(source), **settings)
    packets = drive(node, packets=True, limit=limit)["frames"]
    assert [packet.stamp.frame for packet in packets] == list(range(len(packets)))
    assert packets[0].stamp.time_ns == 0
    assert all(a.stamp.time_ns < b.stamp.time_ns for a, b in pairwise(packets))
    for packet in packets:
        assert packet.payload.dtype == np.uint8
        assert packet.payload.flags.c_contiguous
    return packets, dict(node.report())


def numbers(packets: list[Packet[Any]]) -> list[int]:
    """Return the numbers that the frames carry."""
    return [number_of(packet.payload) for packet in packets]


def milliseconds(packets: list[Packet[Any]]) -> list[int]:
    """Return the times of packets."""
    return [round(packet.stamp.time_ns / 1e6) for packet in packets]


@pytest.mark.fault(18)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts", ".avi"])
@pytest.mark.parametrize("b_frames", ["0", "3"])
def test_every_frame_of_a_file_comes_in_order(tmp_path: Path, suffix: str, b_frames: str) -> None:
    """The frames come in the order of display, whether or not they are stored so."""
    path = write_video(tmp_path / f"video{suffix}", 30, options={"bf": b_frames})
    packets, report = play(path)
    assert numbers(packets) == list(range(30))
    assert report["frames"] == 30
    assert "jumps" not in report
    assert "warnings" not in report
    if suffix != ".avi":  # has no times of display
        assert all(abs(ms - index * 1000 / 30) < 2 for index, ms in enumerate(milliseconds(packets)))


@pytest.mark.fault(18)
def test_variable_frame_rate_keeps_its_times(tmp_path: Path) -> None:
    """The times are those of the file, not those of a mean rate."""
    times = [0, 30, 100, 110, 400, 1400]
    packets, _ = play(write_video(tmp_path / "vfr.mkv", times_ms=times))
    assert milliseconds(packets) == times


@pytest.mark.fault(19)
@pytest.mark.parametrize("rate", [1, 240])
def test_slow_and_fast_files(tmp_path: Path, rate: int) -> None:
    """1 and 240 frames per second are read as they are, without gaps."""
    packets, _ = play(write_video(tmp_path / "video.mp4", 6, rate=rate))
    assert milliseconds(packets) == [round(index * 1000 / rate) for index in range(6)]
    assert not any(packet.stamp.gap for packet in packets)


@pytest.mark.fault(17, 18)
def test_size_and_times_may_change(tmp_path: Path) -> None:
    """Two transport streams in one file: the picture changes its size, the time goes on after a gap."""
    first = write_video(tmp_path / "a.ts", 10)
    second = write_video(tmp_path / "b.ts", 10, size=(96, 64))
    both = tmp_path / "both.ts"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    packets, report = play(both)
    shapes = [packet.payload.shape for packet in packets]
    assert set(shapes) == {(48, 64, 3), (64, 96, 3)}
    assert shapes == sorted(shapes)
    assert len(packets) >= 19
    assert [packet.stamp.gap for packet in packets].count(True) == 1
    assert report["jumps"] == 1
    assert packets[-1].stamp.time_s < 1.0


@pytest.mark.fault(17)
@pytest.mark.parametrize(("degrees", "corner"), [(90, (0, -1)), (180, (-1, -1)), (270, (-1, 0))])
def test_rotation_is_applied(tmp_path: Path, degrees: int, corner: tuple[int, int]) -> None:
    """A phone's video, to be turned clockwise by so many degrees, comes upright."""
    array = np.zeros((48, 64, 3), np.uint8)
    array[:16, :16] = 255
    path = write_video(tmp_path / "phone.mp4", pictures=[array] * 3, times_ms=[0, 33, 66])
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 4 + 40
    cosine, sine = {90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees]
    turned = [cosine << 16, sine << 16, 0, -sine * (1 << 16), cosine << 16, 0, 0, 0, 1 << 30]
    data[matrix : matrix + 36] = struct.pack(">9i", *turned)
    path.write_bytes(data)
    upright = play(path)[0][0].payload
    assert upright.shape == ((64, 48, 3) if degrees != 180 else (48, 64, 3))
    assert upright[corner].mean() > 200
    assert sum(upright[y, x].mean() > 100 for y in (0, -1) for x in (0, -1)) == 1


@pytest.mark.fault(14)
@pytest.mark.parametrize("suffix", [".mkv", ".ts"])
def test_a_file_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path: Path, suffix: str) -> None:
    """What is there is decoded; a warning tells where it ended, if the file says how long it should be."""
    path = write_video(tmp_path / f"video{suffix}", 120)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    packets, report = play(path)
    assert 20 < len(packets) < 100
    assert numbers(packets)[:20] == list(range(20))
    if suffix == ".mkv":
        assert "cut off" in report["warnings"][0]


@pytest.mark.fault(14)
def test_no_mutation_of_a_file_does_harm(tmp_path: Path) -> None:
    """A file with flipped bytes gives frames or one clear error."""
    good = write_video(tmp_path / "good.mkv", 20).read_bytes()
    random = np.random.default_rng(0)
    for _ in range(60):
        data = np.frombuffer(good, np.uint8).copy()
        data[random.integers(0, len(data), 20)] ^= random.integers(1, 256, 20, dtype=np.uint8)
        path = tmp_path / "bad.mkv"
        path.write_bytes(data.tobytes())
        with contextlib.suppress(SourceError):
            assert play(path)[0]


def bad_sources(folder: Path) -> dict[str, tuple[Path, str]]:
    """Return sources that cannot be opened, with what their message should say."""
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("this is not a video\n" * 100)
    (folder / "noise.mp4").write_bytes(np.random.default_rng(0).bytes(20_000))
    (folder / "list.mp4").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/passwd\n")
    (folder / "list.txt").write_text("ffconcat version 1.0\nfile /etc/hostname\n")
    video = write_video(folder / "whole.mp4", 30).read_bytes()
    (folder / "half.mp4").write_bytes(video[: len(video) // 2])
    (folder / "none").mkdir()
    os.mkfifo(folder / "pipe.mp4")
    return {
        "missing": (folder / "missing.mp4", "no such file"),
        "empty": (folder / "empty.mp4", "empty"),
        "text": (folder / "text.mp4", "not a video"),
        "noise": (folder / "noise.mp4", "not a video"),
        "playlist": (folder / "list.mp4", "playlist"),
        "concat": (folder / "list.txt", "playlist"),
        "half": (folder / "half.mp4", "damaged"),
        "folder": (folder / "none", "no pictures"),
        "fifo": (folder / "pipe.mp4", "neither a file nor a folder"),
        "device": (Path("/dev/zero"), "neither a file nor a folder"),
        "long": (folder / ("x" * 300), "too long"),
    }


@pytest.mark.fault(15)
@pytest.mark.timeout(20)
def test_what_cannot_be_opened_is_named_in_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Every bad source gives a SourceError that names it, at once, and nothing is printed."""
    for path, reason in bad_sources(tmp_path).values():
        node = CameraSource(str(path))
        with pytest.raises(SourceError) as caught:
            node.open()
        node.close()
        first, *rest = str(caught.value).splitlines()
        assert str(path) in first
        assert reason in first
        assert len(rest) <= 1
    assert capfd.readouterr() == ("", "")


@pytest.mark.fault(15)
@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    """A file that may not be read says so."""
    path = write_video(tmp_path / "secret.mp4", 3)
    path.chmod(0)
    with pytest.raises(SourceError, match="may not read"):
        CameraSource(str(path)).open()


@pytest.mark.fault(16)
def test_pictures_that_are_too_large_are_refused(tmp_path: Path) -> None:
    """The size is looked at before anything is decoded, and again when it changes."""
    small, large = write_video(tmp_path / "a.ts", 10), write_video(tmp_path / "b.ts", 10, size=(640, 480))
    with pytest.raises(SourceError, match=r"b\.ts: its pictures \(640 x 480\) are over max_pixels"):
        CameraSource(str(large), max_pixels=100_000).open()
    (tmp_path / "c.ts").write_bytes(small.read_bytes() + large.read_bytes())
    node = CameraSource(str(tmp_path / "c.ts"), max_pixels=100_000)
    node.open()
    shapes = set()
    with pytest.raises(SourceError, match="max_pixels"):
        shapes.update(each["frames"].payload.shape for each in node.read())
    node.close()


def test_loop_goes_on_in_time(tmp_path: Path) -> None:
    """A file that is looped goes on counting; the seam is a gap."""
    packets, _ = play(write_video(tmp_path / "video.mp4", 5), limit=12, loop=True)
    assert numbers(packets) == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]
    assert [packet.stamp.frame for packet in packets if packet.stamp.gap] == [5, 10]
    assert milliseconds(packets)[:6] == [0, 33, 67, 100, 133, 166]


def test_a_folder_of_pictures_plays_in_the_order_of_its_names(tmp_path: Path) -> None:
    """Numbers in names count as numbers; other files are left out, broken pictures counted."""
    for index in range(11):
        cv2.imwrite(str(tmp_path / f"shot{index}.png"), picture(index))
    cv2.imwrite(str(tmp_path / "tail.jpg"), picture(11))
    (tmp_path / "shot3.png").write_bytes(b"\x89PNG but no more")
    (tmp_path / "notes.txt").write_text("no picture")
    packets, report = play(tmp_path, fps=10)
    assert numbers(packets) == [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11]
    assert milliseconds(packets)[:4] == [0, 100, 200, 400]
    assert report["damaged"] == 1
    node = CameraSource(str(tmp_path), fps=10)
    node.open()
    assert node.length_s() == pytest.approx(1.2)
    assert not node.live()


def test_colours_are_bgr(tmp_path: Path) -> None:
    """A blue picture is blue, from a video and from a folder."""
    blue = np.zeros((48, 64, 3), np.uint8)
    blue[..., 0] = 255
    video = write_video(tmp_path / "blue.mp4", pictures=[blue] * 2, times_ms=[0, 33])
    (tmp_path / "folder").mkdir()
    cv2.imwrite(str(tmp_path / "folder" / "blue.jpg"), blue)
    for source in (video, tmp_path / "folder"):
        assert play(source)[0][0].payload.mean(axis=(0, 1)) == pytest.approx([255, 0, 0], abs=4)


def test_odd_names_are_names(tmp_path: Path) -> None:
    """Names with spaces, colons, per cents and letters of any kind are files like others."""
    for name in ("a b.mp4", "concat:a.mp4", "100%d.mp4", "größe.mp4"):
        assert len(play(write_video(tmp_path / "v.mp4", 3).rename(tmp_path / name))[0]) == 3


def test_a_missing_camera_lists_those_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the cameras of this machine."""
    monkeypatch.setattr(devices, "LINUX", True)
    monkeypatch.setattr(devices, "DEVICES", tmp_path)
    with pytest.raises(SourceError, match=r"camera 7: there is no .*video7\n  No camera is connected"):
        CameraSource(7).open()
    (tmp_path / "video10").touch()
    (tmp_path / "video2").touch()
    with pytest.raises(SourceError, match=r"Cameras here: .*video2, .*video10\."):
        CameraSource("7").open()
    with pytest.raises(SourceError, match="is not a camera"):
        CameraSource(2).open()


def test_auto_without_a_camera_is_the_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a camera the shipped clip is played."""
    path = write_video(tmp_path / "workout.mp4", 3)
    monkeypatch.setattr(camera, "cameras", list)
    monkeypatch.setattr(camera, "sample", lambda name: path)
    assert CameraSource().live() is False
    packets, report = play("auto")
    assert len(packets) == 3
    assert report["source"] == str(path)


def test_the_graph_says_which_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a camera and with `sample: gestures` it is the clip of gestures; what is not there is refused."""
    monkeypatch.setattr(camera, "cameras", list)
    assert [Path(path).name for path in CameraSource(sample="gestures").reads()] == ["gestures.mp4"]
    with pytest.raises(SourceError, match=r"nothing\.mp4 is not there"):
        CameraSource(sample="nothing").open()


@pytest.mark.fault(18)
def test_the_timeline_always_increases() -> None:
    """Missing, equal, backward and far times all give later ones; the last two are jumps, with a gap."""
    timeline = Timeline(frame_ns=10)
    assert [timeline.place(pts) for pts in (1000, None, 1025, 1025)] == [
        (0, False),
        (10, False),
        (25, False),
        (26, False),
    ]
    assert timeline.place(500) == (35, True)
    assert timeline.place(520) == (55, False)
    assert timeline.place(520 + JUMP_NS + 1) == (65, True)
    assert timeline.place(520 + 2 * JUMP_NS + 1) == (65 + JUMP_NS, False)
    assert (timeline.jumps, timeline.missing) == (2, 1)
