"""How each TFLite operator becomes ONNX operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import tflite

from sensegraph.errors import ModelError
from sensegraph.models.conversion import CHANNELS_FIRST, CHANNELS_LAST, Conversion, Step, name
from sensegraph.models.sparse import Compressed, Dense, densify

INTEGER_VECTORS = {
    tflite.SparseIndexVector.Int32Vector: tflite.Int32Vector,
    tflite.SparseIndexVector.Uint16Vector: tflite.Uint16Vector,
    tflite.SparseIndexVector.Uint8Vector: tflite.Uint8Vector,
}


def _add_activated(
    c: Conversion, operator: str, inputs: list[str], output: str, activation: int, **attributes: Any
) -> None:
    """Append an operator and the activation that TFLite has fused into it."""
    if activation == tflite.ActivationFunctionType.NONE:
        c.add(operator, inputs, output, **attributes)
        return
    raw = output + "_c"
    c.add(operator, inputs, raw, **attributes)
    if activation == tflite.ActivationFunctionType.RELU:
        c.add("Relu", [raw], output)
    elif activation == tflite.ActivationFunctionType.RELU6:
        limits = [c.constant(f"{output}_{end}", np.float32(value)) for end, value in (("lo", 0), ("hi", 6))]
        c.add("Clip", [raw, *limits], output)
    else:
        raise ModelError(f"the fused TFLite activation {activation} cannot be converted")


def _padding(c: Conversion, source: int, kernel: list[int], stride: list[int], padding: int) -> list[int]:
    """Return ONNX pads [top, left, bottom, right]; TFLite puts the odd pixel of SAME at the end."""
    if padding == tflite.Padding.VALID:
        return [0, 0, 0, 0]
    sides = zip(c.shape(source)[1:3], kernel, stride, strict=True)
    totals = [max((-(-size // step) - 1) * step + width - size, 0) for size, width, step in sides]
    return [total // 2 for total in totals] + [total - total // 2 for total in totals]


def _expand(tensor: Any, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Expand a sparse tensor; `values` are the stored ones."""
    sparsity = tensor.Sparsity()
    blocks = sparsity.BlockMapAsNumpy() if sparsity.BlockMapLength() else ()
    levels = [_level(sparsity.DimMetadata(i)) for i in range(sparsity.DimMetadataLength())]
    return densify(values, tensor.ShapeAsNumpy(), levels, sparsity.TraversalOrderAsNumpy(), blocks)


def _level(metadata: Any) -> Dense | Compressed:
    if metadata.Format() == tflite.DimensionType.DENSE:
        return Dense(metadata.DenseSize())
    segments = _integers(metadata.ArraySegments(), metadata.ArraySegmentsType())
    return Compressed(segments, _integers(metadata.ArrayIndices(), metadata.ArrayIndicesType()))


def _integers(table: Any, kind: int) -> npt.NDArray[np.int64]:
    vector = INTEGER_VECTORS[kind]()
    vector.Init(table.Bytes, table.Pos)
    return np.asarray(vector.ValuesAsNumpy(), dtype=np.int64)


def _densify(c: Conversion, step: Step) -> None:
    source = step.inputs[0]
    c.constants[step.output] = _expand(c.graph.Tensors(source), c.weights(source).ravel())


def _dequantize(c: Conversion, step: Step) -> None:
    c.constants[step.output] = c.weights(step.inputs[0])  # float16 weights


def _convolution(c: Conversion, step: Step) -> None:
    depthwise = step.kind == "DEPTHWISE_CONV_2D"
    options = step.options(tflite.DepthwiseConv2DOptions if depthwise else tflite.Conv2DOptions)
    source, kernels, bias = step.inputs
    weights = c.weights(kernels).transpose((3, 0, 1, 2) if depthwise else (0, 3, 1, 2))
    stride, kernel, output = (
        [options.StrideH(), options.StrideW()],
        list(weights.shape[2:]),
        name(step.output),
    )
    inputs = [name(source), c.constant(output + "_w", weights), c.constant(output + "_b", c.weights(bias))]
    _add_activated(
        c,
        "Conv",
        inputs,
        output,
        options.FusedActivationFunction(),
        strides=stride,
        kernel_shape=kernel,
        pads=_padding(c, source, kernel, stride, options.Padding()),
        group=weights.shape[0] if depthwise else 1,
    )


