"""What a training runs on."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from sensegraph.training.backbone.error import refused


@dataclass(frozen=True)
class Machine:
    """What a training runs on; it does not decide the weights but for rounding.

    Attributes:
        device: `cpu` or `cuda`.
        precision: `fp32`, `bf16` or `fp16`.
        workers: Processes that read clips.
        save_minutes: How often the state is saved within an epoch.
    """

    device: str = "cpu"
    precision: str = "fp32"
    workers: int = 0
    save_minutes: float = 10.0

    def computing(self) -> torch.autocast:
        """Return the context in which the network is computed with this precision."""
        half = torch.float16 if self.precision == "fp16" else torch.bfloat16
        return torch.autocast(self.device, half, enabled=self.precision != "fp32")


def machine(
    device: str = "auto", precision: str = "auto", workers: int | None = None, save_minutes: float = 10.0
) -> Machine:
    """Return what is here: the first GPU that torch can use, else the CPU.

    Args:
        device: `auto`, `cpu` or `cuda`.
        precision: `fp32`, `bf16`, `fp16`, or `auto`: bf16 on a GPU that has it, fp16 on another one, fp32 on a CPU.
        workers: None for as many as are of use: none on a CPU, where they would only take its time.
        save_minutes: See `Machine`.

    Raises:
        DatasetError: There is no such device, or it cannot compute so.
    """
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise refused("--device cuda", "torch sees no GPU", "Install torch for CUDA, or use --device cpu.")
    if device == "cpu" and precision not in ("auto", "fp32"):
        raise refused(f"--precision {precision}", "is for a GPU", "On a CPU leave it out.")
    if precision == "auto":
        precision = "fp32" if device == "cpu" else "bf16" if torch.cuda.is_bf16_supported() else "fp16"
    if workers is None:
        workers = 0 if device == "cpu" else max(1, min(8, (os.cpu_count() or 2) - 1))
    return Machine(device, precision, workers, save_minutes)


@contextlib.contextmanager
def deterministic(device: str) -> Iterator[None]:
    """Let torch compute the same each time while the block runs; where it cannot it warns."""
    if device == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # before cuBLAS is first used
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)
