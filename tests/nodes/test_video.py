"""VideoSink: what can be played afterwards, whatever happened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sensegraph.errors import SinkError
from sensegraph.packet import Packet, Stamp
from sensegraph.parameters import validate
from sensegraph.testing import drive
from sensegraph_nodes.video import VideoSink
from tests.nodes.videos import number_of, picture, read_back

WRITER = """
import sys, resource
import numpy as np
from sensegraph.packet import Stamp
from sensegraph.errors import SinkError
from sensegraph_nodes.video import VideoSink

path, most = sys.argv[1], int(sys.argv[2])
if most:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
node = VideoSink(path)
node.open()
noise = np.random.default_rng(0).integers(0, 255, (120, 160, 3), dtype=np.uint8)
try:
    for i in range(10_000):
        node.process(np.roll(noise, 4 * i, 1), Stamp(i * 33_000_000, frame=i))
        print(i, flush=True)
        if not most:
            sys.stdin.readline()
except SinkError as error:
    node.close()
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""


def packets(times_ns: list[int], size: tuple[int, int] = (64, 48)) -> list[Packet[np.ndarray]]:
    """Return numbered frames at these times."""
    return [Packet(picture(i, size), Stamp(t, frame=i)) for i, t in enumerate(times_ns)]


def writer(path: Path, most: int = 0) -> subprocess.Popen[str]:
    """Start a process that writes a frame for each line it is given, or until its file may not grow."""
    command = [sys.executable, "-c", WRITER, str(path), str(most)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def write_and_die(path: Path, frames: int) -> None:
    """Write so many frames in a process that is then killed."""
    with writer(path) as process:
        assert process.stdin
        assert process.stdout
        for number in range(frames):
            assert process.stdout.readline() == f"{number}\n"
            if number + 1 < frames:
                process.stdin.write("\n")
                process.stdin.flush()
        process.kill()


def test_frames_and_times_are_kept(tmp_path: Path) -> None:
    """Odd sizes, uneven times and a late first frame come back exactly; no other file is left."""
    times = [62_500_000 + 37_000_000 * i + (i % 3) * 1_000_000 for i in range(40)]
    path = tmp_path / "new" / "folder" / "out.mp4"
    sink = VideoSink(str(path))
    drive(sink, frames=packets(times, (65, 49)))
    back = read_back(path)
    assert [number for _, number in back] == list(range(40))
    assert [round(time * 1e9) for time, _ in back] == pytest.approx(times, abs=12_000)
    assert [entry.name for entry in path.parent.iterdir()] == ["out.mp4"]
    assert sink.report() == {"files": [{"path": str(path), "frames": 40, "seconds": 1.443}]}


def test_a_finished_file_is_a_plain_one(tmp_path: Path) -> None:
    """At the end the index stands in front of the pictures, and there are no fragments."""
    path = tmp_path / "out.mp4"
    drive(VideoSink(str(path)), frames=packets([i * 33_000_000 for i in range(5)]))
    data = path.read_bytes()
    assert b"moof" not in data
    assert 0 < data.index(b"moov") < data.index(b"mdat")


@pytest.mark.fault(4)
@pytest.mark.parametrize("killed_after", [2, 3, 7, 40])
def test_a_killed_writer_leaves_a_video(tmp_path: Path, killed_after: int) -> None:
    """After kill -9 all frames but the last can be played, from the first moments on."""
    path = tmp_path / "out.mp4"
    write_and_die(path, killed_after)
    back = read_back(path)
    assert killed_after - 1 <= len(back) <= killed_after
    assert [round(time * 1e9) for time, _ in back] == pytest.approx(
        [i * 33_000_000 for i in range(len(back))], abs=12_000
    )


@pytest.mark.fault(20)
def test_a_full_disk_leaves_a_video(tmp_path: Path) -> None:
    """When the file may not grow the sink says so in a clear line, and all that it counts can be played."""
    path = tmp_path / "out.mp4"
    with writer(path, 200_000) as process:
        sent, error = process.communicate(timeout=60)
    assert process.returncode == SinkError.exit_code
    frames = len(read_back(path))
    assert error.splitlines() == [
        f"{path}: file too large; {frames} frames are kept, the file can be played",
        "  Free space, or write elsewhere.",
    ]
    assert len(sent.splitlines()) - 2 <= frames
    assert frames > 5


@pytest.mark.fault(17)
def test_another_size_is_another_file(tmp_path: Path) -> None:
    """A change of size begins `out-2.mp4`; both are told."""
    sink = VideoSink(str(tmp_path / "out.mp4"))
    frames = [Packet(picture(i, (64, 48) if i < 4 else (80, 60)), Stamp(i * 50_000_000)) for i in range(10)]
    drive(sink, frames=frames)
    assert [number for _, number in read_back(tmp_path / "out.mp4")] == list(range(4))
    assert [number for _, number in read_back(tmp_path / "out-2.mp4")] == list(range(4, 10))
    told = [(Path(file["path"]).name, file["frames"]) for file in sink.report()["files"]]
    assert told == [("out.mp4", 4), ("out-2.mp4", 6)]


def test_a_file_is_replaced_when_the_first_frame_comes(tmp_path: Path) -> None:
    """A run that ends before its first frame destroys nothing."""
    path = tmp_path / "out.mp4"
    path.write_text("precious")
    sink = VideoSink(str(path))
    drive(sink, frames=[])
    assert path.read_text() == "precious"
    assert sink.report() == {"files": []}
    drive(VideoSink(str(path)), frames=packets([0, 50_000_000]))
    assert len(read_back(path)) == 2


@pytest.mark.fault(4)
def test_a_restarted_sink_begins_another_file(tmp_path: Path) -> None:
    """What was written before a crash in the same run is kept."""
    path = tmp_path / "out.mp4"
    drive(VideoSink(str(path)), frames=packets([0, 50_000_000]))
    sink = VideoSink(str(path))
    sink.epoch = 1
    drive(sink, frames=packets([100_000_000, 150_000_000, 200_000_000]))
    assert len(read_back(path)) == 2
    assert len(read_back(tmp_path / "out-2.mp4")) == 3


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("folder.mp4", {}, "it is a folder"),
        ("there.mp4", {"overwrite": False}, "it exists"),
        ("there.mp4/out.mp4", {}, "its folder cannot be made"),
    ],
)
def test_where_nothing_can_be_written(tmp_path: Path, name: str, settings: dict[str, bool], said: str) -> None:
    """A path that will not do is told before the run begins."""
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "there.mp4").touch()
    with pytest.raises(SinkError, match=said):
        VideoSink(str(tmp_path / name), **settings).open()


def test_a_name_that_is_no_video_is_a_bad_parameter() -> None:
    """It is told by `check`, with the name to take."""
    said, _ = validate(VideoSink, {"path": "out.avi"})["path"]
    assert said == "'out.avi': videos are written as .mp4; name it out.mp4"
    assert validate(VideoSink, {"path": "OUT.MP4"}) == {}


def test_greys_keep_their_shade(tmp_path: Path) -> None:
    """A grey picture keeps its level within two."""
    grey = np.full((48, 64, 3), 122, np.uint8)
    path = tmp_path / "out.mp4"
    drive(VideoSink(str(path)), frames=[grey, grey])
    assert [number for _, number in read_back(path)] == [number_of(grey)] * 2
