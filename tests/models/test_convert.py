"""The converter: sparse weights, unknown operators, and known answers of the real nets."""

import flatbuffers  # type: ignore[import-untyped]
import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest
import tflite

from sensegraph.errors import ModelError
from sensegraph.models import catalogue
from sensegraph.models.convert import convert
from sensegraph.models.session import load_session
from sensegraph.models.sparse import Compressed, Dense, densify


def compressed(matrix: npt.NDArray[np.float32]) -> tuple[Compressed, npt.NDArray[np.float32]]:
    """Return the CSR level of a matrix's second dimension, and the stored values."""
    rows, columns = np.nonzero(matrix)
    segments = np.searchsorted(rows, np.arange(len(matrix) + 1))
    return Compressed(segments, columns), matrix[rows, columns]


def test_densify_expands_rows() -> None:
    """Rows dense, columns compressed: the usual CSR matrix, an empty row included."""
    matrix = np.array([[0, 1, 0], [0, 0, 0], [2, 0, 3]], np.float32)
    level, values = compressed(matrix)
    np.testing.assert_array_equal(densify(values, (3, 3), [Dense(3), level], [0, 1]), matrix)


def test_densify_follows_the_order_of_traversal() -> None:
    """Stored column by column, the same matrix comes out transposed back."""
    matrix = np.array([[0, 1, 0], [0, 0, 4], [2, 0, 3]], np.float32)
    level, values = compressed(matrix.T.copy())
    np.testing.assert_array_equal(densify(values, (3, 3), [Dense(3), level], [1, 0]), matrix)


def test_densify_expands_blocks() -> None:
    """With blocks of four rows, each stored entry is a column of four values."""
    matrix = np.zeros((8, 3), np.float32)
    matrix[0:4, 1], matrix[4:8, 0], matrix[4:8, 2] = [1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]
    level = Compressed(np.array([0, 1, 3]), np.array([1, 0, 2]))
    values = np.arange(1, 13, dtype=np.float32)
    dense = densify(values, (8, 3), [Dense(2), level, Dense(4)], [0, 1, 2], blocks=[0])
    np.testing.assert_array_equal(dense, matrix)


def vector(builder: flatbuffers.Builder, offsets: list[int], start: object) -> int:
    """Write a vector of tables."""
    start(builder, len(offsets))  # type: ignore[operator]
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return int(builder.EndVector())


def one_operator(kind: int) -> bytes:
    """Return a `.tflite` file with one operator from a (1, 2, 4, 3) picture to a (1, 24) row."""
    b = flatbuffers.Builder(0)
    tensors = []
    for shape in ((1, 2, 4, 3), (1, 24)):
        dimensions = b.CreateNumpyVector(np.array(shape, np.int32))
        tflite.TensorStart(b)
        tflite.TensorAddShape(b, dimensions)
        tensors.append(tflite.TensorEnd(b))
    ends = [b.CreateNumpyVector(np.array([number], np.int32)) for number in (0, 1)]
    tflite.OperatorStart(b)
    tflite.OperatorAddInputs(b, ends[0])
    tflite.OperatorAddOutputs(b, ends[1])
    operators = vector(b, [tflite.OperatorEnd(b)], tflite.SubGraphStartOperatorsVector)
    all_tensors = vector(b, tensors, tflite.SubGraphStartTensorsVector)
    tflite.SubGraphStart(b)
    tflite.SubGraphAddTensors(b, all_tensors)
    tflite.SubGraphAddInputs(b, ends[0])
    tflite.SubGraphAddOutputs(b, ends[1])
    tflite.SubGraphAddOperators(b, operators)
    graphs = vector(b, [tflite.SubGraphEnd(b)], tflite.ModelStartSubgraphsVector)
    tflite.OperatorCodeStart(b)
    tflite.OperatorCodeAddDeprecatedBuiltinCode(b, kind)  # where codes below 127 are kept
    codes = vector(b, [tflite.OperatorCodeEnd(b)], tflite.ModelStartOperatorCodesVector)
    tflite.BufferStart(b)
    buffers = vector(b, [tflite.BufferEnd(b)], tflite.ModelStartBuffersVector)
    tflite.ModelStart(b)
    tflite.ModelAddOperatorCodes(b, codes)
    tflite.ModelAddSubgraphs(b, graphs)
    tflite.ModelAddBuffers(b, buffers)
    b.Finish(tflite.ModelEnd(b), b"TFL3")
    return bytes(b.Output())


def test_reshape_sees_the_layout_of_tflite() -> None:
    """A picture is turned back to (H, W, C) before its values are put into a row."""
    session = onnxruntime.InferenceSession(convert(one_operator(tflite.BuiltinOperator.RESHAPE)))
    picture = np.arange(24, dtype=np.float32).reshape(1, 2, 4, 3)
    (answer,) = session.run(None, {"t0": picture.transpose(0, 3, 1, 2)})
    np.testing.assert_array_equal(answer, picture.reshape(1, 24))


def test_converting_twice_gives_the_same_bytes() -> None:
    """Nothing in the file depends on the run."""
    data = one_operator(tflite.BuiltinOperator.RESHAPE)
    assert convert(data) == convert(data)


def test_an_unknown_operator_is_named() -> None:
    """The text says which operator stands in the way."""
    with pytest.raises(ModelError, match="operator COS cannot be converted"):
        convert(one_operator(tflite.BuiltinOperator.COS))


@pytest.mark.parametrize(
    ("name", "size", "shapes", "means"),
    [
        ("pose_detection", 224, [(1, 2254, 12), (1, 2254, 1)], [3.5915, -65.7593]),
        ("pose_landmark_full", 256, [(1, 195), (1, 1), (1, 117)], [46.1047, 0.0, -0.1007]),
        ("palm_detection_lite", 192, [(1, 2016, 18), (1, 2016, 1)], [31.1268, -95.6031]),
        ("hand_landmark_lite", 224, [(1, 63), (1, 1), (1, 1), (1, 63)], [69.5628, 0.0054, 0.3919, -0.0008]),
        ("hand_landmark_full", 224, [(1, 63), (1, 1), (1, 1), (1, 63)], [73.6255, 0.0003, 0.8077, -0.0032]),
    ],
)
def test_the_real_nets_give_known_answers(
    name: str, size: int, shapes: list[tuple[int, ...]], means: list[float]
) -> None:
    """A ramp from -1 to 1 gives the outputs that agreed with LiteRT, whatever onnx wrote the file."""
    try:
        session = load_session(catalogue.find(name))
    except ModelError:
        pytest.skip(f"{name} is not in the cache: run `sensegraph models get`")
    ramp = np.linspace(-1, 1, 3 * size * size, dtype=np.float32).reshape(1, 3, size, size)
    outputs = session.run(None, {session.get_inputs()[0].name: ramp})
    assert [output.shape for output in outputs] == shapes
    np.testing.assert_allclose([output.mean() for output in outputs], means, rtol=1e-3, atol=1e-3)
