"""Windows of gestures."""

from __future__ import annotations

import numpy as np
import pytest

from sensegraph.models.gesture import GESTURE_CHANNELS
from sensegraph.models.skeleton import WINDOW_FRAMES
from sensegraph.payload import NOBODY, NOTHING, OTHER
from sensegraph.training.motion.gestures.commands import CONTROL_LABELS
from sensegraph.training.motion.gestures.gesture import GESTURES, LABELS
from sensegraph.training.motion.gestures.performer import Mark
from sensegraph.training.motion.gestures.sample import batch, gesture_label


def test_same_seed_gives_the_same_windows() -> None:
    """A batch depends on its seed only."""
    (first, labels), (second, again) = batch(5, 70), batch(5, 70)
    np.testing.assert_array_equal(first, second)
    for head in labels:
        np.testing.assert_array_equal(labels[head], again[head])
    assert not np.array_equal(first, batch(6, 70)[0])


def test_windows_are_the_input_of_the_net() -> None:
    """Channels are finite, in the net's shape, and labels are indices or -1."""
    windows, labels = batch(1, 200)
    assert windows.shape == (200, GESTURE_CHANNELS, WINDOW_FRAMES)
    assert windows.dtype == np.float32
    assert np.isfinite(windows).all()
    for head, count in (("gestures", len(LABELS)), ("gesture_control", len(CONTROL_LABELS))):
        assert labels[head].min() >= -1
        assert labels[head].max() < count


@pytest.mark.parametrize("held_out", [False, True])
def test_even_batch_shows_every_label_about_as_often(held_out: bool) -> None:
    """Every gesture, doing nothing and other things come in an even batch; nobody is ever called a label."""
    _, labels = batch(2, 900, held_out=held_out, even=True)
    counts = np.bincount(labels["gestures"][labels["gestures"] >= 0], minlength=len(LABELS))
    assert all(counts[LABELS.index(label)] >= 10 for label in (*GESTURES, NOTHING, OTHER))
    assert counts[LABELS.index(NOBODY)] == 0


def test_every_command_comes() -> None:
    """Training windows hold the ends of every command."""
    _, labels = batch(3, 3000)
    assert {CONTROL_LABELS[each] for each in labels["gesture_control"] if each >= 0} == set(CONTROL_LABELS)


@pytest.mark.parametrize(("now", "shown"), [(2.1, ""), (2.5, None), (3.2, "Waving"), (6.5, None), (7.0, "")])
def test_window_is_named_when_it_shows_most_of_a_gesture(now: float, shown: str | None) -> None:
    """Of a wave from second 2 to 4.5, a window of 2.5 s must show most of a second."""
    assert gesture_label([Mark("Waving", 2.0, 4.5, "", 4.5)], now, mirrored=False) == shown


def test_mirrored_gesture_is_named_for_the_other_side() -> None:
    """Pointing left is pointing right in the mirror."""
    mark = Mark("Pointing left", 2.0, 4.5, "", 4.5)
    assert gesture_label([mark], 4.0, mirrored=True) == "Pointing right"
