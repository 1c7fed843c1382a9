"""The figures of the pixel backbones: `python -m benchmarks.models [efficientnet] [mobilenet] [--rounds N]`.

Each way to run a network has a process of its own and one thread; all are alive and compute short bursts in turn, and
a ratio is taken within each round, so other load on the machine harms them alike. Compared with the first row:

* `sense`: the reference's own path (a float64 clip, its preprocessing, torch), where SENSE_CHECKOUT names a checkout;
* `torch`, `onnx`, `staged`: ours, given bytes of 256x256.

`step` is the work for four pictures, `wait` what is left of it when the fourth picture comes, both in ms of wall clock
and, in brackets, of CPU; `memory` is the resident size after the run (with numpy, the runtime and the network alone).
The weights are random: no real ones can be had.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.pixel.architecture import ARCHITECTURES, SIZE, STEP_FRAMES, Architecture

TARGETS = {"efficientnet": (1.9, 3.3, 0.75), "mobilenet": (1.6, 3.5, 0.5)}
"""Against `sense`: step and wait at least so many times as fast, memory at most that share."""

Pixels = NDArray[np.uint8]
Timing = tuple[float, float, float, float]
"""Step and wait on the wall clock, step and wait of CPU, in ms."""


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


def ours(name: str, runtime: str, folder: str) -> Callable[[Pixels], float]:
    """Return a function that computes a step picture by picture and returns when the last one came."""
    from sensegraph.models import load_backbone

    if runtime == "torch":
        import torch

        torch.set_num_threads(1)
        backbone = load_backbone(name, random_weights(ARCHITECTURES[name]), runtime)
    else:
        backbone = load_backbone(name, folder, runtime)
    stream = backbone.stream()

    def step(clip: Pixels) -> Any:
        for at in range(STEP_FRAMES - 1):
            stream.push_model_input(clip[at : at + 1])
        last = now()
        assert len(stream.push_model_input(clip[STEP_FRAMES - 1 :])) == 1
        return last

    return step


def sense(name: str) -> Callable[[Pixels], Any]:
    """Return the same for the reference, which does all of its work when the fourth picture has come."""
    sys.path.insert(0, os.environ["SENSE_CHECKOUT"])
    import torch
    from sense import backbone_networks, engine  # type: ignore[import-not-found]

    torch.set_num_threads(1)
    architecture = ARCHITECTURES[name]
    net = getattr(backbone_networks, architecture.title)()
    net.load_state_dict({key: torch.from_numpy(value) for key, value in random_weights(architecture).items()})
    inference = engine.InferenceEngine(net.eval())

    def step(clip: Pixels) -> Any:
        prepared = clip[None].astype(np.float64)  # its preprocessing writes into its input
        last = now()
        inference.infer(prepared)
        return last

    return step


def now() -> tuple[float, float]:
    """Return wall clock and CPU of this process, in seconds."""
    return time.perf_counter(), time.process_time()


def resident_mb() -> float:
    """Return the resident size of this process; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0


def work(name: str, way: str, folder: str, pipe: Connection) -> None:
    """Be the process of one way to run a network: a number asks for so many steps, 0 for the end."""
    step = sense(name) if way == "sense" else ours(name, way, folder)
    clip = pictures()
    for _ in range(3):
        step(clip)
    pipe.send(None)
    while count := pipe.recv():
        timings = []
        for _ in range(count):
            start = now()
            last = step(clip)
            end = now()
            timings.append(tuple(1e3 * (end[i] - since[i]) for i in (0, 1) for since in (start, last)))
        pipe.send([(t[0], t[1], t[2], t[3]) for t in timings])
    pipe.send(resident_mb())


def measure(name: str, ways: list[str], folder: str, rounds: int, steps: int) -> dict[str, dict[str, float]]:
    """Return the figures of a network by way and column."""
    context = multiprocessing.get_context("spawn")
    pipes = {}
    for way in ways:
        pipes[way], theirs = context.Pipe()
        context.Process(target=work, args=(name, way, folder, theirs), daemon=True).start()
        theirs.close()
        pipes[way].recv()
    bursts: dict[str, list[list[Timing]]] = {way: [] for way in ways}
    for turn in range(rounds):
        for way in ways[turn % len(ways) :] + ways[: turn % len(ways)]:
            pipes[way].send(steps)
            bursts[way].append(pipes[way].recv())
    figures = {}
    columns = ("step", "wait", "step_cpu", "wait_cpu")
    for way in ways:
        pipes[way].send(0)
        figures[way] = {"memory": pipes[way].recv()}
        for at, column in enumerate(columns):
            figures[way][column] = median(t[at] for burst in bursts[way] for t in burst)
            ratios = [
                median(t[at] for t in base) / median(t[at] for t in burst)
                for base, burst in zip(bursts[ways[0]], bursts[way], strict=True)
            ]
            figures[way][f"{column}_ratio"] = median(ratios)
    return figures


def show(name: str, figures: dict[str, dict[str, float]]) -> None:
    """Print the table of a network."""
    base = next(iter(figures))
    print(f"{name}: ms of wall clock (of CPU), ratios to '{base}', load {os.getloadavg()[0]:.1f}")
    for way, row in figures.items():
        print(
            f"  {way:7} step {row['step']:6.1f} ({row['step_cpu']:6.1f}) x{row['step_ratio']:.2f}"
            f" (x{row['step_cpu_ratio']:.2f})   wait {row['wait']:6.1f} ({row['wait_cpu']:6.1f})"
            f" x{row['wait_ratio']:.2f} (x{row['wait_cpu_ratio']:.2f})   memory {row['memory']:4.0f} MB"
            f" x{row['memory'] / max(figures[base]['memory'], 1):.2f}"
        )
    if base == "sense":
        step, wait, memory = TARGETS[name]
        print(f"  targets for 'staged': step >= x{step}, wait >= x{wait}, memory <= x{memory}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Figures of the pixel backbones.")
    parser.add_argument("nets", nargs="*", metavar="NET", help="efficientnet, mobilenet; both when none is named")
    parser.add_argument("--rounds", type=int, default=9, help="bursts of each way")
    parser.add_argument("--steps", type=int, default=4, help="steps in a burst")
    options = parser.parse_args()
    for name in options.nets:
        if name not in ARCHITECTURES:
            parser.error(f"there is no network '{name}': {', '.join(ARCHITECTURES)}")
    ways = ["torch", "onnx", "staged"]
    if os.environ.get("SENSE_CHECKOUT"):
        ways.insert(0, "sense")
    else:
        print("no comparison with the reference: set SENSE_CHECKOUT to a checkout of 20BN sense")
    from sensegraph.models.pixel.export import export

    for name in options.nets or list(ARCHITECTURES):
        with tempfile.TemporaryDirectory() as folder:
            export(ARCHITECTURES[name], random_weights(ARCHITECTURES[name]), folder)
            show(name, measure(name, ways, folder, options.rounds, options.steps))


if __name__ == "__main__":
    main()
