"""Write a network, or one stage of it, as ONNX with its memory as inputs and outputs.

The graph is written straight from the table of the network and its weights: no torch, no tracing. Names:

* `frames`: the pictures. For the first layers uint8 (T, H, W, 3) BGR, 1/255 being part of the first weights; for a
  later stage float32 (T, C, h, w), the output of the stage before;
* `state.N`, `next.N`: for each temporal layer N what it remembers, float32 (2 or 1, C, h, w), zeros at the start;
* `map` and `pooled` at the end of the network: float32 (1, 1280, H / 32, W / 32) and its spatial mean (1, 1280);
  `frames.out` at the end of an earlier stage: float32 (T, C, h, w).

Height and width are free, T is fixed: 4 for the whole network (`step`), 1, 2 and 2 for stages a, b and c.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from sensegraph.models.pixel.architecture import FEATURES, WINDOW_FRAMES, Architecture, Convolution, Layer, Stage
from sensegraph.models.pixel.weights import digest

Weights = Mapping[str, NDArray[np.float32]]

OPSET = 17
IR_VERSION = 8
RELU6 = (0.0, 6.0)


@dataclass
class Graph:
    """An ONNX graph that is being written; operators return the name of their result."""

    weights: Weights
    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)
    inputs: list[Any] = field(default_factory=list)
    outputs: list[Any] = field(default_factory=list)

    def add(self, operator: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Append an operator with one result."""
        name = name or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def constant(self, values: Any, dtype: type[np.generic]) -> str:
        """Return the name of a constant, the same one for the same values."""
        array = np.asarray(values, dtype=dtype)
        name = f"c_{array.dtype.kind}_{'_'.join(map(str, array.ravel().tolist()))}_{array.ndim}"
        self.constants.setdefault(name, numpy_helper.from_array(array, name))
        return name

    def slice(self, x: str, axis: int, start: int, stop: int, step: int = 1, name: str = "") -> str:
        """Append `x[start:stop:step]` along an axis."""
        ends = (self.constant([value], np.int64) for value in (start, stop, axis, step))
        return self.add("Slice", x, *ends, name=name)

    def convolve(self, plan: Convolution, x: str, scale: float = 1.0) -> str:
        """Append a convolution and its ReLU6; the weights, not the bias, are multiplied by `scale`."""
        for kind, factor in (("weight", scale), ("bias", 1.0)):
            key = f"{plan.name}.{kind}"
            values = self.weights[key] if factor == 1.0 else (self.weights[key] * factor).astype(np.float32)
            self.constants[key] = numpy_helper.from_array(np.ascontiguousarray(values), key)
        result = self.add(
            "Conv",
            x,
            f"{plan.name}.weight",
            f"{plan.name}.bias",
            kernel_shape=[plan.kernel] * 2,
            strides=[plan.stride] * 2,
            pads=[(plan.kernel - 1) // 2] * 4,
            group=plan.groups,
        )
        return self.add("Clip", result, *(self.constant(end, np.float32) for end in RELU6)) if plan.relu else result

    def input(self, name: str, dtype: int, shape: list[int | str]) -> str:
        """Declare an input."""
        self.inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        return name

    def output(self, name: str, shape: list[int | str]) -> None:
        """Declare an output, float32."""
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))


def build(architecture: Architecture, stage: Stage, weights: Weights, mark: str) -> bytes:
    """Return the content of the ONNX file of a stage.

    Args:
        architecture: The network.
        stage: One of `architecture.stages()`, or `architecture.whole()`.
        weights: float32 arrays by official name; those of the stage are used.
        mark: What tells these weights from others, see `weights.digest`; parts with different marks do not mix.
    """
    graph = Graph(weights)
    first, last = stage.layers[0], stage.layers[-1]
    frames, scale = stage.frames, 1.0
    if first.index == 0:
        x = graph.input("frames", TensorProto.UINT8, [frames, "height", "width", 3])
        x = graph.add("Transpose", graph.add("Cast", x, to=TensorProto.FLOAT), perm=[0, 3, 1, 2])
        scale = 1 / 255
    else:
        x = graph.input("frames", TensorProto.FLOAT, [frames, first.inputs, *_place(architecture, first)])
    for layer in stage.layers:
        x, frames = _layer(graph, architecture, layer, x, frames, scale)
        scale = 1.0
    if last is architecture.layers[-1]:
        graph.add("Identity", x, name="map")
        graph.output("map", [frames, FEATURES, "height_map", "width_map"])
        pooled = graph.add("GlobalAveragePool", x)
        graph.add("Flatten", pooled, name="pooled")
        graph.output("pooled", [frames, FEATURES])
    else:
        graph.add("Identity", x, name="frames.out")
        following = architecture.layers[last.index + 1]
        graph.output("frames.out", [frames, last.outputs, *_place(architecture, following)])
    return _serialise(graph, architecture, stage, mark)


