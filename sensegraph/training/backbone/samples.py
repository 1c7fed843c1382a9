"""Clips as batches: drawn windows for training, whole clips for evaluation; which ones come depends on the seed alone.

A key of a sample is (epoch, place in the list of clips). All that is drawn for it comes from the seed and the key, so
neither the number of workers nor an interruption changes it.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from sensegraph.errors import SourceError
from sensegraph.training.backbone import view
from sensegraph.training.backbone.clip import Clip
from sensegraph.training.backbone.probe import hush
from sensegraph.training.backbone.reel import Picture, Reel, exact, held

Key = tuple[int, int]

UNREADABLE = -100
"""The target of a clip that could not be read: `cross_entropy` passes it over."""

LEAST_FRAMES = 48
"""Twelve steps, the first that is warm being the twelfth."""

MOST_FRAMES = 160
"""Of an evaluated clip: 10 s, from its middle."""


class Sample(NamedTuple):
    """A clip that was read.

    Attributes:
        pictures: uint8 BGR (T, S, S, 3).
        target: Its class, or `UNREADABLE`.
        place: In the list of clips.
        damage: What was wrong with it; empty when nothing was.
    """

    pictures: Picture
    target: int
    place: int
    damage: str


class Batch(NamedTuple):
    """Clips of equal length, a shorter one being held in front.

    Attributes:
        pictures: uint8 BGR (B, T, S, S, 3).
        targets: int64 (B,), the class or `UNREADABLE`.
        frames: int64 (B,): how many of the last pictures are the clip's own.
        damage: Place of a clip in its list -> what was wrong with it.
    """

    pictures: torch.Tensor
    targets: torch.Tensor
    frames: torch.Tensor
    damage: dict[int, str]


@dataclass(frozen=True)
class Look:
    """How clips are shown in training.

    Attributes:
        seed: Of all that is drawn.
        frames: Length of a window in pictures.
        size: Side of a picture.
        augment: Whether a view is drawn.
        mirrors: For each class the one that its mirror image shows, or None; empty where nothing is mirrored.
    """

    seed: int
    frames: int
    size: int
    augment: bool
    mirrors: tuple[int | None, ...] = ()


class Windows(TorchDataset[Sample]):
    """Windows of clips for training, drawn anew in each epoch."""

    def __init__(self, clips: Sequence[Clip], targets: Sequence[int], look: Look) -> None:
        self.clips, self.targets, self.look = clips, targets, look

    def __getitem__(self, key: Key) -> Sample:
        """Read the window of a key."""
        epoch, place = key
        look, target = self.look, self.targets[place]
        rng = np.random.default_rng([look.seed, epoch, place])
        other = look.mirrors[target] if look.mirrors else None
        mirrored = other is not None and rng.random() < 0.5
        shown = view.drawn(rng, mirrored=mirrored) if look.augment else view.plain(mirrored=mirrored)
        reel = Reel(self.clips[place], shown.speed)
        start = int(rng.integers(max(0, reel.frames - look.frames) + 1))
        behind = int(rng.integers(look.frames))
        target = other if mirrored and other is not None else target
        try:
            pictures = reel.cut(lambda picture: shown.shape(picture, look.size), start, look.frames)
        except SourceError as error:
            return _unreadable(look.size, place, error)
        return Sample(held(pictures, look.frames, behind), target, place, reel.damage)


class WholeClips(TorchDataset[Sample]):
    """Clips for evaluation, as a graph would see them: their middle 10 s at most, the first picture held when short."""

    def __init__(self, clips: Sequence[Clip], targets: Sequence[int], size: int) -> None:
        self.clips, self.targets, self.size = clips, targets, size

    def __getitem__(self, key: Key) -> Sample:
        """Read the clip of a key; the epoch makes no difference."""
        _, place = key
        reel = Reel(self.clips[place])
        try:
            pictures = reel.cut(exact(self.size), max(0, reel.frames - MOST_FRAMES) // 2, MOST_FRAMES)
        except SourceError as error:
            return _unreadable(self.size, place, error)
        return Sample(held(pictures, LEAST_FRAMES), self.targets[place], place, reel.damage)


def _unreadable(size: int, place: int, error: SourceError) -> Sample:
    black = np.zeros((LEAST_FRAMES, size, size, 3), np.uint8)
    return Sample(black, UNREADABLE, place, str(error).split("\n")[0])


def collate(samples: Sequence[Sample]) -> Batch:
    """Put clips beside each other, the newest pictures at the end."""
    longest = max(len(sample.pictures) for sample in samples)
    return Batch(
        torch.from_numpy(np.stack([held(sample.pictures, longest) for sample in samples])),
        torch.tensor([sample.target for sample in samples]),
        torch.tensor([len(sample.pictures) for sample in samples]),
        {sample.place: sample.damage for sample in samples if sample.damage},
    )


class Order:
    """Which clips come together in an epoch; a `batch_sampler`.

    Args:
        targets: The class of each clip.
        batch: Clips in a batch; what is left at the end of an epoch waits for another one.
        seed: Of the order.
        balance: Let every class come equally often, the clips of small ones several times.

    Attributes:
        epoch: Which one comes next.
        start: How many of its batches are passed over, because they have been before.
    """

    def __init__(self, targets: Sequence[int], batch: int, seed: int, *, balance: bool = False) -> None:
        self._targets = np.array(targets)
        self._batch = min(batch, len(targets))
        self._seed = seed
        self._balance = balance
        self.epoch = 0
        self.start = 0

    def __len__(self) -> int:
        return len(self._targets) // self._batch

    def __iter__(self) -> Iterator[list[Key]]:
        places = self._places(self.epoch)
        for number in range(self.start, len(self)):
            yield [(self.epoch, int(place)) for place in places[number * self._batch : (number + 1) * self._batch]]

    def _places(self, epoch: int) -> Sequence[int]:
        rng = np.random.default_rng([self._seed, epoch])
        if not self._balance:
            return list(rng.permutation(len(self._targets)))
        members = [list(rng.permutation(np.flatnonzero(self._targets == each))) for each in np.unique(self._targets)]
        turns = -(-len(self._targets) // len(members))
        drawn = [place for each in members for place in (each * -(-turns // len(each)))[:turns]]
        return [drawn[at] for at in rng.permutation(len(drawn))[: len(self._targets)]]


def batches(
    clips: TorchDataset[Sample], order: Order | Sequence[Sequence[Key]], workers: int, *, pinned: bool = False
) -> DataLoader[Batch]:
    """Return what reads batches, in processes of its own if there are workers.

    Args:
        clips: `Windows` or `WholeClips`.
        order: Keys of each batch.
        workers: Processes that read; 0 reads here.
        pinned: Put batches where a GPU fetches them faster.
    """
    return DataLoader(
        cast(Any, clips),  # torch's types take batches and samples for one thing, and keys for integers
        batch_sampler=cast(Any, order),
        collate_fn=collate,
        num_workers=workers,
        persistent_workers=workers > 0,
        pin_memory=pinned,
        worker_init_fn=_begin_worker if workers else None,
        multiprocessing_context="forkserver" if workers else None,  # a fork of a process with threads may hang
        generator=torch.Generator(),  # else making an iterator would draw from the generator that dropout draws from
    )


def _begin_worker(_: int) -> None:
    """Let Ctrl-C be the business of the training, each worker be one thread, and broken files be told once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    cv2.setNumThreads(0)
    hush()
