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
OPENING_S, REST_S, HELD_S = 2.6, 1.5, 2.4  # nothing is named before 2.5 s were seen
LOOK = "workout"
PROGRAMME: tuple[tuple[str, Hand, int], ...] = (
    ("Thumb up", "right", 21),
    ("Waving", "right", 15),
    ("Swiping left", "right", 4),
    ("Swiping right", "left", 15),
    ("Thumb down", "right", 21),
)
"""Label, hand, and the seed of its style."""


def stage() -> Stage:
    """Who makes the gestures, and where."""
    return Stage(LOOKS[LOOK], FPS, REST_S)


def scenes(where: Stage) -> list[Scene]:
    """The gestures of the sample, after a longer rest; a swipe is made once."""
    opening = Stage(where.look, where.fps, OPENING_S)
    return [
        (where if place else opening).scene([seed], label, hand, 0.0 if label.startswith("Swiping") else HELD_S)
        for place, (label, hand, seed) in enumerate(PROGRAMME)
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
    return {"fps": where.fps, "size": list(SIZE), "seconds": round(where.frames(made) / where.fps, 3), "segments": rows}


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