def _layer(
    graph: Graph, architecture: Architecture, layer: Layer, x: str, frames: int, scale: float
) -> tuple[str, int]:
    """Append a layer; return its output and the pictures in it."""
    if layer.temporal:
        kept, frames, y = _mix(graph, architecture, layer, x, frames)
    else:
        kept, y = x, x
    for convolution in layer.convolutions():
        y = graph.convolve(convolution, y, scale)
    return (graph.add("Add", y, kept) if layer.residual else y), frames


def _mix(graph: Graph, architecture: Architecture, layer: Layer, x: str, frames: int) -> tuple[str, int, str]:
    """Append the mixing of three pictures; return the pictures kept for the residual, their number, the mixture."""
    index, channels, step = layer.index, layer.history_channels, layer.temporal_stride
    shape: list[int | str] = [layer.history, channels, *_place(architecture, layer)]
    state = graph.input(f"state.{index}", TensorProto.FLOAT, shape)
    seen = x if layer.mixing == "dense" else graph.slice(x, 1, 0, channels)
    line = graph.add("Concat", state, seen, axis=0)
    windows = frames // step
    graph.slice(line, 0, frames, frames + layer.history, name=f"next.{index}")
    graph.output(f"next.{index}", shape)
    kept = x if step == 1 else graph.slice(x, 0, step - 1, frames, step)
    past = [graph.slice(line, 0, age, age + step * (windows - 1) + 1, step) for age in range(WINDOW_FRAMES - 1)]
    if layer.mixing == "dense":
        return kept, windows, graph.add("Concat", *past, kept, axis=1)
    quarter, half = layer.inputs // 4, layer.inputs // 2
    oldest, older = graph.slice(past[0], 1, 0, quarter), graph.slice(past[1], 1, quarter, half)
    newest = graph.slice(kept, 1, half, layer.inputs)
    return kept, windows, graph.add("Concat", oldest, older, newest, axis=1)


def _place(architecture: Architecture, layer: Layer) -> list[int | str]:
    """Return the names of height and width at the input of a layer: those of one resolution share them."""
    halvings = sum(before.stride == 2 for before in architecture.layers[: layer.index])
    return [f"height_{2**halvings}", f"width_{2**halvings}"]


def _serialise(graph: Graph, architecture: Architecture, stage: Stage, mark: str) -> bytes:
    title = f"{architecture.title}.{stage.name}"
    model = helper.make_model(
        helper.make_graph(graph.nodes, title, graph.inputs, graph.outputs, list(graph.constants.values())),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="sensegraph",
    )
    about = {"net": architecture.name, "part": stage.name, "weights": mark}
    helper.set_model_props(model, {**about, "colours": "BGR", "range": "0..255", "fps": "16"})
    return bytes(model.SerializeToString())


def file_name(architecture: Architecture, stage: Stage) -> str:
    """Return the name of the file of a stage, e.g. `efficientnet.stage-a.onnx`."""
    return f"{architecture.name}.{stage.name}.onnx"


def export(architecture: Architecture, weights: Weights, folder: str | Path) -> list[Path]:
    """Write the ONNX files of a network, whole and in three stages, into a folder that is made if need be.

    Returns:
        the paths; `load_backbone(..., weights=folder)` reads them without torch or onnx.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths, mark = [], digest(weights)
    for stage in (architecture.whole(), *architecture.stages()):
        paths.append(folder / file_name(architecture, stage))
        paths[-1].write_bytes(build(architecture, stage, weights, mark))
    return paths
