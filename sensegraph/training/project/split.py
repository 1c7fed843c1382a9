"""What clips are used for: whole recording sessions go to training, validation or test."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sensegraph.training.project.error import refused
from sensegraph.training.project.record import Clip, Split


@dataclass(frozen=True, slots=True)
class Shares:
    """How clips are divided.

    Attributes:
        valid: Share of the clips of each class for validation, 0 to 0.5.
        test: Share for the test, 0 to 0.5.
        by_clip: Each clip is a session of its own (with its mirror image): for people who have one session only.
        seed: Other seeds choose other sessions.
    """

    valid: float = 0.2
    test: float = 0.0
    by_clip: bool = False
    seed: int = 1

    def __post_init__(self) -> None:
        for name, share in (("valid", self.valid), ("test", self.test)):
            if not 0 <= share <= 0.5:
                raise refused(f"share {name}", f"{share:g} is not between 0 and 0.5", "0.2 is every fifth clip.")


def divide(clips: Sequence[Clip], shares: Shares) -> dict[str, Split]:
    """Choose the use of clips: id -> split.

    The clips of a session stay together. Every class keeps a session for training and, as far as it has more, gives at
    least one clip to validation, and to the test if there is one. A class of one session is all for training. Equal
    clips and seeds give equal splits.
    """
    sessions = _sessions(clips, by_clip=shares.by_clip)
    order = sorted(sessions)
    random.Random(shares.seed).shuffle(order)
    total = Counter(clip.label for clip in clips)
    left = Counter(label for counts in sessions.values() for label in counts)
    chosen: dict[str, Split] = {}
    targets: tuple[tuple[Split, float], ...] = (("valid", shares.valid), ("test", shares.test))
    for split, share in targets:
        wanted = Counter({label: _wanted(count, share) for label, count in total.items()})
        while free := [
            each for each in order if each not in chosen and all(left[label] > 1 for label in sessions[each])
        ]:
            best = max(free, key=lambda each: _gain(sessions[each], wanted))
            if _gain(sessions[best], wanted) <= 0:
                break
            chosen[best] = split
            wanted.subtract(sessions[best])
            left.subtract(sessions[best].keys())
    return {clip.id: chosen.get(_session(clip, by_clip=shares.by_clip), "train") for clip in clips}


def _session(clip: Clip, *, by_clip: bool) -> str:
    return (clip.flipped_from or clip.id) if by_clip else clip.session


def _sessions(clips: Sequence[Clip], *, by_clip: bool) -> dict[str, Counter[str]]:
    """Return session -> class -> number of clips."""
    found: dict[str, Counter[str]] = {}
    for clip in clips:
        found.setdefault(_session(clip, by_clip=by_clip), Counter())[clip.label] += 1
    return found


def _wanted(count: int, share: float) -> int:
    """Return how many clips of a class are wanted: at least one if any are."""
    return max(1, math.floor(count * share + 0.5)) if share else 0


def _gain(session: Mapping[str, int], wanted: Mapping[str, int]) -> float:
    """Return by how much a session brings the classes nearer to what is wanted; what is too much counts against it."""
    return sum(
        (abs(wanted[label]) - abs(wanted[label] - count)) / max(1, abs(wanted[label]))
        for label, count in session.items()
    )


def torn(clips: Sequence[Clip]) -> dict[str, list[Split]]:
    """Return the sessions whose clips are in several splits -> those splits."""
    found: dict[str, set[Split]] = {}
    for clip in clips:
        found.setdefault(clip.session, set()).add(clip.split)
    return {session: sorted(splits) for session, splits in found.items() if len(splits) > 1}
