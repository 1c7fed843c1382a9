"""Write the gesture sample: `python -m sensegraph.training.render.gesture_sample --out a.mp4 --truth a.json`."""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from sensegraph.training.render.array import Array
from sensegraph.training.render.caption import write_caption
from sensegraph.training.render.closeup import Hand, Scene, Stage
from sensegraph.training.render.look import LOOKS
from sensegraph.training.render.workout import CAPTION, write_film

SIZE, FPS = (640, 480), 20
REST_S, HELD_S = 1.6, 2.6
LOOK = "workout"
PROGRAMME: tuple[tuple[str, Hand, int], ...] = (
    ("Thumb up", "right", 0),
    ("Waving", "right", 0),
    ("Swiping left", "right", 0),
    ("Swiping right", "left", 0),
    ("Thumb down", "right", 0),
    ("Nodding", "right", 0),
    ("Swiping up", "right", 0),
)
"""Label, hand, and the seed of its style."""


def stage() -> Stage:
    """Who makes the gestures, and where."""
    return Stage(LOOKS[LOOK], FPS, REST_S)


def scenes(where: Stage) -> list[Scene]:
    """The gestures of the sample; a swipe is made once."""
    return [
        where.scene([seed], label, hand, 0.0 if label.startswith("Swiping") else HELD_S)
        for label, hand, seed in PROGRAMME
    ]


def frames(where: Stage, made: Sequence[Scene], size: tuple[int, int] = SIZE, fine: int = 2) -> Iterator[Array]:
    """All frames of the film, uint8 RGB (H,W,3)."""
    for picture in where.pictures(made, size, fine):
        write_caption(picture, CAPTION)
        yield picture


def truth(where: Stage, made: Sequence[Scene]) -> dict[str, object]:
    """The truth file's content: frames per second, (width, height), and the gestures in seconds of the film.

    `command` is what the gesture is among those of gesture control, empty for none.
    """
    rows = [
        {"start": start, "end": end, "label": each.label, "command": each.command}
        for each, (start, end) in zip(made, where.times(made), strict=True)
    ]
    return {"fps": where.fps, "size": list(SIZE), "seconds": where.frames(made) / where.fps, "segments": rows}


def main() -> None:
    """Render the gestures and write their truth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="film, .mp4")
    parser.add_argument("--truth", type=Path, required=True, help="gestures, .json")
    arguments = parser.parse_args()
    where = stage()
    made = scenes(where)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    write_film(arguments.out, frames(where, made), FPS, SIZE)
    arguments.truth.write_text(json.dumps(truth(where, made), indent=1) + "\n")


if __name__ == "__main__":
    main()
