"""Gestures of real hands: rows of hand landmarks in the raised hand of a drawn person, five examples of each class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.gesture import HAND_JOINTS, POINT_INDEX
from sensegraph.models.skeleton import BLAZEPOSE_POINTS, WINDOW_FRAMES
from sensegraph.models.temporal import Head
from sensegraph.payload import OTHER
from sensegraph.training.classifier import bank as banks
from sensegraph.training.classifier.choice import decide
from sensegraph.training.classifier.examples import Examples, examples
from sensegraph.training.classifier.material import Material
from sensegraph.training.classifier.observation import Observation
from sensegraph.training.classifier.space import HANDS
from sensegraph.training.motion.gestures import sample
from sensegraph.training.motion.gestures.camera import smooth_noise
from sensegraph.training.motion.styles import Styles
from sensegraph.training.project.naming import mirrored

Array = NDArray[np.float64]

SHAPES = ("Open hand", "Closed hand", "Pointer")
PATHS = ("Still", "Clockwise", "Counter-clockwise", "Moving")
BLOCK = 50
"""Neighbouring rows are neighbouring pictures: what is learnt and what is tried come from different blocks."""
TRAINED, TRIED = 5, 12
RAISED = "Stop sign"
ELBOWS, WRISTS = (9, 10), (11, 12)
"""Among the points of the gesture net, left and right."""
FROM_FRAMES = 16
HAND_OF_PICTURE = 0.25
"""Height of a hand as a share of that of the picture in which the paths were recorded; not stated there."""
POINT = 2  # of SHAPES, the hand that draws a path


def shapes(folder: Path, seed: int) -> tuple[int, int]:
    """Learn the shapes of a hand; return how many windows of others were right, and of how many."""
    rows = np.loadtxt(folder / "keypoint_dev.csv", delimiter=",")
    return _try(SHAPES, {number: _blocks(rows, number) for number in range(len(SHAPES))}, seed, None)


def paths(folder: Path, seed: int) -> tuple[int, int]:
    """Learn the paths of a fingertip; return how many windows of others were right, and of how many."""
    rows = np.loadtxt(folder / "point_history_dev.csv", delimiter=",")
    pointer = _blocks(np.loadtxt(folder / "keypoint_dev.csv", delimiter=","), POINT)[0][0].reshape(HAND_JOINTS, 2)
    return _try(PATHS, {number: _blocks(rows, number) for number in range(len(PATHS))}, seed, pointer)


def _blocks(rows: Array, label: int) -> list[Array]:
    own = rows[rows[:, 0] == label, 1:]
    return [own[at : at + BLOCK] for at in range(0, len(own) - BLOCK + 1, BLOCK)]


def _try(labels: tuple[str, ...], blocks: dict[int, list[Array]], seed: int, pointer: Array | None) -> tuple[int, int]:
    rng = Styles(seed)
    person = _raised(rng)
    made: list[tuple[int, Examples]] = []
    tried: list[tuple[int, Examples]] = []
    for label, own in blocks.items():
        order = rng.permutation(len(own))
        for place, number in enumerate(order[: TRAINED + TRIED].tolist()):
            seen = _observed(rng, person, own[number], pointer)
            (made if place < TRAINED else tried).append((label, examples(seen, HANDS, seed, f"{label} {number}")))
    truth = [np.full(len(each), label, np.intp) for label, each in made]
    names = (*labels, OTHER)
    mirrors = [*(labels.index(mirrored(label)) for label in labels), len(labels)]
    material = Material(names, [each for _, each in made], truth, mirrors, banks.draw(HANDS, seed))
    parted = [number % TRAINED for number in range(len(made))]
    choices = [decide(each, parted, seed) for each in (material, material.without(HANDS.embedded))]
    choice = max(choices, key=lambda each: each.accuracy)
    head = Head(choice.layer, names, choice.decision, "", rejected=(OTHER,))
    right = total = 0
    for label, each in tried:
        plain = each.of(each.plain & ~each.mirrored)
        head.reset()
        said = [head.step(vector).label for vector in plain.vectors]
        counted = [name for name, end in zip(said, plain.ends, strict=True) if end >= FROM_FRAMES]
        right, total = right + counted.count(labels[label]), total + len(counted)
    return right, total


def _raised(rng: Styles) -> tuple[Array, Array, int]:
    """Draw somebody at a camera with a raised hand: points (15, 3), hands (2, 21, 2), and which hand it is."""
    while True:
        window = sample.look(rng, [sample.window(rng, RAISED, (), True)])
        points, hands = window.points[0].astype(float), window.hands[0].astype(float)
        steady = window.seen[0].all() and window.found[0].mean(axis=0).max() > 0.9
        side = int(window.found[0].mean(axis=0).argmax())
        wrist, elbow = points[:, WRISTS[side], 1], points[:, ELBOWS[side], 1]
        frame = int((wrist - elbow).argmin())
        if steady and wrist[frame] < elbow[frame] and window.found[0, frame, side]:
            return points[frame], hands[frame], side


def _observed(rng: Styles, person: tuple[Array, Array, int], rows: Array, pointer: Array | None) -> Observation:
    """Return a person whose raised hand has the shape of the rows, or the pointer that goes along their path."""
    posture, at_rest, side = person
    size = np.abs(at_rest[side] - at_rest[side, 0]).max()
    sway = smooth_noise(rng, 1, WINDOW_FRAMES, (2,))[0] * 0.1 * size
    wrist = at_rest[side, 0] + rng.normal(0, 0.7 * size, 2) + sway
    if pointer is None:
        shape = rows[:WINDOW_FRAMES].reshape(WINDOW_FRAMES, HAND_JOINTS, 2)
    else:
        wrist = wrist + _path(rows) * size / HAND_OF_PICTURE
        shape = np.broadcast_to(pointer, (WINDOW_FRAMES, HAND_JOINTS, 2))
    points = np.zeros((WINDOW_FRAMES, BLAZEPOSE_POINTS, 4), np.float32)
    chosen = list(POINT_INDEX)
    points[:, chosen, :2], points[:, chosen, 3] = posture[:, :2], posture[:, 2]
    points[:, chosen[WRISTS[side]], :2] = wrist
    points[..., :2] += sway[:, None]
    hands = np.zeros((WINDOW_FRAMES, 2, HAND_JOINTS, 3), np.float32)
    hands[:, side, :, :2] = wrist[:, None] + size * shape + sway[:, None]
    found = np.zeros((WINDOW_FRAMES, 2), np.bool_)
    found[:, side] = True
    return Observation(points, np.ones(WINDOW_FRAMES, np.bool_), hands, found)


def _path(rows: Array) -> Array:
    """Return a path (40, 2) in heights of the picture, of rows that each hold its last sixteen points."""
    each = rows.reshape(len(rows), 16, 2) * [16 / 9, 1]
    steps = np.concatenate([np.diff(each[0], axis=0), each[1:, -1] - each[1:, -2]])
    return np.cumsum(steps, axis=0)[:WINDOW_FRAMES]
