"""What cross-validation chooses, on vectors in which everything can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sensegraph.payload import OTHER
from sensegraph.training.classifier.bank import Bank
from sensegraph.training.classifier.choice import Choice, decide, tried
from sensegraph.training.classifier.examples import Examples
from sensegraph.training.classifier.material import Material

PLACES = {
    "wave": (4, 0), "nod": (0, 4), "still": (-4, -4), "sit": (-4, -3), "lie": (-3, -4), "Waving": (4, 0),
    "turn left": (4, 4), "turn right": (4, -4),
}  # fmt: skip
BANK = ("still", "sit", "lie")
STEPS = 10


def clip(rng: np.random.Generator, place: Sequence[float], image: Sequence[float]) -> Examples:
    """Return plain examples around a place, and those of the mirror image around another."""
    centres = np.repeat([place, image], STEPS, axis=0)
    vectors = (centres + rng.normal(0, 0.5, centres.shape)).astype(np.float32)
    return Examples(
        vectors, np.tile(np.arange(STEPS) * 4 + 3, 2), np.ones(2 * STEPS), np.ones(2 * STEPS, np.bool_),
        np.repeat([False, True], STEPS),
    )  # fmt: skip


def material(
    labels: Sequence[str], images: Sequence[str], mirrors: Sequence[int | None], bank: Sequence[str], clips: int = 4
) -> Material:
    """Return clips of classes, each around its place, and negatives."""
    rng = np.random.default_rng(1)
    shown = [
        (number, clip(rng, PLACES[label], PLACES[image]))
        for number, (label, image) in enumerate(zip(labels, images, strict=True))
        for _ in range(clips)
    ]
    names = np.repeat(list(bank), 12)
    vectors = np.array([PLACES[name] for name in names]).reshape(-1, 2) + rng.normal(0, 0.5, (len(names), 2))
    return Material(
        (*labels, OTHER), [each for _, each in shown], [np.full(2 * STEPS, number) for number, _ in shown],
        (*mirrors, len(labels)), Bank(vectors.astype(np.float32), names),
    )  # fmt: skip


def decided(found: Material, clips: int = 4) -> Choice:
    """Return the choice with the clips of each class in different folds."""
    return decide(found, [number % clips for number in range(len(found.clips))], 1)


def test_classes_that_lie_apart_are_told_apart() -> None:
    """Every window of every clip is right when its clip was not learnt from; a far place is none of them."""
    choice = decided(material(["wave", "nod"], ["wave", "nod"], [0, 1], BANK))
    assert choice.accuracy == 1.0
    assert choice.layer.probabilities(np.array([-4.0, -4.0]))[0].argmax() == 2
    assert choice.dropped() == []


def test_a_negative_that_looks_like_a_class_is_dropped_and_listed() -> None:
    """The user's examples outweigh the bank's movement of the same kind; the others stay."""
    choice = decided(material(["wave", "nod"], ["wave", "nod"], [0, 1], [*BANK, "Waving"]))
    assert choice.dropped() == [("Waving", "wave", 12, 12)]
    assert choice.kept.sum() == 36
    assert choice.accuracy == 1.0


def test_a_class_is_not_mirrored_when_its_mirror_image_is_another_class() -> None:
    """Names need not say a side: what is seen decides."""
    choice = decided(material(["wave", "nod"], ["nod", "nod"], [0, 1], BANK))
    assert list(choice.material.mirrors) == [None, 1, 2]
    assert choice.accuracy == 1.0


def test_a_mirror_exchanges_classes_whose_names_say_so() -> None:
    """The mirror image of a turn to the left is learnt as one to the right."""
    both = material(["turn left", "turn right"], ["turn right", "turn left"], [1, 0], BANK)
    left_only = replace(both, clips=both.clips[:5], truth=both.truth[:5])
    choice = decide(left_only, [0, 1, 2, 3, 3], 1)
    assert choice.layer.probabilities(np.array(PLACES["turn right"]))[0].argmax() == 1


def test_thresholds_are_between_the_lowest_and_the_highest() -> None:
    """Each class of the user's has one, and nothing else has."""
    choice = decided(material(["wave", "nod"], ["wave", "nod"], [0, 1], BANK))
    assert list(choice.decision.thresholds) == ["wave", "nod"]
    assert all(0.4 <= each <= 0.9 for each in choice.decision.thresholds.values())


def test_a_class_of_one_clip_is_learnt_and_not_tried() -> None:
    """Nothing is known of it, and nothing breaks."""
    found = material(["wave", "nod"], ["wave", "nod"], [0, 1], BANK, clips=1)
    choice = decide(found, [0, 0], 1)
    assert len(tried(found, choice.trial)[0]) == 0
    assert choice.layer.probabilities(np.array(PLACES["nod"]))[0].argmax() == 1
    assert choice.kept.all()


def test_without_a_bank_the_background_of_the_user_is_learnt() -> None:
    """Pixel networks have no drawn negatives."""
    rng = np.random.default_rng(2)
    found = material(["wave", "nod"], ["wave", "nod"], [0, 1], [])
    background = [clip(rng, PLACES["still"], PLACES["still"]) for _ in range(4)]
    found = replace(
        found, clips=[*found.clips, *background], truth=[*found.truth, *[np.full(2 * STEPS, 2)] * len(background)]
    )
    choice = decided(found)
    assert choice.layer.probabilities(np.array(PLACES["still"]))[0].argmax() == 2