def _add(c: Conversion, step: Step) -> None:
    output = name(step.output)
    inputs = [
        c.constant(name(i) + output, c.weights(i).reshape(1, -1, 1, 1)) if i in c.constants else name(i)
        for i in step.inputs
    ]
    _add_activated(c, "Add", inputs, output, step.options(tflite.AddOptions).FusedActivationFunction())


def _pad(c: Conversion, step: Step) -> None:
    source, amounts = step.inputs
    before_after = c.constants[amounts].astype(np.int64)[CHANNELS_FIRST]
    c.add("Pad", [name(source), c.constant(f"t{step.output}_p", before_after.T.ravel())], name(step.output))


def _max_pool(c: Conversion, step: Step) -> None:
    options, source = step.options(tflite.Pool2DOptions), step.inputs[0]
    kernel, stride = [options.FilterHeight(), options.FilterWidth()], [options.StrideH(), options.StrideW()]
    pads = _padding(c, source, kernel, stride, options.Padding())
    c.add("MaxPool", [name(source)], name(step.output), kernel_shape=kernel, strides=stride, pads=pads)


def _resize(c: Conversion, step: Step) -> None:
    options, output = step.options(tflite.ResizeBilinearOptions), name(step.output)
    mode = "half_pixel" if options.HalfPixelCenters() else "asymmetric"
    mode = "align_corners" if options.AlignCorners() else mode
    sizes = c.constant(output + "_s", np.array(c.shape(step.output), np.int64)[CHANNELS_FIRST])
    inputs = [name(step.inputs[0]), "", "", sizes]
    c.add("Resize", inputs, output, mode="linear", coordinate_transformation_mode=mode)


def _prelu(c: Conversion, step: Step) -> None:
    source, slopes = step.inputs
    slope = c.constant(f"t{step.output}_a", c.weights(slopes).reshape(-1, 1, 1))
    c.add("PRelu", [name(source), slope], name(step.output))


def _depth_to_space(c: Conversion, step: Step) -> None:
    size = step.options(tflite.DepthToSpaceOptions).BlockSize()
    c.add("DepthToSpace", [name(step.inputs[0])], name(step.output), blocksize=size, mode="DCR")


def _logistic(c: Conversion, step: Step) -> None:
    c.add("Sigmoid", [name(step.inputs[0])], name(step.output))
    if step.inputs[0] in c.flat:
        c.flat.add(step.output)


def _mean(c: Conversion, step: Step) -> None:
    output = name(step.output)  # in these nets always over height and width
    c.add("GlobalAveragePool", [name(step.inputs[0])], output + "_g")
    c.add("Flatten", [output + "_g"], output)
    c.flat.add(step.output)


def _fully_connected(c: Conversion, step: Step) -> None:
    source, matrix, bias = step.inputs
    output = name(step.output)
    weights = [c.constant(output + "_w", c.weights(matrix)), c.constant(output + "_b", c.weights(bias))]
    c.add("Gemm", [name(source), *weights], output, transB=1)
    c.flat.add(step.output)


def _reshape(c: Conversion, step: Step) -> None:
    source, output = step.inputs[0], name(step.output)
    tensor = name(source)
    if len(c.shape(source)) == 4 and source not in c.flat:
        c.add("Transpose", [tensor], output + "_t", perm=CHANNELS_LAST)
        tensor = output + "_t"
    c.add("Reshape", [tensor, c.constant(output + "_s", np.array(c.shape(step.output), np.int64))], output)
    c.flat.add(step.output)


def _concatenation(c: Conversion, step: Step) -> None:
    axis = step.options(tflite.ConcatenationOptions).Axis()
    if step.inputs[0] in c.flat:
        c.flat.add(step.output)
    else:
        axis = CHANNELS_FIRST.index(axis % 4)
    c.add("Concat", [name(i) for i in step.inputs], name(step.output), axis=axis)


OPERATORS: dict[str, Callable[[Conversion, Step], None]] = {
    "ADD": _add,
    "CONCATENATION": _concatenation,
    "CONV_2D": _convolution,
    "DENSIFY": _densify,
    "DEPTHWISE_CONV_2D": _convolution,
    "DEPTH_TO_SPACE": _depth_to_space,
    "DEQUANTIZE": _dequantize,
    "FULLY_CONNECTED": _fully_connected,
    "LOGISTIC": _logistic,
    "MAX_POOL_2D": _max_pool,
    "MEAN": _mean,
    "PAD": _pad,
    "PRELU": _prelu,
    "RESHAPE": _reshape,
    "RESIZE_BILINEAR": _resize,
}
