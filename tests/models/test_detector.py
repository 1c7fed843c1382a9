"""What the detectors share: anchors, letterbox, and boxes put back into the frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sensegraph.models import palms, person
from sensegraph.models.detector import Detector, Letterbox, anchors


@pytest.mark.parametrize(("net", "count"), [(person, 2254), (palms, 2016)])
def test_there_is_an_anchor_for_every_answer_of_the_net(net: Any, count: int) -> None:
    """All are inside the picture, the fine grid first."""
    centres = anchors(net.SIZE_PX, net.STRIDES)
    assert centres.shape == (count, 2)
    assert centres.min() > 0
    assert centres.max() < 1
    np.testing.assert_allclose(centres[0] * net.SIZE_PX, [4, 4])


@pytest.mark.parametrize(("width", "height", "corner"), [(640, 480, (0, 28)), (240, 480, (56, 0)), (224, 224, (0, 0))])
def test_the_letterbox_keeps_the_aspect(width: int, height: int, corner: tuple[int, int]) -> None:
    """A white frame fills the middle of the square; what an earlier frame left there is gone."""
    letterbox = Letterbox(224)
    letterbox.shrink(np.full((200, 200, 3), 255, np.uint8))
    assert letterbox.shrink(np.full((height, width, 3), 255, np.uint8)) == corner
    left, top = corner
    assert (letterbox.square[top : 224 - top, left : 224 - left] == 255).all()
    assert (letterbox.square[:top] == 0).all()
    assert (letterbox.square[:, :left] == 0).all()


class _Net:
    """Answers with one box at each of the first three anchors; remembers what it was shown."""

    def __init__(self, logits: tuple[float, ...]) -> None:
        self.logits = logits

    def get_inputs(self) -> list[Any]:
        return [type("Input", (), {"name": "picture"})]

    def run(self, _names: None, inputs: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        self.shown = inputs["picture"]
        boxes, scores = np.zeros((1, 2016, 6), np.float32), np.full((1, 2016, 1), -9.0, np.float32)
        boxes[0, :3] = [10, 20, 30, 40, -4, 6]
        scores[0, :3, 0] = self.logits
        return boxes, scores


def detector(monkeypatch: pytest.MonkeyPatch, net: _Net, *, signed: bool = False) -> Detector:
    """Return a detector of 192 px that runs this net."""
    monkeypatch.setattr("sensegraph.models.detector.load_session", lambda _path: net)
    return Detector(Path("none.onnx"), palms.SIZE_PX, palms.STRIDES, signed=signed)


def test_boxes_and_points_are_in_pixels_of_the_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offsets from the anchor are scaled, and the black border is taken off."""
    frame = np.zeros((480, 640, 3), np.uint8)  # 24 px of border above and below, 640 / 192 px in one of the net
    (found,) = detector(monkeypatch, _Net((3.0, -1.0, -1.0))).detect(frame, least=0.0, most=5)
    px = 640 / 192
    np.testing.assert_allclose(found.centre, [(4 + 10) * px, (4 + 20 - 24) * px], rtol=1e-5)
    np.testing.assert_allclose(found.size, [30 * px, 40 * px], rtol=1e-5)
    np.testing.assert_allclose(found.points, [[(4 - 4) * px, (4 + 6 - 24) * px]], atol=1e-4)


def test_the_surest_come_first_and_no_more_than_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is below the least score is left out."""
    net = _Net((1.0, 3.0, 2.0))
    frame = np.zeros((192, 192, 3), np.uint8)
    assert [each.logit for each in detector(monkeypatch, net).detect(frame, least=0.0, most=2)] == [3.0, 2.0]
    assert [each.logit for each in detector(monkeypatch, net).detect(frame, least=1.5, most=9)] == [3.0, 2.0]
    assert detector(monkeypatch, net).detect(frame, least=4.0) == []


@pytest.mark.parametrize(("signed", "low"), [(True, -1.0), (False, 0.0)])
def test_the_input_has_the_range_and_the_order_of_the_net(
    monkeypatch: pytest.MonkeyPatch, signed: bool, low: float
) -> None:
    """Blue 255 of a BGR picture is 1 in the third channel; black is 0 or -1."""
    net = _Net((0.0, 0.0, 0.0))
    frame = np.zeros((192, 192, 3), np.uint8)
    frame[..., 0] = 255
    detector(monkeypatch, net, signed=signed).detect(frame, least=0.0)
    np.testing.assert_allclose(net.shown[0, :, 96, 96], [low, low, 1.0], atol=1e-6)
