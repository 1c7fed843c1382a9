"""The chain from pictures to repetitions on real video; needs the shared clips and the landmark nets."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from sensegraph.models import catalogue
from sensegraph.packet import Packet
from sensegraph.payload import OTHER, Counts, Landmarks, Scores, Totals
from sensegraph.testing import drive
from sensegraph_nodes.backbone import BackboneNode
from sensegraph_nodes.calories import CalorieAccumulator
from sensegraph_nodes.classify import ClassifierHead
from sensegraph_nodes.repetitions import RepetitionCounter
from tests.nodes.body import RATE_HZ, decisions, stamp

CLIPS = Path(__file__).parents[3] / "shared" / "clips"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not CLIPS.is_dir(), reason="the shared clips are not here"),
    pytest.mark.skipif(not catalogue.onnx_path("pose_detection").is_file(), reason="the models are not here"),
]


def video(name: str) -> Iterator[Packet[np.ndarray]]:
    """Yield a clip at 16 frames per second: the newest frame at each moment, at half size."""
    capture = cv2.VideoCapture(str(CLIPS / name))
    rate_hz, read, made = capture.get(cv2.CAP_PROP_FPS), 0, 0
    while True:
        found, frame = capture.read()
        if not found:
            return
        read += 1
        frame = cv2.resize(frame, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        while made / RATE_HZ < read / rate_hz - 1e-9:
            yield Packet(frame, stamp(made))
            made += 1


@cache
def watched(name: str) -> tuple[list[Packet[Landmarks]], list[Packet[Scores]]]:
    """Return the landmarks and decisions for a clip."""
    outputs = drive(BackboneNode(), packets=True, frames=list(video(name)))
    scores = drive(ClassifierHead(), packets=True, features=outputs["features"])["scores"]
    return outputs["landmarks"], scores


def segments(name: str) -> list[tuple[float, float, str, int]]:
    """Return start, end, label and repetitions by eye."""
    with (CLIPS / "truth.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["file"] == name]
    return [(float(row["start_s"]), float(row["end_s"]), row["label"], int(row["reps"])) for row in rows]


def counted(counts: list[Packet[Counts]], start_s: float, end_s: float) -> int:
    """Return how many repetitions ended in a segment; boundaries are known to 0.3 s."""
    return sum(start_s <= packet.stamp.time_s <= end_s + 0.3 for packet in counts)


@pytest.mark.parametrize("name", ["squats_nowva.mp4", "jacks_mrpose.mp4"])
def test_repetitions_are_exact_with_a_perfect_gate(name: str) -> None:
    """5 squats; 6, 6 and 7 jumping jacks."""
    landmarks, scores = watched(name)

    def truth(time_s: float) -> str:
        found = [label for start, end, label, reps in segments(name) if start <= time_s <= end and reps]
        return found[0] if found else OTHER

    gate = decisions(len(landmarks) / RATE_HZ, truth)
    counts = drive(RepetitionCounter(), packets=True, landmarks=landmarks, exercise=gate)["counts"]
    for start, end, _, reps in segments(name):
        assert counted(counts, start, end) == reps
    assert len(scores) == len(landmarks) // 4


@pytest.mark.parametrize(
    ("name", "totals"), [("squats_nowva.mp4", {"Squats": 5}), ("jacks_mrpose.mp4", {"Jumping Jacks": 19})]
)
def test_repetitions_are_exact_with_the_shipped_head(name: str, totals: dict[str, int]) -> None:
    """The whole chain counts what was counted by eye."""
    landmarks, scores = watched(name)
    node = RepetitionCounter()
    drive(node, landmarks=landmarks, exercise=scores)
    assert node.report() == {"reps": totals}


@pytest.mark.parametrize(
    ("name", "lowest", "highest"), [("squats_nowva.mp4", 4.5, 6.5), ("jacks_mrpose.mp4", 6.5, 9.0)]
)
def test_the_metabolic_rate_is_near_the_table(name: str, lowest: float, highest: float) -> None:
    """Squats near 5.5 MET, jumping jacks near 7.9 MET, once recognised."""
    landmarks, scores = watched(name)
    rows: list[Totals] = drive(CalorieAccumulator(), exercise=scores, landmarks=landmarks)["totals"]
    rates = [
        row.met for row, packet in zip(rows, scores, strict=True) if packet.payload.label in ("Squats", "Jumping Jacks")
    ]
    assert lowest < np.mean(rates) < highest
