"""Gesture control on synthetic streams: `python -m benchmarks.commands [--minutes N] [--mocap FOLDER]`.

Whole performances by people, cameras and styles that training leaves out run through the net, the head and the event
detector of `graphs/gesture_control.yaml`: commands among other things (precision, recall, F1), and other things alone,
also of captured bodies (events per minute). An event belongs to a command that ends within 0.5 s of it; a command
during which the tracker finds no hand in half of the frames is not asked for.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sensegraph.load import load
from sensegraph.models.gesture import gesture_channels
from sensegraph.models.skeleton import RATE_FPS, STEP_FRAMES, WINDOW_FRAMES
from sensegraph.models.temporal import HAND_SPACE, TemporalNet
from sensegraph.packet import NANOSECONDS, Packet, Stamp
from sensegraph.payload import Event, Features, Scores
from sensegraph.resources import graphs_dir
from sensegraph.testing import drive
from sensegraph.training.motion.capture import Take, read_takes
from sensegraph.training.motion.gestures import sample
from sensegraph.training.motion.gestures.camera import Camera, film
from sensegraph.training.motion.gestures.captured import captured
from sensegraph.training.motion.gestures.commands import MIRRORED
from sensegraph.training.motion.gestures.figure import Build, Gesticulation
from sensegraph.training.motion.gestures.gesture import GESTURES
from sensegraph.training.motion.gestures.performer import UNSAID, Performer
from sensegraph.training.motion.gestures.resting import draw_home
from sensegraph.training.motion.styles import Styles
from sensegraph_nodes.classify import ClassifierHead
from sensegraph_nodes.events import EventDetector

COMMANDING = ("Swiping left", "Swiping right", "Swiping up", "Swiping down", "Thumb up", "Thumb down")
NEAR_S = 0.5
SHOWN_S = 0.6
BLOCK_FRAMES = 160
STREAM_S = 60.0


@dataclass
class Tally:
    """What was found in some streams."""

    seconds: float = 0.0
    expected: int = 0
    found: int = 0
    false: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    delays: list[float] = field(default_factory=list)

    def describe(self) -> str:
        """One line."""
        false = sum(self.false.values())
        minutes = self.seconds / 60
        text = f"{minutes:.1f} min: {false} false events = {false / minutes:.2f} a minute {dict(self.false)}"
        if self.expected:
            f1 = 2 * self.found / max(1, self.found + false + self.expected)
            delay = f"delay p50 {np.median(self.delays):.2f} s" if self.delays else ""
            text += f"; {self.found} of {self.expected} commands, F1 {f1:.3f}, {delay}, missed {dict(self.missed)}"
        return text


def enabled() -> tuple[list[str], dict[str, Any]]:
    """Return the commands and the other settings of the event detector in `graphs/gesture_control.yaml`."""
    spec = load(graphs_dir() / "gesture_control.yaml")
    params = spec.nodes["events"].params
    return list(params["labels"]), {key: value for key, value in params.items() if key != "labels"}


def performance(rng: Styles, commands: bool) -> tuple[Gesticulation, Camera, list[tuple[str, float]]]:
    """A minute of somebody who does other things, with commands between them or without.

    Returns:
        the figure at 16 frames per second, the camera, and the commands with the time of their end in seconds.
    """
    camera, build, mirrored = Camera.draw(rng, roomy=True), Build.draw(rng), bool(rng.uniform() < 0.5)
    performer = Performer(rng, camera.direction() * ([-1, 1, 1] if mirrored else [1, 1, 1]), draw_home(rng))
    while performer.now < STREAM_S:
        if commands and rng.uniform() < 0.6:
            name = COMMANDING[rng.integers(len(COMMANDING))]
            sample.do(performer, GESTURES[name], name)
        else:
            sample.do(performer, sample.choose_other(rng), sample.OTHER)
        performer.right.wait(rng.uniform(1.0, 2.5))
        performer.together()
    figure = performer.perform(build, np.arange(0, performer.now, 1 / RATE_FPS))
    marks = [(mark.command, mark.done) for mark in performer.marks if mark.command]
    if mirrored:
        return figure.mirrored(), camera, [(MIRRORED.get(name, name), done) for name, done in marks]
    return figure, camera, marks


def features(rng: Styles, net: TemporalNet, figure: Gesticulation, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """What trackers see of a figure.

    Returns:
        embeddings, 4 per second, the first that of the first whole window; whether either hand is found, (frames,).
    """
    frames = len(figure.head)
    blocks = []
    for start in range(0, frames - frames % WINDOW_FRAMES, BLOCK_FRAMES):
        part = slice(start, min(start + BLOCK_FRAMES, frames))
        parts = (each[None, part] for each in (figure.arms, figure.head, figure.trunk))
        batch = Gesticulation(*parts, figure.build[None])
        blocks.append(film(rng, np.array([astuple(camera)]), *sample.unsteady(rng, batch).joints()))
    points, hands, found, seen = (
        np.concatenate([getattr(block, name)[0] for block in blocks]) for name in ("points", "hands", "found", "seen")
    )
    ends = range(WINDOW_FRAMES, len(seen) + 1, STEP_FRAMES)
    windows = [slice(end - WINDOW_FRAMES, end) for end in ends]
    stacks = (np.stack([array[window] for window in windows]) for array in (points, hands, found, seen))
    return net.embed(gesture_channels(*stacks)), found.any(axis=1)


def events_in(embeddings: np.ndarray, head: ClassifierHead, detector: EventDetector) -> list[Event]:
    """Run head and detector over embeddings."""
    stamps = [
        Stamp(round(frame * NANOSECONDS / RATE_FPS), frame)
        for frame in range(WINDOW_FRAMES - 1, WINDOW_FRAMES - 1 + STEP_FRAMES * len(embeddings), STEP_FRAMES)
    ]
    packets = [
        Packet(Features(vector, HAND_SPACE, True, 1.0), stamp) for vector, stamp in zip(embeddings, stamps, strict=True)
    ]
    scores: list[Packet[Scores]] = drive(head, packets=True, features=packets)["scores"]
    return list(drive(detector, scores=scores)["events"])


def visible(found: np.ndarray, commands: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Commands as they are, but without a name where no hand is found in half of the frames around their end."""
    named = []
    for name, done in commands:
        around = found[max(0, round((done - SHOWN_S) * RATE_FPS)) : round((done + SHOWN_S / 2) * RATE_FPS)]
        named.append((name if len(around) and around.mean() >= 0.5 else UNSAID, done))
    return named


