"""Load a net for the CPU, with one thread: parallel work is the graph's business."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sensegraph.errors import ModelError

if TYPE_CHECKING:
    import onnxruntime

ERRORS_ONLY = 3


def load_session(path: str | Path) -> onnxruntime.InferenceSession:
    """Load an ONNX file into a session that computes on one CPU thread and logs errors only.

    Raises:
        ModelError: The file cannot be read, or onnxruntime cannot run it.
    """
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    try:
        content = Path(path).read_bytes()
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except OSError as error:
        raise ModelError(f"the model {path} cannot be read: {error.strerror}") from error
    except (
        state.Fail,
        state.InvalidArgument,
        state.InvalidGraph,
        state.InvalidProtobuf,
        state.NotImplemented,
        state.RuntimeException,
    ) as error:
        raise ModelError(
            f"the model {path} cannot be loaded: {error}\n  Make it anew, or update onnxruntime."
        ) from error
