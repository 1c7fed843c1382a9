"""A pixel network in the BackboneNode: what it is given, and when it says what."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import numpy as np
import pytest

from sensegraph.models.pixel.architecture import ARCHITECTURES
from sensegraph.models.pixel.backbone import Backbone, load_backbone
from sensegraph.packet import Packet
from sensegraph.payload import Features
from sensegraph.testing import drive
from sensegraph_nodes import official, pixel_branch
from sensegraph_nodes.backbone import BackboneNode
from sensegraph_nodes.pixel_branch import Network
from tests.models.pixel import recipe
from tests.nodes.body import stamp

SPACE = "mobilenet-pro@12345678"


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    """The small network with the weights of the recipe."""
    return load_backbone("mobilenet", recipe.weights(ARCHITECTURES["mobilenet"]))


@pytest.fixture(autouse=True)
def _weights(monkeypatch: pytest.MonkeyPatch, backbone: Backbone) -> None:
    """Weights that need no files."""
    monkeypatch.setattr(official, "choose", lambda *_: SimpleNamespace())
    monkeypatch.setattr(pixel_branch, "load", lambda *_: Network(backbone, SPACE, "mobilenet-pro (of the test)"))


def picture(number: int) -> np.ndarray:
    """The frame of a number; each is another one."""
    return np.random.default_rng(number).integers(0, 256, (90, 120, 3), dtype=np.uint8)


def run(frames: list[int], gaps: tuple[int, ...] = (), node: BackboneNode | None = None) -> list[Packet[Features]]:
    """Return the features of a video of these frame numbers."""
    packets = [Packet(picture(number), stamp(number, gap=number in gaps)) for number in frames]
    return drive(node or BackboneNode(model="mobilenet"), packets=True, frames=packets)["features"]


def expected(backbone: Backbone, numbers: list[int]) -> np.ndarray:
    """Return the pooled features of a stream that is given these pictures."""
    stream = backbone.stream()
    return np.stack([each.pooled for number in numbers if (each := stream.push(picture(number)))])


def vectors(packets: list[Packet[Features]]) -> np.ndarray:
    """Return the features of packets, one below the other."""
    return np.stack([packet.payload.vector for packet in packets])


def test_features_are_those_of_the_network(backbone: Backbone) -> None:
    """Every fourth frame has the pooled feature of the stream so far, in the space of the weights."""
    found = run(list(range(12)))
    assert [packet.stamp.frame for packet in found] == [3, 7, 11]
    np.testing.assert_array_equal(vectors(found), expected(backbone, list(range(12))))
    assert {(packet.payload.space, packet.payload.present) for packet in found} == {(SPACE, 1.0)}


def test_both_feature_outputs_carry_the_one_embedding_and_no_others_anything() -> None:
    """The heads of gestures get it where they get that of hands with landmarks; there are no points."""
    outputs = drive(BackboneNode(model="mobilenet", hands="lite"), frames=[picture(0)] * 4)
    assert outputs["hand_features"][0] is outputs["features"][0]
    assert (outputs["landmarks"], outputs["hands"]) == ([], [])
    assert set(BackboneNode(model="mobilenet").silent()) == {"landmarks", "hands"}
    assert BackboneNode(model="mobilenet").models() == ()


def test_missing_frames_are_the_picture_before_them(backbone: Backbone) -> None:
    """The network goes on in step with the frame numbers."""
    found = run([0, 1, 2, 3, 4, 7, 8, 9, 10, 11])
    assert [packet.stamp.frame for packet in found] == [3, 7, 11]
    np.testing.assert_array_equal(vectors(found), expected(backbone, [0, 1, 2, 3, 4, 4, 4, 7, 8, 9, 10, 11]))
    missing_step = run([0, 1, 2, 5, 6, 7])
    np.testing.assert_array_equal(vectors(missing_step), expected(backbone, [0, 1, 2, 2, 2, 5, 6, 7])[1:])


@pytest.mark.parametrize("frames", [[0, 1, 2, 3, 40, 41, 42, 43], [0, 1, 2, 3, 4, 5, 6, 7]])
def test_a_gap_starts_the_network_anew(backbone: Backbone, frames: list[int]) -> None:
    """After a long jump or a gap mark it knows nothing of what was before."""
    node = BackboneNode(model="mobilenet")
    found = run(frames, gaps=(4,), node=node)
    np.testing.assert_array_equal(vectors(found)[1], expected(backbone, frames[4:])[0])
    assert node.report()["restarts"] == 1


def test_a_video_that_starts_within_a_step_keeps_to_the_frame_numbers(backbone: Backbone) -> None:
    """Its first picture stands for the frames before it, which do not count as seen."""
    found = run(list(range(102, 156)))
    assert [packet.stamp.frame for packet in found][:3] == [103, 107, 111]
    np.testing.assert_array_equal(vectors(found[:2]), expected(backbone, [102, 102, *range(102, 108)]))
    assert next(packet.stamp.frame for packet in found if packet.payload.warm) == 147


def test_warm_after_45_frames() -> None:
    """The step of frame 44 is cold, that of frame 48 is warm, also with a few frames missing."""
    warm = {packet.stamp.frame: packet.payload.warm for packet in run([*range(20), *range(24, 49)])}
    assert (warm[43], warm[47]) == (False, True)


def test_a_machine_that_is_too_slow_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """Frames that are dropped in front of the node again and again are told, with the remedy."""
    with caplog.at_level(logging.WARNING):
        run([0, 20, 40, 60])
    assert [record.message.count("too slow for mobilenet-pro") for record in caplog.records] == [1]
    assert "--model mobilenet" in caplog.text
    caplog.clear()
    run([0, 20, 40, 60], gaps=(20, 40, 60))
    assert not caplog.records


def test_the_report_names_the_weights() -> None:
    """And counts frames, missing ones and new starts."""
    node = BackboneNode(model="mobilenet")
    run([0, 1, 3], node=node)
    assert node.report() == {"model": "mobilenet-pro (of the test)", "frames": 3, "missing_frames": 1, "restarts": 0}
