"""Sources, outputs and places that will not do, met from the command line: one clear message, and nothing is left."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import struct
import subprocess
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from sensegraph.models.catalogue import cache_folder
from tests.clips import cut, frames
from tests.nodes.videos import write_video
from tests.place import PROGRAM, Place


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Return the first second of the sample."""
    return cut(tmp_path / "clip.mp4", 1.0)


def huge_picture() -> bytes:
    """Return a PNG that says it is 40000 x 40000."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


BAD_SOURCES = {
    "missing": ("none.mp4", "none.mp4: there is no such file or folder\n  You are in "),
    "odd name": ('-it\'s "no"\n[red]\N{SNOWMAN} %s.mp4', "%s.mp4: there is no such file or folder\n  You are in "),
    "far too long": ("x" * 5000, f"{'x' * 400}...: File name too long\n"),
    "empty": ("empty.mp4", "empty.mp4: the file is empty\n  Copy or record it again.\n"),
    "no name": ("", "the source is empty\n  Name a camera, a file, an address or a folder, or `auto`.\n"),
    "truncated": ("half.mp4", "half.mp4: it is not a video, or is damaged at its beginning\n  Check that it plays"),
    "half a picture": ("half.jpg", "half.jpg: not one picture in it can be decoded\n  It is damaged"),
    "huge picture": ("huge.png", "huge.png: not one picture in it can be decoded\n  It is damaged, or larger"),
    "only bad pictures": ("pictures", "pictures: not one picture in it can be decoded\n  It is damaged"),
    "a device": ("/dev/zero", "/dev/zero: it is neither a file nor a folder\n  Save the video to a file first.\n"),
    "no camera": ("7", "camera 7: there is no /dev/video7\n"),
    "refused": ("http://127.0.0.1:9/x.mp4", "connection refused\n  Check the address and the network.\n"),
    "secret": ("rtsp://me:secret@127.0.0.1:9/x", "rtsp://***@127.0.0.1:9/x: connection refused\n  Check the address"),
}


@pytest.mark.fault(15, 16, 44)
@pytest.mark.parametrize(("source", "said"), BAD_SOURCES.values(), ids=BAD_SOURCES.keys())
def test_a_source_that_will_not_do_is_told_once_with_the_remedy(
    place: Place, clip: Path, source: str, said: str
) -> None:
    """The run ends with 2 and two lines that name the source; no output is begun."""
    (place.folder / "empty.mp4").touch()
    (place.folder / "half.mp4").write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    (place.folder / "half.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF")
    (place.folder / "huge.png").write_bytes(huge_picture())
    (place.folder / "pictures").mkdir()
    (place.folder / "pictures" / "1.png").write_bytes(b"nonsense")
    told = place.run("run", "hello", "--source", source, "--headless", "--out", "out.mp4", "--quiet", code=2)
    assert told.startswith("node 'camera': ")
    assert said in told
    assert told.count("\n") == 2 + source.count("\n")
    assert not (place.folder / "out.mp4").exists()


@pytest.mark.fault(15)
def test_an_address_that_never_answers_is_given_up(place: Place) -> None:
    """A server that accepts and says nothing ends the run with 2."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x.mp4"
        told = place.run("run", "hello", "--source", url, "--headless", "--out", "out.mp4", code=2)
    assert told == f"node 'camera': {url}: no answer in time\n  Check the address and the network.\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return the folder of a disk of 24 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.fault(20)
def test_a_full_disk_ends_the_run_and_the_message_counts_what_is_kept(
    place: Place, clip: Path, small_disk: Path
) -> None:
    """As many frames can be played as it says."""
    cut(clip, 2.0)
    out = small_disk / "out.mp4"
    told = place.run("run", "hello", "--source", clip, "--headless", "--out", out, "--quiet", code=3)
    assert f"no space left on device; {frames(out)} frames are kept, the file can be played\n  Free space" in told


BAD_OUTPUTS = {
    "a pipe": ("hello", "--out", "pipe.mp4", "pipe.mp4: it is a pipe or a device\n  A video is written to a file"),
    "a device": ("hello", "--out", "full.mp4", "full.mp4: it is a pipe or a device\n  A video is written to a file"),
    "below a file": ("hello", "--out", "clip.mp4/out.mp4", "its folder cannot be made: File exists\n  Write elsewhere"),
    "a full device": ("rep_counter", "--results", "/dev/full", "No space left on device; it has 0 lines\n  Free space"),
    "no such place": ("rep_counter", "--results", "/proc/no/x.jsonl", "No such file or directory\n  Write elsewhere."),
}


