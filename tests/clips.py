"""Short clips for tests, cut from the shipped sample, and what a test asks of a video."""

from __future__ import annotations

from pathlib import Path

import av

from sensegraph.resources import sample


def cut(path: Path, seconds: float) -> Path:
    """Write the beginning of the sample to `path`, copied without decoding, and return `path`."""
    with av.open(str(sample("workout.mp4"))) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None and float(packet.dts * packet.time_base) < seconds:
                packet.stream = stream
                target.mux(packet)
    return path


def piece(path: Path, begin: float, seconds: float) -> Path:
    """Write a piece of the sample, from `begin` in seconds, to `path` and return `path`; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(sample("workout.mp4"))) as whole, av.open(str(path), "w") as cut_out:
        stream = cut_out.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        for frame in whole.decode(video=0):
            if frame.time is not None and begin <= frame.time < begin + seconds:
                picture = av.VideoFrame.from_ndarray(frame.to_ndarray(format="bgr24"), format="bgr24")
                cut_out.mux(stream.encode(picture))
            elif frame.time is not None and frame.time >= begin + seconds:
                break
        cut_out.mux(stream.encode())
    return path


def frames(path: Path) -> int:
    """Return how many frames a video has."""
    with av.open(str(path)) as video:
        return sum(1 for _ in video.decode(video=0))
