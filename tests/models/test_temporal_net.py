from collections.abc import Sequence

import numpy as np
import pytest

from sensegraph.models.skeleton import CHANNELS, WINDOW_FRAMES, SkeletonWindow
from sensegraph.models.temporal import (
    EMBEDDING_SIZE,
    NOBODY,
    SPACE,
    Decision,
    FitnessHead,
    TemporalNet,
    load_head,
    weights_folder,
)

LABELS = ("Squats", "Pushups", "Doing nothing", "Doing other things")
FITNESS_LABELS = (
    "Squats",
    "Jumping Jacks",
    "Pushups",
    "Lunges (alternating)",
    "Lunges (stationary)",
    "High Knees",
    "Doing nothing",
    "Doing other things",
)


def head_of(decision: Decision) -> FitnessHead:
    """A head whose logits are the first entries of the embedding."""
    weight = np.eye(len(LABELS), EMBEDDING_SIZE, dtype=np.float32)
    return FitnessHead(weight, np.zeros(len(LABELS), dtype=np.float32), LABELS, decision)


def embedding(probabilities: Sequence[float]) -> np.ndarray:
    """An embedding that gives these probabilities."""
    result = np.zeros(EMBEDDING_SIZE, dtype=np.float32)
    result[: len(LABELS)] = np.log(probabilities)
    return result


def test_shipped_weights_fit_together() -> None:
    """Net and fitness head load, share a space, and give a probability for each label."""
    pytest.importorskip("onnxruntime")
    net, head = TemporalNet(), load_head("fitness")
    assert head.labels == FITNESS_LABELS
    assert head.space == SPACE
    vector = net.step(SkeletonWindow())
    assert vector.shape == (EMBEDDING_SIZE,)
    assert head.probabilities(vector).sum() == pytest.approx(1, abs=1e-5)


def test_shipped_weights_are_small() -> None:
    """The weights of the landmark branch stay below one megabyte."""
    assert sum(len(file.read_bytes()) for file in weights_folder().iterdir() if file.is_file()) < 1_000_000


def test_wrong_window_is_refused() -> None:
    """A batch of another length than the net's window is refused."""
    pytest.importorskip("onnxruntime")
    with pytest.raises(ValueError, match=f"{WINDOW_FRAMES}"):
        TemporalNet().embed(np.zeros((1, CHANNELS, 12), dtype=np.float32))


def test_nobody_is_named_and_resets() -> None:
    """Without a person the head says so and starts afresh."""
    head = head_of(Decision(average_steps=3))
    head.step(embedding([0.97, 0.01, 0.01, 0.01]))
    assert head.step(None).label == NOBODY
    assert head.step(embedding([0.01, 0.01, 0.97, 0.01])).probability == pytest.approx(0.97, abs=1e-3)


def test_exercise_needs_its_threshold() -> None:
    """Below the threshold the likelier of nothing and other is named, above it the exercise."""
    head = head_of(Decision(average_steps=1, threshold=0.6, release=0.6))
    assert head.step(embedding([0.5, 0.05, 0.4, 0.05])).label == "Doing nothing"
    assert head.step(embedding([0.6, 0.05, 0.3, 0.05])).label == "Squats"


def test_label_can_have_its_own_threshold() -> None:
    """A threshold of a label goes before the general one."""
    head = head_of(Decision(average_steps=1, threshold=0.6, thresholds={"Squats": 0.9}))
    assert head.step(embedding([0.7, 0.1, 0.1, 0.1])).label in LABELS[2:]


def test_named_exercise_stays_down_to_its_release() -> None:
    """Hysteresis: what is being named survives a weak step, and ends below the release."""
    head = head_of(Decision(average_steps=1, threshold=0.6, release=0.4))
    labels = [head.step(embedding([p, 0.01, 0.98 - p, 0.01])).label for p in (0.5, 0.7, 0.45, 0.3, 0.45)]
    assert labels == ["Doing nothing", "Squats", "Squats", "Doing nothing", "Doing nothing"]


def test_probabilities_are_averaged_over_the_newest_steps() -> None:
    """A single odd step does not change the name."""
    head = head_of(Decision(average_steps=3, threshold=0.6))
    calm, odd = embedding([0.01, 0.01, 0.97, 0.01]), embedding([0.97, 0.01, 0.01, 0.01])
    assert [head.step(e).label for e in (calm, calm, odd, calm)] == ["Doing nothing"] * 4


def test_weights_of_the_wrong_shape_are_refused() -> None:
    """A head whose rows do not match its labels is refused."""
    with pytest.raises(ValueError, match="3"):
        FitnessHead(np.zeros((3, EMBEDDING_SIZE), np.float32), np.zeros(3, np.float32), LABELS, Decision())
