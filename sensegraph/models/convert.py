"""TFLite to ONNX, for the BlazePose and BlazeHand nets: float weights, one subgraph, fixed shapes.

The same bytes in give the same bytes out.
"""

from __future__ import annotations

import numpy as np
import onnx
import tflite
from onnx import TensorProto, helper

from sensegraph.errors import ModelError
from sensegraph.models.conversion import CHANNELS_FIRST, Conversion, name
from sensegraph.models.operators import OPERATORS

OPSET = 17
IR_VERSION = 9
SMALL_OUTPUT = 10  # of rank 4: larger ones are the heat map and the segmentation mask, which nothing reads

DTYPES = {
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.FLOAT16: np.float16,
    tflite.TensorType.INT32: np.int32,
    tflite.TensorType.INT64: np.int64,
    tflite.TensorType.INT8: np.int8,
}


def convert(data: bytes) -> bytes:
    """Convert one net.

    Args:
        data: Content of a `.tflite` file whose hash has been checked; damaged content is not noticed here.

    Returns:
        Content of an `.onnx` file. The input is float32 (1, 3, H, W); the outputs keep their TFLite
        shapes and order, without the heat map and the segmentation mask.

    Raises:
        ModelError: The net uses an operator this converter does not know.
    """
    conversion = _read(data)
    for step in conversion.steps():
        if step.kind not in OPERATORS:
            raise ModelError(f"the TFLite operator {step.kind} cannot be converted; known: {', '.join(OPERATORS)}")
        OPERATORS[step.kind](conversion, step)
    return _write(conversion)


def _read(data: bytes) -> Conversion:
    model = tflite.Model.GetRootAsModel(data, 0)
    conversion = Conversion(model, model.Subgraphs(0))
    for number in range(conversion.graph.TensorsLength()):
        tensor = conversion.graph.Tensors(number)
        buffer = model.Buffers(tensor.Buffer())
        if buffer.DataLength():
            values = buffer.DataAsNumpy().view(DTYPES[tensor.Type()])
            sparse = tensor.Sparsity() is not None
            conversion.constants[number] = values if sparse else values.reshape(conversion.shape(number))
    return conversion


def _write(c: Conversion) -> bytes:
    source = int(c.graph.Inputs(0))
    input_shape = [c.shape(source)[axis] for axis in CHANNELS_FIRST]
    outputs = [int(tensor) for tensor in c.graph.OutputsAsNumpy()]
    kept = [t for t in outputs if len(c.shape(t)) < 4 or np.prod(c.shape(t)) < SMALL_OUTPUT]
    graph = helper.make_graph(
        c.nodes,
        "net",
        [helper.make_tensor_value_info(name(source), TensorProto.FLOAT, input_shape)],
        [helper.make_tensor_value_info(name(tensor), TensorProto.FLOAT, None) for tensor in kept],
        c.initializers,
    )
    model: onnx.ModelProto = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    return bytes(model.SerializeToString())