def match(tally: Tally, events: Sequence[Event], commands: Sequence[tuple[str, float]], labels: Sequence[str]) -> None:
    """Assign each event to one command at most."""
    open_ = [(name, done) for name, done in commands if name in labels]
    tally.expected += len(open_)
    for event in events:
        near = [each for each in open_ if each[0] == event.label and abs(event.end - each[1]) <= NEAR_S]
        if near:
            open_.remove(near[0])
            tally.found += 1
            tally.delays.append(event.end - near[0][1])
        elif not any(name == UNSAID and abs(event.end - done) <= 1 for name, done in commands):
            tally.false[event.label] += 1
    tally.missed.update(name for name, _ in open_)


def main() -> None:
    """Print a line for commands, for other things, and for captured bodies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=12)
    parser.add_argument("--mocap", type=Path)
    args = parser.parse_args()
    net, (labels, settings) = TemporalNet("gesture"), enabled()

    def judge(tally: Tally, rng: Styles, figure: Gesticulation, camera: Camera, marks: list[tuple[str, float]]) -> None:
        detector = EventDetector(labels=labels, **settings)
        embeddings, found = features(rng, net, figure, camera)
        events = events_in(embeddings, ClassifierHead("gesture_control"), detector)
        tally.seconds += len(figure.head) / RATE_FPS
        match(tally, events, visible(found, marks), labels)

    for title, commands in (("commands", True), ("other things", False)):
        tally = Tally()
        for seed in range(args.minutes):
            rng = Styles(9_000 + seed, held_out=True)
            judge(tally, rng, *performance(rng, commands))
        print(f"{title}: {tally.describe()}", flush=True)
    if args.mocap:
        tally = captured_tally(read_takes(args.mocap), judge)
        print(f"captured bodies: {tally.describe()}")


def captured_tally(takes: Sequence[Take], judge) -> Tally:  # noqa: ANN001
    """Every take as often as it is long, in pieces of 2.5 s before a webcam."""
    tally = Tally()
    for number, take in enumerate(takes):
        for cut in range(max(1, round(len(take.joints) / 75))):
            rng = Styles(number * 100 + cut, held_out=True)
            figure = captured(rng, take, Build.draw(rng))
            judge(tally, rng, figure, Camera.draw(rng, roomy=False), [])
    return tally


if __name__ == "__main__":
    main()
