"""Streams from a network: a server on this machine that can be made to fail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from sensegraph.errors import SourceError
from sensegraph.testing import drive
from sensegraph_nodes import camera
from sensegraph_nodes.camera import CameraSource
from sensegraph_nodes.network import open_url
from tests.nodes.videos import write_video


class Handler(BaseHTTPRequestHandler):
    """Sends a file, with its length (`/video`) or as a stream that ends at once (`/live`)."""

    data: ClassVar[bytes] = b""

    def do_GET(self) -> None:
        """Answer."""
        known = "video" in self.path
        self.send_response(200)
        if known:
            self.send_header("Content-Length", str(len(self.data)))
        self.end_headers()
        self.wfile.write(self.data)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """Yield a server on a free port of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def address(server: ThreadingHTTPServer, path: str) -> str:
    """Return the URL of a path on the server."""
    return f"http://user:secret@127.0.0.1:{server.server_address[1]}/{path}"


def test_a_finished_video_on_a_server_is_a_file(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    """It is read to its end, once, on its own timeline."""
    Handler.data = write_video(tmp_path / "v.mkv", 30).read_bytes()
    node = CameraSource(address(server, "video"))
    packets = drive(node, packets=True)["frames"]
    assert not node.live()
    assert [round(packet.stamp.time_s * 30) for packet in packets] == list(range(30))
    assert "secret" not in str(node.report())


@pytest.mark.fault(12)
@pytest.mark.timeout(30)
def test_a_live_stream_is_opened_again(
    server: ThreadingHTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time the server hangs up the source comes back, with a gap."""
    monkeypatch.setattr(camera, "BACK_OFF_S", (0.05, 0.1))
    times = [index * 33 for index in range(10)]
    Handler.data = write_video(tmp_path / "v.mkv", times_ms=times, options={"live": "1"}).read_bytes()
    Handler.data = _without_length(Handler.data)
    node = CameraSource(address(server, "live"))
    node.open()
    assert node.live()
    gaps, frames = [], 0
    for outputs in node.read():
        if "frames" in outputs:
            gaps.append(outputs["frames"].stamp.gap)
            frames += 1
        if gaps.count(True) == 2:
            break
    node.close()
    assert gaps.index(True) == 10
    assert node.report()["reconnects"] == 2
    assert "secret" not in str(node.report())


def _without_length(data: bytes) -> bytes:
    """Return a Matroska file whose duration is made unreadable (a void element)."""
    place = data.index(b"\x44\x89\x88")
    return data[:place] + b"\xec\x89" + data[place + 2 : place + 2] + bytes(9) + data[place + 11 :]


@pytest.mark.fault(44)
def test_no_answer_is_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    """A port where nobody listens: one line, without the password."""
    with pytest.raises(SourceError, match=r"rtsp://\*\*\*@127\.0\.0\.1:9/") as caught:
        CameraSource("rtsp://user:secret@127.0.0.1:9/").open()
    assert "secret" not in str(caught.value)
    with pytest.raises(SourceError, match="'gopher' is not a kind of address"):
        open_url("gopher://x", 100)
    assert capfd.readouterr() == ("", "")


def test_a_server_may_not_name_local_files(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    """A playlist from the network that points to a file on this machine is not followed."""
    path = write_video(tmp_path / "v.ts", 30)
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:1", "#EXTINF:1,", f"file://{path}", "#EXT-X-ENDLIST", ""]
    Handler.data = "\n".join(lines).encode()
    with pytest.raises(SourceError):
        drive(CameraSource(address(server, "video.m3u8")))
