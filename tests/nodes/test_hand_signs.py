"""HandSigns."""

from __future__ import annotations

import numpy as np

from sensegraph.packet import Packet
from sensegraph.payload import Hands, HandSign
from sensegraph.testing import drive
from sensegraph.training.motion.hand_shapes import hand_joints
from sensegraph_nodes.hand_signs import HandSigns
from tests.nodes.body import stamp


def hands(left: bool, right: bool, curl: float = 5.0) -> Hands:
    """Both hands of somebody, with straight or folded fingers, in a 640 x 480 picture."""
    joints = hand_joints(np.full((1, 4, 3), curl), np.full(1, 6.0), np.full((1, 4), 20.0))[0]
    points = np.stack([joints * [400, -400, 400] + [200, 240, 0], joints * [-400, -400, 400] + [440, 240, 0]])
    seen = np.array([left, right], np.float32)
    return Hands((points * seen[:, None, None]).astype(np.float32), seen, 640, 480)


def read(frames: list[Hands]) -> dict[str, list[HandSign]]:
    """Return what the node sends for hands in consecutive frames."""
    return drive(HandSigns(), hands=[Packet(each, stamp(i)) for i, each in enumerate(frames)])


def test_each_hand_is_read_four_times_per_second() -> None:
    """Eight frames are two signs of each hand; which hand it is stands in them."""
    signs = read([hands(True, True)] * 8)
    assert [(sign.hand, sign.shape) for sign in signs["left"]] == [("left", "open")] * 2
    assert [sign.hand for sign in signs["right"]] == ["right"] * 2


def test_hand_that_is_not_seen_says_nothing() -> None:
    """Only the hand that is there is read."""
    signs = read([hands(False, True, curl=90)] * 4)
    assert signs["left"] == []
    assert [sign.shape for sign in signs["right"]] == ["fist"]


def test_path_starts_anew_when_the_hand_was_gone() -> None:
    """After a second the finger is known to be still; when the hand comes back it takes a second again."""
    signs = read([hands(True, False)] * 20 + [hands(False, False)] * 4 + [hands(True, False)] * 8)["left"]
    assert [sign.path for sign in signs] == [None] * 3 + ["still"] * 2 + [None] * 2
