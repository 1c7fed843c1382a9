from collections.abc import Sequence

import numpy as np
import pytest

from sensegraph.models.skeleton import CHANNELS, WINDOW_FRAMES, SkeletonWindow
from sensegraph.models.temporal import (
    BODY_SPACE,
    NOBODY,
    REJECTED,
    Decision,
    Head,
    Layer,
    TemporalNet,
    load_head,
    weights_folder,
)

LABELS = ("Squats", "Pushups", "Doing nothing", "Doing other things")
SIZE = 16
KNOWN = 30.0


def head_of(decision: Decision, known: float = KNOWN) -> Head:
    """A head whose logits are the first entries of the embedding, and that knows everything, or not."""
    weight = np.vstack([np.eye(len(LABELS), SIZE), np.zeros((1, SIZE))]).astype(np.float32)
    bias = np.array([0.0] * len(LABELS) + [known], dtype=np.float32)
    return Head(Layer(weight, bias), LABELS, decision, BODY_SPACE)


def embedding(probabilities: Sequence[float]) -> np.ndarray:
    """An embedding that gives these probabilities."""
    result = np.zeros(SIZE, dtype=np.float32)
    result[: len(LABELS)] = np.log(probabilities)
    return result


def test_shipped_weights_fit_together() -> None:
    """Net and fitness head load, share a space, and give a probability for each label."""
    pytest.importorskip("onnxruntime")
    net, head = TemporalNet("body"), load_head("fitness")
    assert head.rejected == REJECTED
    assert head.space == BODY_SPACE
    assert head.probabilities(net.step(SkeletonWindow())).sum() == pytest.approx(1, abs=1e-5)


def test_shipped_weights_are_small() -> None:
    """Each net stays below one megabyte, and all weights below five."""
    sizes = {file.name: len(file.read_bytes()) for file in weights_folder().iterdir() if file.is_file()}
    assert all(size < 1_000_000 for name, size in sizes.items() if name.endswith(".onnx"))
    assert sum(sizes.values()) < 5_000_000


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


def test_what_is_not_known_is_not_named() -> None:
    """A class that is likely among the labels is not named when the head does not know such windows."""
    head = head_of(Decision(average_steps=1), known=-3.0)
    assert head.step(embedding([0.97, 0.01, 0.01, 0.01])).label in REJECTED


def test_named_exercise_yields_only_to_a_clearly_likelier_one() -> None:
    """Two classes of nearly the same probability do not take turns."""
    head = head_of(Decision(average_steps=1, margin=0.1))
    steps = ([0.6, 0.3, 0.05, 0.05], [0.45, 0.5, 0.03, 0.02], [0.2, 0.7, 0.05, 0.05])
    assert [head.step(embedding(step)).label for step in steps] == ["Squats", "Squats", "Pushups"]


def test_weights_of_the_wrong_shape_are_refused() -> None:
    """A head whose rows do not match its labels is refused."""
    with pytest.raises(ValueError, match="5 rows"):
        Head(Layer(np.zeros((3, SIZE), np.float32), np.zeros(3, np.float32)), LABELS, Decision(), BODY_SPACE)
