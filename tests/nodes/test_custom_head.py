"""CustomHead, and the BackboneNode in front of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sensegraph.errors import ModelError
from sensegraph.models.classifier import closed
from sensegraph.models.temporal import BODY_SPACE, HAND_SPACE
from sensegraph.packet import Packet
from sensegraph.payload import NOBODY, OTHER, Features, Scores
from sensegraph.testing import drive
from sensegraph.training.classifier.checkpoint import onnx_layer
from sensegraph_nodes import backbone
from sensegraph_nodes.backbone import BackboneNode
from sensegraph_nodes.custom_head import CustomHead
from tests.models.test_classifier import Write, write
from tests.nodes.body import stamp

__all__ = ["write"]  # a fixture


def features(at: int, *, warm: bool = True, present: float = 1.0, space: str = BODY_SPACE) -> Features:
    """Return features that are those of the class of a number."""
    return Features((9 * np.eye(192)[at]).astype(np.float32), space, warm, present)


def named(folder: Path, *steps: Features) -> list[Scores]:
    """Return the decisions for a stream of features."""
    packets = [Packet(each, stamp(4 * number + 3)) for number, each in enumerate(steps)]
    return drive(CustomHead(str(folder)), features=packets)["scores"]


def test_a_class_is_named_from_the_first_step_on(write: Write) -> None:
    """The row says that the backbone was not warm, and answers nevertheless."""
    (scores,) = named(write(), features(0, warm=False))
    assert (scores.label, scores.warm, scores.frame) == ("wave", False, 3)


def test_what_is_none_of_the_classes_is_something_else(write: Write) -> None:
    """As with the shipped heads."""
    assert [each.label for each in named(write(), features(2), features(2))] == [OTHER, OTHER]


def test_an_empty_picture_is_told(write: Write) -> None:
    """Whatever the embedding of nobody looks like."""
    assert named(write(), features(0, present=0.0))[0].label == NOBODY


def test_a_classifier_may_take_traits_behind_the_embedding(write: Write) -> None:
    """Features without any are refused."""
    weight = np.zeros((3, 192 + 2), np.float32)
    weight[1, -1] = 9
    folder = write(onnx_layer(closed(weight, np.zeros(3, np.float32))), traits=1)
    with_traits = replace(features(0), traits=np.array([0, 1], np.float32))
    assert [each.label for each in named(folder, with_traits)] == ["nod"]
    with pytest.raises(ModelError, match=r"takes traits of hands.*\n.*same `classifier`"):
        named(folder, features(0))


def test_features_of_another_space_are_refused_by_both_names(write: Write) -> None:
    """The classifier, and what came in."""
    with pytest.raises(ModelError, match=f"{BODY_SPACE}.*{HAND_SPACE}"):
        named(write(), features(0, space=HAND_SPACE))


def test_without_a_classifier_nothing_starts() -> None:
    """The models of the node are asked for before the start."""
    with pytest.raises(ModelError, match="--classifier PROJECT/checkpoints/NAME"):
        CustomHead().models()


def test_a_damaged_classifier_is_told_before_the_start(write: Write) -> None:
    """Not by a node that fails."""
    folder = write(b"nothing")
    with pytest.raises(ModelError, match="cannot be read"):
        CustomHead(str(folder)).models()


class Branch:
    """Stands in for the landmarks: says which frames were taken, and whose features are asked for."""

    title = "of the test"

    def __init__(self, hands: str) -> None:
        self.hands = hands
        self.taken = 0

    def reset(self, frame: int) -> None:
        """Begin."""

    def follow(self, frame_bgr: np.ndarray, *, step: bool) -> dict[str, Features]:
        """Take a frame."""
        self.taken += 1
        return self.step() if step else {}

    def step(self) -> dict[str, Features]:
        """Return what was taken so far, in both spaces if there are hands."""
        vector = np.full(3, self.taken, np.float32)
        made = {"features": Features(vector, BODY_SPACE, False, 1.0)}
        return made if self.hands == "none" else {**made, "hand_features": Features(vector, HAND_SPACE, False, 1.0)}

    def report(self) -> dict[str, int]:
        """Return nothing."""
        return {}


def steps(node: BackboneNode, frames: int, monkeypatch: pytest.MonkeyPatch) -> list[Packet[Features]]:
    """Return the features of so many frames."""
    monkeypatch.setattr(backbone, "LandmarkBranch", Branch)
    packets = [Packet(np.zeros((4, 4, 3), np.uint8), stamp(number)) for number in range(frames)]
    return drive(node, packets=True, frames=packets)["features"]


@pytest.mark.parametrize(("frames", "last"), [(1, 0), (3, 2), (4, 3), (5, 4), (25, 24)])
def test_a_file_ends_with_a_step(write: Write, monkeypatch: pytest.MonkeyPatch, frames: int, last: int) -> None:
    """However short it is; its frame is the last one, and times increase."""
    made = steps(BackboneNode(model="landmarks", classifier=str(write())), frames, monkeypatch)
    assert made[-1].stamp.frame == last
    assert made[-1].payload.vector[0] == frames
    times = [each.stamp.time_ns for each in made]
    assert times == sorted(set(times))
    assert times[-1] >= stamp(last).time_ns


def test_without_a_classifier_of_ones_own_only_whole_steps_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped graphs give the same rows as ever."""
    made = steps(BackboneNode(model="landmarks"), 6, monkeypatch)
    assert [each.stamp.frame for each in made] == [3]


def test_features_are_those_of_the_classifier(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A classifier on hands gets the embedding of body and hands where others get that of the body."""
    node = BackboneNode(classifier=str(write(hands="lite", space=HAND_SPACE)))
    assert [each.payload.space for each in steps(node, 4, monkeypatch)] == [HAND_SPACE]
    assert "hand_landmark_lite" in node.models()
    assert "hands" not in node.silent()
