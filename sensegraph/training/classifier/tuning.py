"""Fine-tuning: the last layers of a pixel network are trained with a head, on what the layers before them see.

The course is that of sense (Adam, 1e-4, a tenth of it in the second half), and what was wrong there is not done again:
classes come equally often, the clips that say when to stop are none of those that are learnt from, and what is kept
is a copy of the best epoch, not the weights of the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from sensegraph.models.pixel.architecture import Architecture
from sensegraph.models.pixel.network import StridedInflatedNetwork
from sensegraph.models.pixel.torch_runtime import loaded
from sensegraph.models.pixel.weights import Weights
from sensegraph.training.backbone.classifier import last_layer
from sensegraph.training.backbone.machine import deterministic
from sensegraph.training.backbone.plan import CLIP_NORM
from sensegraph.training.classifier.examples import Examples, joined
from sensegraph.training.classifier.front import ends, rate
from sensegraph.training.classifier.pixels import as_examples

RATE = 1e-4
BATCH = 4
"""Clips for one change of the weights."""
WINDOW_STEPS = 4
"""Steps of a clip that are shown at once: a second."""
COLD = 0.3
"""Share of the windows that begin with a clip, as a graph does that has just been started."""
HELD = 0.2
"""Share of those that show the first second after the first picture had been seen for a while."""
PATIENCE = 10
"""It ends after so many epochs in which the clips that are held back were not named better."""
DROPOUT = 0.2

Arrays = Mapping[str, NDArray[Any]]
Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Material:
    """What is learnt.

    Attributes:
        clips: What the frozen layers see of each clip (`front.look`).
        truth: For each clip (steps,) the class of each step of four frames.
        held_back: For each clip whether it is left out and says when to stop.
        classes: How many there are.
    """

    clips: Sequence[Arrays]
    truth: Sequence[NDArray[np.intp]]
    held_back: Sequence[bool]
    classes: int


@dataclass(frozen=True, slots=True)
class Epoch:
    """What an epoch came to.

    Attributes:
        loss: On what was learnt.
        tried: Loss on the clips that are held back; None where there are none.
        right: Share of their steps that was named right; likewise.
    """

    loss: float
    tried: float | None
    right: float | None


class Tuned(nn.Module):
    """Last layers of a network, with a head while they are trained.

    Args:
        architecture: The network.
        weights: Of the whole network.
        layers: How many last layers are trained.
        classes: How many the head names.
        seed: Of the head, and of what is drawn next.
    """

    def __init__(self, architecture: Architecture, weights: Weights, layers: int, classes: int, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.architecture, self.first = architecture, len(architecture.layers) - layers
        self.net: StridedInflatedNetwork = loaded(architecture, weights)
        for module in self.net.cnn[self.first :]:
            module.requires_grad_(True)
        self.head = last_layer(classes)
        self.dropout = nn.Dropout(DROPOUT)
        self.history: list[Epoch] = []
        self.best: int | None = None

    def features(self, seen: NDArray[np.float16], *, padded: bool) -> torch.Tensor:
        """Return the pooled features (N, 1280) of what the frozen layers saw (T, C, h, w); see `NetState.padded`."""
        x = torch.from_numpy(np.asarray(seen, np.float32))[None]
        maps, _ = self.net.through(x, first=self.first, padded=padded)
        return maps[0].mean(dim=(2, 3))

    def window(self, seen: NDArray[np.float16], step: int, count: int) -> torch.Tensor:
        """Return the features (count, 1280) of the steps from `step` on, as a stream would have them there."""
        end = (step + count) * rate(self.architecture, self.first)
        begin = end - self.architecture.required_frames(count, self.first)
        if begin < 0:
            return self.features(seen[:end], padded=True)[step:]
        return self.features(seen[begin:end], padded=False)

    def weights(self) -> Weights:
        """Return the last layers by official name."""
        state = self.net.state_dict()
        own = tuple(f"cnn.{number}." for number in range(self.first, len(self.net.cnn)))
        return {key: value.numpy().copy() for key, value in state.items() if key.startswith(own)}

    @torch.inference_mode()
    def examples(self, clip: Arrays) -> Examples:
        """Return the examples of a clip; there are none of the mirror image."""
        parts = []
        for name in ("plain", "held"):
            last, vectors = ends(clip, name), self.features(clip[name], padded=True).numpy()
            shown = last >= 0
            arrays = {
                "vectors": vectors[shown],
                "ends": last[shown],
                "plain": np.full(int(shown.sum()), name == "plain"),
            }
            parts.append(as_examples(arrays))
        return joined(parts)


def tune(tuned: Tuned, material: Material, epochs: int, seed: int, progress: Progress) -> None:
    """Train the last layers; afterwards they are those of the best epoch.

    Args:
        tuned: What to train; its history tells the course.
        material: What to learn.
        epochs: How often each clip is shown at most, and the largest class wholly.
        seed: Of all that is drawn.
        progress: Told the epochs that are done, and how many there are at most.
    """
    rng = np.random.default_rng(seed)
    learnt = [number for number, out in enumerate(material.held_back) if not out]
    tried = [number for number, out in enumerate(material.held_back) if out]
    trained = [each for each in tuned.parameters() if each.requires_grad]
    optimizer = torch.optim.Adam(trained, lr=RATE)
    kept: dict[str, torch.Tensor] = {}
    with deterministic("cpu"):
        for epoch in range(epochs):
            progress(epoch, epochs)
            for group in optimizer.param_groups:
                group["lr"] = RATE if epoch < epochs / 2 else RATE / 10
            loss = _learn(tuned, material, _order(material, learnt, rng), optimizer, rng)
            tuned.history.append(Epoch(loss, *_try(tuned, material, tried)))
            if _better(tuned):
                tuned.best = epoch
                kept = {key: value.clone() for key, value in tuned.state_dict().items()}
            elif tried and epoch - (tuned.best or 0) >= PATIENCE:
                break
    tuned.load_state_dict(kept)
    tuned.eval()


def _better(tuned: Tuned) -> bool:
    newest = tuned.history[-1]
    if tuned.best is None or newest.tried is None:
        return True
    before = tuned.history[tuned.best].tried
    return before is None or newest.tried < before


def _order(material: Material, learnt: Sequence[int], rng: np.random.Generator) -> list[int]:
    """Return clips in a drawn order, each class as often as the largest one; a clip counts for its rarest class."""
    of_class: dict[int, list[int]] = {}
    counts = np.bincount(np.concatenate([material.truth[each] for each in learnt]), minlength=material.classes)
    for number in learnt:
        shown = np.unique(material.truth[number])
        of_class.setdefault(int(shown[counts[shown].argmin()]), []).append(number)
    most = max(map(len, of_class.values()))
    order = [np.resize(rng.permutation(numbers), most) for _, numbers in sorted(of_class.items())]
    return [int(each) for each in rng.permutation(np.concatenate(order))]


def _draw(clip: Arrays, rng: np.random.Generator) -> tuple[str, int, int]:
    """Return a look, the first step of a window in it, and how many there are."""
    drawn = rng.uniform()
    if drawn < COLD + HELD:
        look = "plain" if drawn < COLD else "held"
        first = int((ends(clip, look) < 0).sum())
    else:
        look, first = "plain", int(rng.integers(len(ends(clip, "plain"))))
    return look, first, min(WINDOW_STEPS, len(ends(clip, look)) - first)


def _learn(
    tuned: Tuned, material: Material, order: Sequence[int], optimizer: torch.optim.Optimizer, rng: np.random.Generator
) -> float:
    """Train on each clip of an order once; return the mean loss."""
    tuned.train()
    total = 0.0
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        optimizer.zero_grad()
        for number in batch:
            clip = material.clips[number]
            look, first, count = _draw(clip, rng)
            logits = tuned.head(tuned.dropout(tuned.window(clip[look], first, count)))
            last = ends(clip, look)[first : first + count]
            loss = functional.cross_entropy(logits, _truth(material, number, last))
            (loss / len(batch)).backward()
            total += float(loss.detach())
        nn.utils.clip_grad_norm_(tuned.parameters(), CLIP_NORM)
        optimizer.step()
    return total / len(order)


def _truth(material: Material, number: int, last: NDArray[np.intp]) -> torch.Tensor:
    truth = material.truth[number]
    return torch.from_numpy(truth[np.minimum(last // 4, len(truth) - 1)].astype(np.int64))


@torch.inference_mode()
def _try(tuned: Tuned, material: Material, tried: Sequence[int]) -> tuple[float | None, float | None]:
    """Return mean loss and share of steps named right, over the classes, of the clips that are held back."""
    if not tried:
        return None, None
    tuned.eval()
    said = list(_said(tuned, material, tried))
    logits, truth = (torch.cat([each[part] for each in said]) for part in (0, 1))
    losses = functional.cross_entropy(logits, truth, reduction="none")
    right = (logits.argmax(dim=1) == truth).float()
    shares = [(losses[truth == label].mean(), right[truth == label].mean()) for label in torch.unique(truth)]
    return float(np.mean([float(each[0]) for each in shares])), float(np.mean([float(each[1]) for each in shares]))


def _said(tuned: Tuned, material: Material, tried: Sequence[int]) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    for number in tried:
        clip = material.clips[number]
        yield (
            tuned.head(tuned.features(clip["plain"], padded=True)),
            _truth(material, number, ends(clip, "plain")),
        )
