"""The ways to run a pixel network that are compared, each in a process of its own that computes when it is asked.

* `sense`: the reference's own path: a float64 clip, its preprocessing, its torch modules, its engine;
* `torch`, `onnx`, `staged`: ours, given bytes of 256x256; `int8` behind the last two is the precision.

All use one thread. The weights are random, because no real ones can be had.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.pixel.architecture import ARCHITECTURES, SIZE, STEP_FRAMES, Architecture

Pixels = NDArray[np.uint8]
Clock = tuple[float, float]
"""Wall clock and CPU of this process, in seconds."""

WARMING = 3

CHECKPOINT = "weights.ckpt"
CLIP = "clip.npy"
"""Files that the processes read: what made them would count as memory of the process."""


def random_weights(architecture: Architecture) -> dict[str, NDArray[np.float32]]:
    """Return weights of which the activations neither vanish nor grow."""
    rng = np.random.default_rng(1)
    result = {}
    for name, shape in architecture.parameters().items():
        scale = 0.05 if name.endswith("bias") else np.sqrt(2 / np.prod(shape[1:]))
        result[name] = rng.standard_normal(shape, dtype=np.float32) * np.float32(scale)
    return result


def pictures() -> Pixels:
    """Return moving stripes with noise, (STEP_FRAMES, 256, 256, 3)."""
    rng = np.random.default_rng(2)
    x = np.arange(SIZE)[:, None] + 9 * np.arange(STEP_FRAMES)[:, None, None, None]
    stripes = 127 + 90 * np.sin(x / 17 + np.arange(3)) + rng.normal(0, 6, (STEP_FRAMES, SIZE, SIZE, 3))
    return np.clip(stripes, 0, 255).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Burst:
    """What successive steps of one process took, in ms, one row a step.

    Attributes:
        rows: float64 (steps, 4): the step on the wall clock and of CPU, and of either what was left of it when the
            fourth picture had come.
    """

    rows: NDArray[np.float64]

    @property
    def median(self) -> NDArray[np.float64]:
        """The median of each column."""
        return np.asarray(np.median(self.rows, axis=0))

    @property
    def rates_hz(self) -> NDArray[np.float64]:
        """Steps in a second of the wall clock, and of CPU."""
        return np.asarray(1e3 * len(self.rows) / self.rows[:, :2].sum(axis=0))


class Runner:
    """A process that runs a network in one way.

    Args:
        net: `efficientnet` or `mobilenet`.
        way: One of those above, e.g. `staged int8`.
        folder: With the checkpoint, the clip and the exported network; in int8 it is in the models cache already.

    Raises:
        EOFError: The process could not load the network; it has said why.
    """

    def __init__(self, net: str, way: str, folder: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(net, way, folder, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._pipe.recv()

    def start(self, steps: int) -> None:
        """Ask for so many steps."""
        self._pipe.send(steps)

    def finish(self) -> Burst:
        """Wait for them."""
        return Burst(self._pipe.recv())

    def end(self) -> tuple[float, float]:
        """End the process; return its memory in MB, resident at the end and at most (0 where it is not told)."""
        self._pipe.send(0)
        resident, peak = self._pipe.recv()
        self._process.join()
        return resident, peak


def _work(net: str, way: str, folder: str, pipe: Connection) -> None:
    step = _sense(net, folder) if way == "sense" else _ours(net, way, folder)
    clip = np.load(Path(folder, CLIP))
    for _ in range(WARMING):
        step(clip)
    pipe.send(None)
    while count := pipe.recv():
        pipe.send(np.array([_timed(step, clip) for _ in range(count)]))
    pipe.send(_memory_mb())


def _timed(step: Callable[[Pixels], Clock], clip: Pixels) -> list[float]:
    start = _now()
    last = step(clip)
    end = _now()
    return [1e3 * (end[clock] - since[clock]) for since in (start, last) for clock in (0, 1)]


def _now() -> Clock:
    return time.perf_counter(), time.process_time()


def _ours(net: str, way: str, folder: str) -> Callable[[Pixels], Clock]:
    """Return a function that computes a step picture by picture and returns when the last one came."""
    from sensegraph.models import load_backbone

    runtime, _, precision = way.partition(" ")
    if runtime == "torch":
        import torch

        torch.set_num_threads(1)
        backbone = load_backbone(net, Path(folder, CHECKPOINT), runtime)
    else:
        backbone = load_backbone(net, folder, runtime, precision or "fp32")
    stream = backbone.stream()

    def step(clip: Pixels) -> Clock:
        for at in range(STEP_FRAMES - 1):
            stream.push_model_input(clip[at : at + 1])
        last = _now()
        assert len(stream.push_model_input(clip[STEP_FRAMES - 1 :])) == 1
        return last

    return step


def _sense(net: str, folder: str) -> Callable[[Pixels], Clock]:
    """Return the same for the reference, which does all of its work when the fourth picture has come."""
    sys.path.insert(0, os.environ["SENSE_CHECKOUT"])
    import torch
    from sense import backbone_networks, engine  # type: ignore[import-not-found]

    torch.set_num_threads(1)
    module = getattr(backbone_networks, ARCHITECTURES[net].title)()
    module.load_state_dict(torch.load(Path(folder, CHECKPOINT), map_location="cpu", weights_only=True))
    inference = engine.InferenceEngine(module.eval())

    def step(clip: Pixels) -> Clock:
        prepared = clip[None].astype(np.float64)  # its preprocessing writes into its input
        last = _now()
        assert np.asarray(inference.infer(prepared)).shape[0] == 1
        return last

    return step


def _memory_mb() -> tuple[float, float]:
    """Return the resident size of this process and the greatest it had; zeros where the system does not tell."""
    found: dict[str, Any] = {"VmRSS": 0, "VmHWM": 0}
    try:
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name in found:
                found[name] = int(value.split()[0]) * 1024 / 1e6
    except OSError:
        pass
    return float(found["VmRSS"]), float(found["VmHWM"])
