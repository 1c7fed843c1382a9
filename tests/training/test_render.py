"""The rendered figure and the sample film made of it."""

import json
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest

from sensegraph.training.render.choreography import pose_at, truth, workout
from sensegraph.training.render.mesh import BODY, Mesh, build_mesh
from sensegraph.training.render.picture import Renderer
from sensegraph.training.render.posture import FOREARM, SHANK, THIGH, UPPER_ARM
from sensegraph.training.render.workout import floor_camera, segment_at, standing_camera

SAMPLES = Path(__file__).parents[2] / "graphs" / "samples"
SIZE = (160, 120)
COUNTS = {"Jumping Jacks": 8, "Squats": 5, "Pushups": 5, "Lunges (alternating)": 4}


@cache
def coarse_mesh() -> Mesh:
    """The person with large cells, built once for all tests."""
    return build_mesh(fine=2.5)


def test_body_is_closed_and_the_weights_are_shares() -> None:
    """Every edge of the body is walked in both directions by its quads; the bones' shares sum to 1."""
    mesh = coarse_mesh()
    quads = mesh.quads[mesh.part[mesh.quads[:, 0]] == BODY]
    edges = {(int(q[k]), int(q[(k + 1) % 4])) for q in quads for k in range(4)}
    assert len(quads) > 500
    assert edges == {(b, a) for a, b in edges}
    assert np.allclose(mesh.weights.sum(1), 1, atol=1e-4)


def test_equal_seeds_give_equal_pictures() -> None:
    """The same pose drawn by two fresh renderers is the same picture, and the person is in it."""
    segments = workout()
    pose = pose_at(segments, 0, 0.5)
    first, second = (Renderer(standing_camera(SIZE), coarse_mesh(), fine=1)(pose) for _ in range(2))
    assert first.shape == (120, 160, 3)
    assert first.dtype == np.uint8
    assert (first == second).all()
    later = Renderer(standing_camera(SIZE), coarse_mesh(), fine=1)(pose_at(segments, 1, 2.5))
    assert (np.abs(first.astype(int) - later).max(2) > 40).mean() > 0.02


def test_the_whole_body_stays_in_the_picture() -> None:
    """All joints, and the reach of a hand beyond the wrists, project inside the picture at all times."""
    segments = workout()
    cameras = (standing_camera(), floor_camera(), standing_camera())
    for t in np.arange(0, segments[-1].end, 0.08):
        i = segment_at(segments, float(t))
        joints, camera = pose_at(segments, i, float(t)).joints, cameras[segments[i].scene]
        hands = joints[5:7] + (joints[5:7] - joints[3:5]) * 0.75
        x, y, _ = camera.project(np.concatenate([joints, hands])).T
        assert x.min() > 8, t
        assert x.max() < camera.width - 8, t
        assert y.min() > 8, t
        assert y.max() < camera.height - 8, t


def test_limbs_keep_their_lengths_and_feet_their_places() -> None:
    """Links keep their lengths in every frame; the feet do not slide during squats."""
    segments = workout()
    links = [(1, 3, UPPER_ARM), (4, 6, FOREARM), (7, 9, THIGH), (10, 12, SHANK)]
    for t in np.arange(0, segments[-1].end, 0.1):
        joints = pose_at(segments, segment_at(segments, float(t)), float(t)).joints
        for a, b, length in links:
            assert np.linalg.norm(joints[a] - joints[b]) == pytest.approx(length, rel=0.03), (t, a, b)
    squats = next(i for i, s in enumerate(segments) if s.label == "Squats")
    begin, end = segments[squats].start, segments[squats].end
    feet = [pose_at(segments, squats, float(t)).joints[11:] for t in np.arange(begin, end, 0.1)]
    assert np.ptp(feet, axis=0).max() < 0.005


def test_movement_has_no_jumps_inside_a_scene() -> None:
    """No joint moves faster than an arm in a jumping jack, not even where one movement follows another."""
    segments = workout()
    step = 1 / 48
    for i, segment in enumerate(segments):
        for t in np.arange(segment.start, segment.end - step, step):
            j = segment_at(segments, float(t + step))
            if segments[j].scene != segment.scene:
                continue
            move = pose_at(segments, j, float(t + step)).joints - pose_at(segments, i, float(t)).joints
            assert np.linalg.norm(move, axis=1).max() / step < 8, t


@pytest.mark.parametrize("label", COUNTS)
def test_truth_counts_the_lows_and_highs_that_the_joints_show(label: str) -> None:
    """The depth of a movement passes its middle downward and upward once for each repetition of the truth."""
    segments = workout()
    i, segment = next((i, s) for i, s in enumerate(segments) if s.label == label)
    times = np.arange(segment.start, segment.end, 0.04)
    joints = np.array([pose_at(segments, i, float(t)).joints for t in times])
    point = 5 if label == "Jumping Jacks" else 1
    height = joints[:, point, 1]
    above = height > (height.min() + height.max()) / 2
    assert np.count_nonzero(above[1:] != above[:-1]) == 2 * COUNTS[label] == 2 * len(segment.reps)
    assert segment.start < segment.reps[0]
    assert segment.reps[-1] <= segment.end
    assert segment.end - segment.start >= 7


def test_the_shipped_sample_agrees_with_its_truth() -> None:
    """The film is small, 40 to 60 s long, H.264 yuv420p, and as long as its truth says."""
    path = SAMPLES / "workout.mp4"
    facts = json.loads((SAMPLES / "workout.json").read_text())
    assert path.stat().st_size <= 3_000_000
    assert facts == truth(workout(), facts["fps"], tuple(facts["size"]))
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert [stream.codec_context.width, stream.codec_context.height] == facts["size"]
        assert stream.average_rate == facts["fps"]
        seconds = stream.frames / facts["fps"]
    assert 40 <= seconds <= 60
    assert seconds == pytest.approx(facts["segments"][-1]["end"], abs=0.1)
    head = path.read_bytes()[:4096]
    assert b"moov" in head  # the index comes first
