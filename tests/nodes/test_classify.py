"""ClassifierHead."""

from __future__ import annotations

import numpy as np
import pytest

from sensegraph.errors import ModelError
from sensegraph.models.temporal import BODY_SPACE, Decision, Head, Layer
from sensegraph.packet import Packet
from sensegraph.payload import NOBODY, NOTHING, OTHER, STATES, Features, Scores
from sensegraph.testing import drive
from sensegraph_nodes.classify import ClassifierHead
from tests.nodes.body import stamp

LABELS = ("Squats", "Lunges (stationary)", NOTHING, OTHER)


@pytest.fixture(autouse=True)
def _head(monkeypatch: pytest.MonkeyPatch) -> None:
    """A head whose first four features are the logits of its labels."""
    weight = np.vstack([np.eye(4, 128), np.zeros((1, 128))]).astype(np.float32)
    bias = np.array([0, 0, 0, 0, 30], np.float32)

    def load(name: str) -> Head:
        if name != "fitness":
            raise FileNotFoundError(name)
        return Head(Layer(weight, bias), LABELS, Decision(average_steps=1, threshold=0.6, release=0.4), BODY_SPACE)

    monkeypatch.setattr("sensegraph_nodes.classify.load_head", load)


def features(*probabilities: float, warm: bool = True, present: float = 1.0, space: str = BODY_SPACE) -> Features:
    """Return features that the head gives these probabilities."""
    vector = np.full(128, 0, np.float32)
    vector[:4] = np.log(np.array(probabilities) + 1e-6)
    return Features(vector, space, warm, present)


def classify(*steps: Features, node: ClassifierHead | None = None) -> list[Scores]:
    """Return the decisions for a stream of features."""
    packets = [Packet(each, stamp(4 * i + 3)) for i, each in enumerate(steps)]
    return drive(node or ClassifierHead(), features=packets)["scores"]


SQUATS = features(0.9, 0.05, 0.03, 0.02)
UNSURE = features(0.3, 0.1, 0.1, 0.5)


def test_a_sure_exercise_is_named() -> None:
    """The label, its probability and the raw ranking are sent."""
    (scores,) = classify(SQUATS)
    assert (scores.label, scores.warm, scores.frame) == ("Squats", True, 3)
    assert scores.score == pytest.approx(0.9, abs=0.01)
    assert [label for label, _ in scores.top] == ["Squats", "Lunges (stationary)", NOTHING, OTHER]


def test_an_unsure_exercise_is_not_named() -> None:
    """Below the threshold the more probable state is said."""
    assert classify(UNSURE)[0].label == OTHER
    assert classify(features(0.2, 0.1, 0.6, 0.1))[0].label == NOTHING


def test_hysteresis_keeps_a_named_exercise() -> None:
    """What is named stays named down to the release threshold."""
    between = features(0.45, 0.05, 0.1, 0.4)
    assert classify(between)[0].label == OTHER
    least = features(0.3, 0.05, 0.15, 0.5)
    assert [scores.label for scores in classify(SQUATS, between, least)] == ["Squats", "Squats", OTHER]


def test_states_do_not_flicker() -> None:
    """Nearly equal states keep the one that was said."""
    near = [features(0.1, 0.0, 0.42, 0.48), features(0.1, 0.0, 0.48, 0.42)] * 3
    assert len({scores.label for scores in classify(*near)}) == 1


def test_nothing_is_named_before_the_window_is_full() -> None:
    """A cold backbone gives a state, marked as not warm."""
    (scores,) = classify(features(0.99, 0.0, 0.0, 0.01, warm=False))
    assert scores.label in STATES
    assert not scores.warm


def test_an_empty_picture_shows_nobody() -> None:
    """Hardly any frame with a person: `No person visible`, until clearly more are seen."""
    shown = classify(*(features(0.9, 0, 0, 0.1, present=share) for share in (0.9, 0.1, 0.4, 0.6)))
    assert [scores.label for scores in shown] == ["Squats", NOBODY, NOBODY, "Squats"]
    assert shown[1].score == pytest.approx(0.9)


def test_the_threshold_can_be_set() -> None:
    """A parameter takes the place of the head's thresholds."""
    assert classify(SQUATS, node=ClassifierHead(threshold=0.99))[0].label in STATES
    assert classify(features(0.4, 0.1, 0.2, 0.3), node=ClassifierHead(threshold=0.3))[0].label == "Squats"


def test_top_is_limited() -> None:
    """`top` says how many raw probabilities are sent."""
    assert len(classify(SQUATS, node=ClassifierHead(top=2))[0].top) == 2


def test_seconds_per_label_are_reported() -> None:
    """The report adds up the time of each label."""
    node = ClassifierHead()
    classify(SQUATS, SQUATS, features(0, 0, 0, 1, present=0.0), node=node)
    assert node.report() == {"seconds": {"Squats": 0.5, NOBODY: 0.25}}


def test_features_of_another_space_are_refused() -> None:
    """The error names both spaces."""
    with pytest.raises(ModelError, match=r"landmarks-body@2.*efficientnet-pro"):
        classify(features(1, 0, 0, 0, space="efficientnet-pro"))


def test_an_unknown_head_is_refused() -> None:
    """The error names the head."""
    with pytest.raises(ModelError, match="no head 'juggling'"):
        ClassifierHead(head="juggling").open()
