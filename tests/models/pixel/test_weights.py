import json
import pickle
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sensegraph.errors import ModelError
from sensegraph.models import load_backbone
from sensegraph.models.pixel.architecture import EFFICIENTNET, MOBILENET
from sensegraph.models.pixel.weights import read_weights

Arrays = dict[str, NDArray[Any]]


@pytest.fixture
def mobile(all_weights: Mapping[str, Mapping[str, NDArray[Any]]]) -> Arrays:
    """Weights of the MobileNet in a dict of the test's own."""
    return dict(all_weights["mobilenet"])


@pytest.fixture
def efficient(all_weights: Mapping[str, Mapping[str, NDArray[Any]]]) -> Arrays:
    """Weights of the EfficientNet in a dict of the test's own."""
    return dict(all_weights["efficientnet"])


def tensors(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """The same as torch tensors."""
    torch = pytest.importorskip("torch")
    return {key: torch.from_numpy(values) for key, values in arrays.items()}


def saved(content: Any, path: Path, **options: Any) -> Path:
    """Save with torch."""
    torch = pytest.importorskip("torch")
    torch.save(content, path, **options)
    return path


def same(found: Mapping[str, NDArray[Any]], expected: Mapping[str, NDArray[Any]], tolerance: float = 0) -> None:
    """Assert the same names in the same order, float32, and the same values."""
    assert list(found) == list(expected)
    for key, values in found.items():
        assert values.dtype == np.float32
        np.testing.assert_allclose(values, expected[key], rtol=tolerance, atol=tolerance)


def refusal(source: Any, architecture: Any = MOBILENET) -> str:
    """The message of the error."""
    with pytest.raises(ModelError) as caught:
        read_weights(source, architecture)
    return str(caught.value)


def test_checkpoints_of_every_kind_are_read(mobile: Arrays, tmp_path: Path) -> None:
    """Plain, legacy, wrapped, prefixed, in half precision, with parameters or a head: all give the weights."""
    torch = pytest.importorskip("torch")
    plain = tensors(mobile)
    same(read_weights(saved(plain, tmp_path / "a.ckpt"), MOBILENET), mobile)
    legacy = saved(plain, tmp_path / "b.ckpt", _use_new_zipfile_serialization=False)
    same(read_weights(legacy, MOBILENET), mobile)
    wrapped = {"state_dict": {f"module.{key}": value for key, value in plain.items()}, "epoch": 3}
    same(read_weights(saved(wrapped, tmp_path / "c.ckpt"), MOBILENET), mobile)
    half = {key: value.to(torch.bfloat16) for key, value in plain.items()}
    same(read_weights(saved(half, tmp_path / "d.ckpt"), MOBILENET), mobile, tolerance=1e-2)
    trained = {key: torch.nn.Parameter(value.double()) for key, value in reversed(plain.items())}
    tuned = {**trained, "0.weight": torch.zeros(30, 1280), "0.bias": torch.zeros(30)}
    same(read_weights(saved(tuned, tmp_path / "e.ckpt"), MOBILENET), mobile)
    same(read_weights(mobile, MOBILENET), mobile)
    same(read_weights(plain, MOBILENET), mobile)


def test_checkpoint_of_a_gpu_is_read_without_one(mobile: Arrays, tmp_path: Path) -> None:
    """Tensors that were saved on CUDA come to the CPU."""
    source = saved(tensors(mobile), tmp_path / "cpu.ckpt")
    target = tmp_path / "cuda.ckpt"
    with zipfile.ZipFile(source) as read, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as write:
        for name in read.namelist():
            content = read.read(name)
            if name.endswith("data.pkl"):
                assert b"X\x03\x00\x00\x00cpu" in content
                content = content.replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0")
            write.writestr(name, content)
    same(read_weights(target, MOBILENET), mobile)


def safetensors(arrays: Mapping[str, NDArray[Any]], kind: str = "F32") -> bytes:
    """The content of a safetensors file."""
    table: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = b""
    for key, values in arrays.items():
        raw = values.tobytes()
        table[key] = {"dtype": kind, "shape": values.shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    header = json.dumps(table).encode()
    return len(header).to_bytes(8, "little") + header + data


def test_safetensors_are_read(mobile: Arrays, tmp_path: Path) -> None:
    """Single precision is read exactly, bfloat16 to its precision."""
    path = tmp_path / "net.safetensors"
    path.write_bytes(safetensors(mobile))
    same(read_weights(path, MOBILENET), mobile)
    pytest.importorskip("torch")
    assert load_backbone("mobilenet", path, "torch").weights == load_backbone("mobilenet", mobile).weights
    short = {key: (values.view(np.uint32) >> 16).astype(np.uint16) for key, values in mobile.items()}
    path.write_bytes(safetensors(short, "BF16"))
    same(read_weights(path, MOBILENET), mobile, tolerance=1e-2)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content[:-4],
        lambda content: content[:7],
        lambda content: b"\xff" * 8 + content[8:],
        lambda content: content.replace(b'"F32"', b'"F99"', 1),
        lambda content: content.replace(b'"shape"', b'"shade"', 1),
        lambda content: (2).to_bytes(8, "little") + b"[]",
    ],
    ids=["short data", "short length", "long header", "type", "key", "list"],
)
def test_damaged_safetensors_are_refused(change: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """Whatever is wrong with the bytes, the file is named."""
    path = tmp_path / "net.safetensors"
    path.write_bytes(change(safetensors({"cnn.0.0.weight": np.zeros((32, 3, 3, 3), np.float32)})))
    assert "net.safetensors is cut short or is not a safetensors file" in refusal(path)


class Malice:
    """Writes a file when it is unpickled by a careless reader."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.marker,))


@pytest.mark.parametrize("how", ["zip", "legacy", "0", "2", "4", "5"])
def test_malicious_pickle_runs_nothing(how: str, mobile: Arrays, tmp_path: Path) -> None:
    """A checkpoint with code in it is refused, and the code has not run."""
    pytest.importorskip("torch")
    marker, path = tmp_path / "marker", tmp_path / "net.ckpt"
    content = {**tensors(mobile), "cnn.0.0.bias": Malice(marker)}
    if how.isdigit():
        path.write_bytes(pickle.dumps({"cnn.0.0.bias": Malice(marker)}, protocol=int(how)))
    else:
        saved(content, path, _use_new_zipfile_serialization=how == "zip")
    assert "othing of it was run" in refusal(path)
    assert not marker.exists()
    pickle.loads(pickle.dumps(Malice(marker)))
    assert marker.exists()


def test_whole_module_is_refused(tmp_path: Path) -> None:
    """A pickled net is not a state dict, and its classes are not imported."""
    torch = pytest.importorskip("torch")
    assert "holds more than tensors" in refusal(saved(torch.nn.Linear(2, 2), tmp_path / "net.ckpt"))
    assert "not a state dict" in refusal(saved([1, 2], tmp_path / "list.ckpt"))


@pytest.mark.parametrize("keep", [0, 1, 100, 5000, -100])
def test_truncated_checkpoint_is_refused(keep: int, mobile: Arrays, tmp_path: Path) -> None:
    """A checkpoint that is cut short says so, whether zip or legacy."""
    for legacy in (False, True):
        path = saved(tensors(mobile), tmp_path / "net.ckpt", _use_new_zipfile_serialization=not legacy)
        path.write_bytes(path.read_bytes()[:keep])
        assert "cut short or is not a checkpoint" in refusal(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    """A text or a web page in the place of a checkpoint is not one."""
    pytest.importorskip("torch")
    path = tmp_path / "net.ckpt"
    for content in (b"<!DOCTYPE html><html>404</html>", b"\x00" * 400, b"hello"):
        path.write_bytes(content)
        assert "not a checkpoint" in refusal(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    """The message says where it was looked for and what works now."""
    message = refusal(tmp_path / "none.ckpt", EFFICIENTNET)
    assert str(tmp_path / "none.ckpt") in message
    assert "StridedInflatedEfficientNet" in message
    assert "model: landmarks" in message


def test_mismatch_is_explained_key_by_key(mobile: Arrays) -> None:
    """Missing, unknown, misshapen and mistyped keys each have a line with what was expected and found."""
    del mobile["cnn.2.conv.2.bias"]
    mobile["cnn.5.conv.0.0.weight"] = np.zeros((192, 96, 1, 1), np.float32)
    mobile["cnn.7.conv.2.bias"] = np.zeros(64, np.int64)
    mobile["cnn.99.0.bias"] = np.zeros(7, np.float32)
    mobile["cnn.8.conv.2.bias"] = "text"  # type: ignore[assignment]
    message = refusal(mobile)
    assert "the state dict: not weights of StridedInflatedMobileNetV2" in message
    assert "cnn.2.conv.2.bias: expected (24,), but it is missing" in message
    assert "cnn.5.conv.0.0.weight: expected (192, 32, 1, 1), found (192, 96, 1, 1)" in message
    assert "cnn.7.conv.2.bias: expected floating-point numbers, found int64" in message
    assert "cnn.8.conv.2.bias: expected (64,), found a str" in message
    assert "cnn.99.0.bias: not known, found (7,)" in message


def test_wrong_weights_are_recognised(mobile: Arrays, efficient: Arrays) -> None:
    """The other network, heads, single-picture networks and parts of a network are called what they are."""
    assert "use load_backbone('mobilenet'" in refusal(mobile, EFFICIENTNET)
    assert "use load_backbone('efficientnet'" in refusal(efficient, MOBILENET)
    head = {"0.weight": np.zeros((81, 1280), np.float32), "0.bias": np.zeros(81, np.float32)}
    assert "a head of 81 labels, not a backbone" in refusal(head)
    assert "a MET converter" in refusal({"met_regressor.0.bias": np.zeros(100, np.float32)})
    assert "batch norms" in refusal({"features.0.1.running_mean": np.zeros(32, np.float32)})
    last = {key: values for key, values in efficient.items() if int(key.split(".")[1]) >= 23}
    assert "the last 9 layers only" in refusal({**last, **head}, EFFICIENTNET)
    for key, values in efficient.items():
        if key.endswith("conv.0.0.weight") and values.shape[1] in (96, 168, 336, 480, 816):
            efficient[key] = values[:, : values.shape[1] // 3]
    assert "no temporal kernels" in refusal(efficient, EFFICIENTNET)


def test_long_lists_are_cut(mobile: Arrays) -> None:
    """An empty state dict does not fill the screen."""
    message = refusal({})
    assert message.count("\n") < 14
    assert "and 96 more differences" in message


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(value: float, mobile: Arrays) -> None:
    """The tensor and the number of bad values are named, also where single precision overflows."""
    mobile["cnn.3.conv.2.weight"] = mobile["cnn.3.conv.2.weight"].copy()
    mobile["cnn.3.conv.2.weight"].flat[:2] = value
    mobile["cnn.0.0.bias"] = np.full(32, 1e300)
    message = refusal(mobile)
    assert "cnn.3.conv.2.weight: 2 of 3456 values" in message
    assert "cnn.0.0.bias: 32 of 32 values" in message


def test_backbone_is_loaded_from_a_checkpoint(mobile: Arrays, tmp_path: Path) -> None:
    """The path of a checkpoint gives the features of its state dict."""
    path = saved(tensors(mobile), tmp_path / "strided_inflated_mobilenet.ckpt")
    pictures = np.random.default_rng(1).integers(0, 256, (4, 64, 64, 3), dtype=np.uint8)
    found = load_backbone("mobilenet", weights=str(path), runtime="staged").stream().push_model_input(pictures)
    expected = load_backbone("mobilenet", weights=mobile).stream().push_model_input(pictures)
    np.testing.assert_array_equal(found, expected)
