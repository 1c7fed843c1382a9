"""The figures of the pixel backbones: `python -m benchmarks.models [efficientnet] [mobilenet] [--rounds N]`.

Everything is one interleaved run: each way to run a network (see `ways.py`) has processes of its own, all are alive,
and they compute short bursts in turn. A ratio is taken within each round, and the median over the rounds is shown, so
other load on the machine harms all alike. The first row is what the others are compared with: the reference, where
SENSE_CHECKOUT names a checkout of 20BN sense (commit 6503c7e), else our torch modules.

* `step`: the work for four pictures, in ms;
* `wait`: what is left of it when the fourth picture has come, in ms;
* `memory`: resident at the end, and the most it was, in MB; a process with numpy, the runtime and the network alone;
* `cameras`: two processes at once, a thread each: steps a second of both, over the four of a camera.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.ways import CHECKPOINT, CLIP, Burst, Runner, pictures, random_weights
from sensegraph.models.pixel.architecture import ARCHITECTURES

OURS = ("onnx", "staged", "onnx int8", "staged int8")
CORES = 2
STEPS_PER_CAMERA_HZ = 4

TARGETS = {"efficientnet": (1.9, 3.3, 0.75, 1.6), "mobilenet": (1.6, 3.5, 0.5, 1.6)}
"""Of `staged` against the reference: step, wait, memory (at most), cameras."""


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one way; the ratios say how much better it is than the first one, but for memory, its share.

    Attributes:
        times: Step and wait on the wall clock, step and wait of CPU, in ms.
        ratios: Of these.
        cameras: How many it serves on two cores, by the wall clock and by CPU.
        cameras_ratios: Of these.
        resident: Memory at the end, in MB.
        peak: The most it was.
    """

    times: NDArray[np.float64]
    ratios: NDArray[np.float64]
    cameras: NDArray[np.float64]
    cameras_ratios: NDArray[np.float64]
    resident: float
    peak: float


def measure(net: str, ways: list[str], folder: str, rounds: int, steps: int) -> dict[str, Row]:
    """Return the figures of a network by way.

    Args:
        net: Its name.
        ways: How to run it; the first is what the others are compared with.
        folder: What `prepare` filled.
        rounds: Bursts of each way.
        steps: Steps in a burst.
    """
    runners = {way: [Runner(net, way, folder) for _ in range(CORES)] for way in ways}
    alone: dict[str, list[Burst]] = {way: [] for way in ways}
    rates: dict[str, list[NDArray[np.float64]]] = {way: [] for way in ways}
    for turn in range(rounds):
        for way in ways[turn % len(ways) :] + ways[: turn % len(ways)]:
            alone[way] += _together(runners[way][:1], steps)
            rates[way].append(np.sum([burst.rates_hz for burst in _together(runners[way], steps)], axis=0))
    rows = {}
    for way in ways:
        times = np.array([burst.median for burst in alone[way]])
        base = np.array([burst.median for burst in alone[ways[0]]])
        resident, peak = runners[way][0].end()
        runners[way][1].end()
        rows[way] = Row(
            times=np.median(times, axis=0),
            ratios=np.median(base / times, axis=0),
            cameras=np.median(rates[way], axis=0) / STEPS_PER_CAMERA_HZ,
            cameras_ratios=np.median(np.array(rates[way]) / np.array(rates[ways[0]]), axis=0),
            resident=resident,
            peak=peak,
        )
    return rows


def _together(runners: list[Runner], steps: int) -> list[Burst]:
    """Have processes compute at the same time."""
    for runner in runners:
        runner.start(steps)
    return [runner.finish() for runner in runners]


def show(net: str, rows: dict[str, Row], deviations: dict[str, float]) -> None:
    """Print the table of a network."""
    base = next(iter(rows))
    print(f"\n{net}: wall clock, in brackets CPU; ratios to '{base}'; load {os.getloadavg()[0]:.1f}")
    print(f"{'':12}{'step':>22}{'wait':>28}{'memory (peak)':>26}{'cameras':>18}")
    for way, row in rows.items():
        step, step_cpu, wait, wait_cpu = row.times
        step_ratio, step_cpu_ratio, wait_ratio, wait_cpu_ratio = row.ratios
        cameras, cameras_cpu = row.cameras
        cameras_ratio, cameras_cpu_ratio = row.cameras_ratios
        print(
            f"{way:12}{step:6.1f} ({step_cpu:5.1f}) ms x{step_ratio:.2f} (x{step_cpu_ratio:.2f})"
            f"{wait:7.1f} ({wait_cpu:5.1f}) ms x{wait_ratio:.2f} (x{wait_cpu_ratio:.2f})"
            f"{row.resident:6.0f} ({row.peak:3.0f}) MB x{row.resident / max(rows[base].resident, 1):.2f}"
            f"{cameras:6.1f} ({cameras_cpu:4.1f}) x{cameras_ratio:.2f} (x{cameras_cpu_ratio:.2f})"
        )
    for way, deviation in deviations.items():
        print(f"deviation of '{way}' with these random weights: {100 * deviation:.1f} %")
    if base == "sense":
        step, wait, memory, cameras = TARGETS[net]
        print(f"targets of 'staged': step >= x{step}, wait >= x{wait}, memory <= x{memory}, cameras >= x{cameras}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Figures of the pixel backbones.")
    parser.add_argument("nets", nargs="*", metavar="NET", help="efficientnet, mobilenet; both when none is named")
    parser.add_argument("--rounds", type=int, default=9, help="bursts of each way")
    parser.add_argument("--steps", type=int, default=4, help="steps in a burst")
    options = parser.parse_args()
    for name in options.nets:
        if name not in ARCHITECTURES:
            parser.error(f"there is no network '{name}': {', '.join(ARCHITECTURES)}")
    checkout = os.environ.get("SENSE_CHECKOUT", "")
    if checkout and not Path(checkout, "sense", "backbone_networks").is_dir():
        parser.error(f"SENSE_CHECKOUT={checkout} is no checkout of 20BN sense: it has no sense/backbone_networks")
    base = "sense" if checkout else "torch"
    if base == "torch":
        print(
            "no comparison with the reference: set SENSE_CHECKOUT to a checkout of 20BN sense (commit 6503c7e)\n"
            "'torch' stands in for it: our own modules, picture by picture; the targets do not hold for it"
        )
    for name in options.nets or list(ARCHITECTURES):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["SENSEGRAPH_MODELS"] = str(Path(folder, "cache"))
            deviations = prepare(name, folder)
            show(name, measure(name, [base, *OURS], folder, options.rounds, options.steps), deviations)


def prepare(net: str, folder: str) -> dict[str, float]:
    """Write what the ways to run a network need into a folder, and return the deviation of those in int8."""
    import torch

    from sensegraph.models import load_backbone
    from sensegraph.models.pixel.export import export

    weights = random_weights(ARCHITECTURES[net])
    torch.save({key: torch.from_numpy(values) for key, values in weights.items()}, Path(folder, CHECKPOINT))
    np.save(Path(folder, CLIP), pictures())
    export(ARCHITECTURES[net], weights, folder)
    int8 = [way.split()[0] for way in OURS if way.endswith("int8")]
    return {f"{runtime} int8": load_backbone(net, folder, runtime, "int8").deviation for runtime in int8}


if __name__ == "__main__":
    main()
