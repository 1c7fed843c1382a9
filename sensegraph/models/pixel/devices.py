"""What a network can run on: the CPU, or a GPU by way of onnxruntime or torch where these were built for it."""

from __future__ import annotations

from typing import Literal

from sensegraph.errors import ModelError

RuntimeName = Literal["staged", "onnx", "torch"]
Device = Literal["cpu", "cuda"]

REMEDY = (
    "  Install onnxruntime-gpu in place of onnxruntime, or a build of torch for CUDA (pytorch.org) and give a\n"
    "  checkpoint file; either needs the driver of an NVIDIA GPU. Or use device 'cpu'."
)


def choose(device: Device) -> RuntimeName:
    """Return the runtime to take where none was asked for: the first one that can use the device.

    Raises:
        ModelError: Neither onnxruntime nor torch can use CUDA.
    """
    if device == "cpu" or not (onnx := cuda_missing("staged")):
        return "staged"
    if not (torch := cuda_missing("torch")):
        return "torch"
    raise ModelError(f"device 'cuda' cannot be used: {onnx}, and {torch}\n{REMEDY}")


def check(runtime: RuntimeName, device: Device) -> None:
    """Refuse a runtime that cannot use the device.

    Raises:
        ModelError: It was built without CUDA, or sees no GPU.
    """
    if device == "cuda" and (missing := cuda_missing(runtime)):
        raise ModelError(f"device 'cuda' cannot be used by runtime '{runtime}': {missing}\n{REMEDY}")


def cuda_missing(runtime: RuntimeName) -> str:
    """Return why a runtime cannot use CUDA here; empty where it can."""
    if runtime != "torch":
        import onnxruntime

        there = onnxruntime.get_available_providers()
        return "" if "CUDAExecutionProvider" in there else f"onnxruntime offers {', '.join(there)} only"
    try:
        import torch
    except ImportError:
        return "torch is not installed"
    if torch.cuda.is_available():
        return ""
    return "torch sees no GPU" if torch.version.cuda else f"torch {torch.__version__} is built without CUDA"
