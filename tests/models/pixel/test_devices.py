import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from sensegraph.errors import ModelError
from sensegraph.models import load_backbone
from sensegraph.models.pixel import devices
from sensegraph.models.pixel.architecture import ARCHITECTURES, MOBILENET
from sensegraph.models.pixel.export import export
from sensegraph.models.pixel.runtime import open_session

from .test_stream import relative

AllWeights = Mapping[str, Mapping[str, NDArray[np.float32]]]


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which nothing can use CUDA."""
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("runtime", [None, "staged", "onnx", "torch"])
def test_gpu_that_cannot_be_used_is_refused(runtime: str | None, all_weights: AllWeights) -> None:
    """Without CUDA the device is refused with the reason and the remedy, whatever the runtime: nothing falls back."""
    with pytest.raises(ModelError) as caught:
        load_backbone("mobilenet", all_weights["mobilenet"], runtime, device="cuda")
    text = str(caught.value)
    reasons = {"torch": ["torch"], None: ["onnxruntime offers", "torch"]}.get(runtime, ["onnxruntime offers"])
    assert all(reason in text for reason in ["device 'cuda' cannot be used", *reasons])
    assert text.count("onnxruntime-gpu") == 1
    assert "device 'cpu'" in text


def test_runtime_is_one_that_can_use_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none is asked for onnxruntime comes first, torch where only that can use CUDA."""
    lacking: dict[str, str] = {"staged": "", "torch": ""}
    monkeypatch.setattr(devices, "cuda_missing", lambda runtime: lacking[runtime])
    assert devices.choose("cpu") == "staged"
    assert devices.choose("cuda") == "staged"
    lacking["staged"] = "onnxruntime offers CPUExecutionProvider only"
    assert devices.choose("cpu") == "staged"
    assert devices.choose("cuda") == "torch"


def test_torch_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is the missing package, not an error of the import."""
    monkeypatch.setitem(sys.modules, "torch", None)
    assert devices.cuda_missing("torch") == "torch is not installed"


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_session_that_fell_back_to_the_cpu_is_refused(all_weights: AllWeights, tmp_path: Path) -> None:
    """Where onnxruntime drops CUDA by itself, as without its libraries, the model is not run on the CPU instead."""
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime can use CUDA")
    path = export(MOBILENET, all_weights["mobilenet"], tmp_path)[1]
    with pytest.raises(ModelError, match="cannot run on CUDA"):
        open_session(path, "stage a", "cuda")


def test_device_that_does_not_exist_is_refused(all_weights: AllWeights) -> None:
    """It is named beside those that do."""
    with pytest.raises(ModelError, match="there is no device 'gpu': cpu, cuda"):
        load_backbone("mobilenet", all_weights["mobilenet"], device="gpu")


@pytest.mark.parametrize("runtime", ["torch", "staged"])
@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_features_of_a_gpu_are_those_of_the_reference(
    name: str,
    runtime: Any,
    all_weights: AllWeights,
    golden_clip: NDArray[np.uint8],
    goldens: Mapping[str, NDArray[Any]],
) -> None:
    """On CUDA the features match the golden vectors as closely as on a CPU: nothing computes in TF32."""
    if missing := devices.cuda_missing(runtime):
        pytest.skip(missing)
    backbone = load_backbone(name, all_weights[name], runtime, device="cuda")
    assert backbone.device == "cuda"
    pooled = backbone.stream().push_model_input(golden_clip)
    assert relative(pooled, goldens[f"{name}_pooled"]) < 1e-4
