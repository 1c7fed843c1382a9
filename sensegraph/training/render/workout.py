"""Write the sample film: `python -m sensegraph.training.render.workout --out a.mp4 --truth a.json`."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.camera import Camera
from sensegraph.training.render.caption import write_caption
from sensegraph.training.render.choreography import Segment, pose_at, truth, workout
from sensegraph.training.render.mesh import build_mesh
from sensegraph.training.render.picture import Renderer

SIZE, FPS = (640, 480), 24
DISSOLVE = 0.5  # seconds
CAPTION = "rendered figure"


def standing_camera(size: tuple[int, int] = SIZE) -> Camera:
    """The whole person with raised arms."""
    return Camera(size, (0, 1.15, 4.4), (0, 0.985, 0), 32.5)


def floor_camera(size: tuple[int, int] = SIZE) -> Camera:
    """Lower and closer, for push-ups."""
    return Camera(size, (0.35, 0.85, 3.45), (0, 0.47, 0), 32.5)


def shots(size: tuple[int, int] = SIZE, fine: int = 2) -> dict[int, Renderer]:
    """The renderer of each scene of the choreography."""
    mesh = build_mesh()
    standing = Renderer(standing_camera(size), mesh, fine)
    return {0: standing, 1: Renderer(floor_camera(size), mesh, fine), 2: standing}


def segment_at(segments: list[Segment], t: float) -> int:
    """Number of the segment at second `t`."""
    return next((i for i, s in enumerate(segments) if t < s.end), len(segments) - 1)


def draw(segments: list[Segment], renderers: dict[int, Renderer], t: float) -> Array:
    """The frame of second `t`, uint8 RGB (H,W,3), with its share of a dissolve if one is near."""
    i = segment_at(segments, t)
    here = segments[i]
    out = renderers[here.scene](pose_at(segments, i, t))
    for other, cut in ((i - 1, here.start), (i + 1, here.end)):
        share = 0.5 - abs(t - cut) / DISSOLVE
        if 0 <= other < len(segments) and share > 0 and segments[other].scene != here.scene:
            ghost = renderers[segments[other].scene](pose_at(segments, other, t))
            out = np.clip(out * (1 - share) + ghost * share, 0, 255).astype(np.uint8)
    write_caption(out, CAPTION)
    return out


def frames(segments: list[Segment], fps: int = FPS, size: tuple[int, int] = SIZE, fine: int = 2) -> Iterator[Array]:
    """All frames of the film, uint8 RGB (H,W,3)."""
    renderers = shots(size, fine)
    for k in range(round(segments[-1].end * fps)):
        yield draw(segments, renderers, k / fps)


def write_film(path: Path, pictures: Iterator[Array], fps: int, size: tuple[int, int]) -> None:
    """Encode frames as H.264 yuv420p with the index in front."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as film:
        stream = film.add_stream("libx264", rate=fps, options={"crf": "20", "preset": "slow"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(stream.encode())


def main() -> None:
    """Render the workout and write its truth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="film, .mp4")
    parser.add_argument("--truth", type=Path, required=True, help="segments and repetitions, .json")
    arguments = parser.parse_args()
    segments = workout()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    write_film(arguments.out, frames(segments), FPS, SIZE)
    arguments.truth.write_text(json.dumps(truth(segments, FPS, SIZE), indent=1) + "\n")


if __name__ == "__main__":
    main()
