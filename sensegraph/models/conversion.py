"""A TFLite graph that is being read, and the ONNX graph that is being written.

TFLite keeps pictures as (1, H, W, C), ONNX as (1, C, H, W): tensors of rank 4 change their layout on the way,
and `Conversion.flat` names the tensors that are in TFLite's layout already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import tflite
from onnx import helper, numpy_helper

CHANNELS_FIRST = [0, 3, 1, 2]
CHANNELS_LAST = [0, 2, 3, 1]
OPERATOR_NAMES = {v: k for k, v in vars(tflite.BuiltinOperator).items() if isinstance(v, int)}


def name(tensor: int) -> str:
    """Return the ONNX name of a TFLite tensor."""
    return f"t{tensor}"


@dataclass(frozen=True, slots=True)
class Step:
    """One operator of a TFLite graph; tensors are named by their number."""

    kind: str
    inputs: list[int]
    output: int
    operator: Any

    def options(self, cls: Any) -> Any:
        """Return the operator's options, read as `cls`."""
        table, options = self.operator.BuiltinOptions(), cls()
        options.Init(table.Bytes, table.Pos)
        return options


@dataclass
class Conversion:
    """A TFLite graph being read, and the ONNX graph being written.

    Attributes:
        constants: Tensors with known values, in TFLite's layout.
        flat: Computed tensors that are in TFLite's layout.
    """

    model: Any
    graph: Any
    constants: dict[int, npt.NDArray[Any]] = field(default_factory=dict)
    flat: set[int] = field(default_factory=set)
    nodes: list[Any] = field(default_factory=list)
    initializers: list[Any] = field(default_factory=list)

    def shape(self, tensor: int) -> list[int]:
        """Return a tensor's shape in TFLite's layout."""
        return [int(size) for size in self.graph.Tensors(tensor).ShapeAsNumpy()]

    def weights(self, tensor: int) -> npt.NDArray[np.float32]:
        """Return a constant as float32."""
        return np.asarray(self.constants[tensor], dtype=np.float32)

    def add(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> None:
        """Append an ONNX operator."""
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))

    def constant(self, name: str, values: npt.ArrayLike) -> str:
        """Append an ONNX constant and return its name."""
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def steps(self) -> Iterator[Step]:
        """Yield the operators in the order of execution."""
        for index in range(self.graph.OperatorsLength()):
            operator = self.graph.Operators(index)
            code = self.model.OperatorCodes(operator.OpcodeIndex())
            kind = OPERATOR_NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
            yield Step(kind, [int(i) for i in operator.InputsAsNumpy()], int(operator.Outputs(0)), operator)
