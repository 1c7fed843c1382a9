"""Which clips are tried together in cross-validation: never a clip, nor a recording, on both sides."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.project.record import Clip

MOST = 5


def folds(clips: Sequence[Clip], seed: int) -> list[int]:
    """Return the fold of each clip, from 0; equal clips and seeds give equal folds.

    The clips of a session stay together where a class has several sessions; else its clips are parted, a mirrored one
    with its original. A class is spread over as many folds as it can be, at most five; where classes share sessions,
    each group goes where it leaves no class in a single fold.

    Args:
        clips: The clips.
        seed: Of the order in which they are dealt.
    """
    kin = _kin(clips)
    of_label = {label: set(groups) for label, groups in _by_label(clips, kin).items()}
    total = min(MOST, len(set(kin)))
    fold: dict[str, int] = {}
    for label, groups in sorted(of_label.items()):
        order = sorted(groups - fold.keys())
        random.Random(f"{seed} {label}").shuffle(order)
        for group in order:
            others = [[fold[each] for each in own & fold.keys()] for own in of_label.values() if group in own]
            fold[group] = min(range(total), key=lambda number: _cost(number, others))
    return [fold[each] for each in kin]


def held_back(parted: Sequence[int], truth: Sequence[NDArray[np.intp]]) -> list[bool]:
    """Return which clips are held back from tuning: those of the first fold without whom no class is lost.

    Args:
        parted: Fold of each clip.
        truth: Classes of the steps of each clip.
    """
    elsewhere: set[int] = set()
    for fold, labels in zip(parted, truth, strict=True):
        elsewhere |= set(labels.tolist()) if fold else set()
    return [not fold and set(labels.tolist()) <= elsewhere for fold, labels in zip(parted, truth, strict=True)]


def _cost(number: int, others: Sequence[Sequence[int]]) -> tuple[int, int]:
    """Return for how many classes a fold holds all that was dealt so far, and how much of them it holds."""
    alone = sum(bool(dealt) and set(dealt) == {number} for dealt in others)
    return alone, sum(dealt.count(number) for dealt in others)


def _kin(clips: Sequence[Clip]) -> list[str]:
    """Return the group of each clip: what is never parted."""
    sessions: dict[str, set[str]] = {}
    for clip in clips:
        sessions.setdefault(clip.label, set()).add(clip.session)
    return [
        f"session {clip.session}" if len(sessions[clip.label]) > 1 else f"clip {clip.flipped_from or clip.id}"
        for clip in clips
    ]


def _by_label(clips: Sequence[Clip], kin: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for clip, group in zip(clips, kin, strict=True):
        found.setdefault(clip.label, []).append(group)
    return found
