"""Whether the landmark nets accept each look of the renderer: `python -m benchmarks.looks [LOOK...|random N]`.

Jumping jacks and squats, seen from the front and at 45 degrees, 16 fps. Joint error: distance of a joint in the picture
to its truth in % of the body's extent (90th percentile of the diagonal of the joints' box).
"""

from __future__ import annotations

import sys
from time import perf_counter

import numpy as np

from sensegraph.models.landmarks import PoseTracker
from sensegraph.models.skeleton import RATE_FPS, select_joints
from sensegraph.training.motion.exercises import EXERCISES
from sensegraph.training.render.film import film
from sensegraph.training.render.look import LOOKS, Look
from sensegraph.training.render.routine import exercise
from sensegraph.training.render.view import whole_body

SIZE, SECONDS, MOVES, VIEWS_DEG = (480, 360), 5.0, ("Jumping Jacks", "Squats"), (0.0, 45.0)


def watch(look: Look, label: str, degrees: float, seed: int = 0) -> tuple[float, np.ndarray]:
    """Return the share of the frames with a person, and the errors (frames, 13) of those in % of the extent."""
    rng = np.random.default_rng(seed)
    body = look.body()
    joints = exercise(rng, label, body, EXERCISES[label], RATE_FPS, seconds=SECONDS, degrees=degrees).joints
    camera, tracker = whole_body(joints, SIZE), PoseTracker()
    truth = camera.project(joints)[..., :2]
    extent = np.quantile(np.linalg.norm(np.ptp(truth, axis=1), axis=-1), 0.9)
    errors = []
    for picture, places in zip(film(joints, look=look, camera=camera, fine=1, seed=seed), truth, strict=True):
        pose = tracker.track(np.ascontiguousarray(picture[..., ::-1]))
        if pose is not None:
            errors.append(np.linalg.norm(select_joints(pose.points)[:, :2] - places, axis=1) / extent * 100)
    return len(errors) / len(joints), np.array(errors).reshape(-1, 13)


def looks(words: list[str]) -> dict[str, Look]:
    """Return the looks that were asked for; without words those with a name."""
    if words[:1] == ["random"]:
        rng = np.random.default_rng(0)
        return {f"random {k}": Look.draw(rng) for k in range(int(words[1]))}
    return {name: LOOKS[name] for name in words or LOOKS}


def main() -> None:
    """Print a row of the table of docs/rendering.md for each look."""
    print("| look | frames with a person | median error: jacks | squats | 95 % below |\n|---|---|---|---|---|")
    for name, look in looks(sys.argv[1:]).items():
        begin = perf_counter()
        seen = {label: [watch(look, label, degrees) for degrees in VIEWS_DEG] for label in MOVES}
        found = [share for pairs in seen.values() for share, _ in pairs]
        errors = {label: np.concatenate([each for _, each in pairs]) for label, pairs in seen.items()}
        medians = " | ".join(f"{np.median(each):.1f} %" for each in errors.values())
        high = np.quantile(np.concatenate(list(errors.values())), 0.95)
        print(f"| {name} | {min(found):.0%} | {medians} | {high:.1f} % |", flush=True)
        print(f"  {perf_counter() - begin:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