@pytest.mark.parametrize(("graph", "flag", "path", "said"), BAD_OUTPUTS.values(), ids=BAD_OUTPUTS.keys())
def test_an_output_that_will_not_do_is_told_once_with_the_remedy(
    place: Place, clip: Path, graph: str, flag: str, path: str, said: str
) -> None:
    """The run ends with 3, not after restarts, and the message names the file."""
    os.mkfifo(place.folder / "pipe.mp4")
    (place.folder / "full.mp4").symlink_to("/dev/full")
    told = place.run("run", graph, "--source", clip, "--headless", flag, path, "--quiet", code=3)
    assert f": {path}: " in told
    assert said in told
    assert told.count("\n") == 2


RUNTIME_FOLDERS = {"a file": "clip.mp4", "relative": ".", "long in bytes": "ü" * 50}


@pytest.mark.parametrize("name", RUNTIME_FOLDERS.values(), ids=RUNTIME_FOLDERS.keys())
def test_a_runtime_folder_that_will_not_do_is_passed_over(place: Place, clip: Path, name: str) -> None:
    """The next place is taken: the path of a socket is short, and its folder has to be one."""
    folder = Path("/tmp" if name.startswith("ü") else "" if name == "." else place.folder, name)
    if name.startswith("ü"):
        folder.mkdir(exist_ok=True)
    try:
        said = place.run(
            "run", "hello", "--source", clip, "--headless", "--out", "out.mp4", code=0,
            XDG_RUNTIME_DIR=str(folder), TMPDIR="/nonexistent",
        )  # fmt: skip
    finally:
        if name.startswith("ü"):
            shutil.rmtree(folder)
    assert said == ""
    assert frames(place.folder / "out.mp4") == frames(clip)


@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_standard_streams_may_be_closed(place: Place, clip: Path, closed: str) -> None:
    """None of our sockets takes their place: the run ends as ever."""
    command = f"'{PROGRAM}' run hello --source '{clip}' --headless --out out.mp4 {closed}"
    done = subprocess.run(["bash", "-c", command], cwd=place.folder, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert frames(place.folder / "out.mp4") == frames(clip)


def test_a_damaged_model_is_called_damaged(place: Place, clip: Path) -> None:
    """The message does not say that the file is missing when it is there."""
    if not (cache_folder() / "pose_detection.onnx").exists():
        pytest.skip("the models are not here")
    models = place.folder / "models"
    shutil.copytree(cache_folder(), models)
    (models / "pose_landmark_full.onnx").write_bytes(b"onnx")
    said = place.run(
        "run", "fitness", "--source", clip, "--headless", code=2, SENSEGRAPH_MODELS=str(models), PIP_NO_INDEX="1"
    )
    assert said.startswith(f"the models (pose_landmark_full) in {models} are damaged, and pip could not download")
    assert "sensegraph models get --wheel " in said


@pytest.mark.fault(22)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_models_are_fetched_leaves_nothing(place: Place, clip: Path, number: int, code: int) -> None:
    """Neither pip nor its folder stays behind."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        index = f"http://127.0.0.1:{server.getsockname()[1]}/simple"
        process = place.start(
            "run", "fitness", "--source", clip, "--headless", SENSEGRAPH_MODELS=str(place.folder / "models"),
            PIP_INDEX_URL=index, TMPDIR=str(place.runtime),
        )  # fmt: skip
        server.settimeout(30)
        server.accept()
        os.kill(process.pid, number)
        _, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert err == "stopped while the models were being fetched; nothing was changed\n"
    assert place.left_over() == []


@pytest.mark.fault(4)
def test_a_killed_sink_keeps_what_it_wrote_and_goes_on_beside_it(place: Place) -> None:
    """A worker that is started again does not write over the file of the one before it."""
    source = write_video(place.folder / "in.mp4", 300)
    process = place.start("run", "hello", "--source", source, "--headless", "--pace", "live", "--out", "out.mp4")
    out = place.folder / "out.mp4"
    deadline = time.monotonic() + 30
    while not (out.exists() and out.stat().st_size > 20_000) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(place.workers()["sg:recording"], signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert err == "node 'recording' was killed by signal 9; restarting\n"
    first, second = frames(out), frames(place.folder / "out-2.mp4")
    assert first > 5
    assert second > 5
    assert first + second <= 300
    assert place.left_over() == []
