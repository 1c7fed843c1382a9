import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from sensegraph.errors import ModelError
from sensegraph.models import load_backbone
from sensegraph.models.pixel.architecture import ARCHITECTURES, MOBILENET, Architecture
from sensegraph.models.pixel.export import export

Weights = Mapping[str, Mapping[str, NDArray[np.float32]]]


@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=lambda a: a.name)
def test_files_are_valid_and_have_explicit_states(
    architecture: Architecture, all_weights: Weights, tmp_path: Path
) -> None:
    """The whole network and the stages obey ONNX; states go in and come out, bytes go in, both features come out."""
    paths = export(architecture, all_weights[architecture.name], tmp_path / "new")
    assert [path.name.split(".")[1] for path in paths] == ["step", "stage-a", "stage-b", "stage-c"]
    for path, stage in zip(paths, (architecture.whole(), *architecture.stages()), strict=True):
        onnx.checker.check_model(str(path), full_check=True)
        graph = onnx.load(path).graph
        inputs, outputs = ({value.name for value in values} for values in (graph.input, graph.output))
        indexes = [layer.index for layer in stage.temporal]
        ends = {"map", "pooled"} if stage.layers[-1] is architecture.layers[-1] else {"frames.out"}
        assert inputs == {"frames", *(f"state.{index}" for index in indexes)}
        assert outputs == {*ends, *(f"next.{index}" for index in indexes)}
        kind = graph.input[0].type.tensor_type.elem_type
        assert kind == (onnx.TensorProto.UINT8 if stage.layers[0].index == 0 else onnx.TensorProto.FLOAT)


def run_without(modules: tuple[str, ...], script: str, *arguments: str) -> str:
    """Run a script in an interpreter that cannot import some modules; return what it printed."""
    block = f"import sys\nfor name in {modules!r}: sys.modules[name] = None\n"
    command = [sys.executable, "-c", block + textwrap.dedent(script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_runtime_needs_neither_torch_nor_onnx(all_weights: Weights, tmp_path: Path) -> None:
    """Exported files run without torch and onnx, to the same bytes; the whole network and the stages."""
    export(MOBILENET, all_weights["mobilenet"], tmp_path)
    script = """
        import numpy as np
        from sensegraph.models import load_backbone
        pictures = np.random.default_rng(1).integers(0, 256, (8, 64, 64, 3), dtype=np.uint8)
        for runtime in ("staged", "onnx"):
            backbone = load_backbone("mobilenet", sys.argv[1], runtime)
            print(backbone.stream().push_model_input(pictures).tobytes().hex())
    """
    pictures = np.random.default_rng(1).integers(0, 256, (8, 64, 64, 3), dtype=np.uint8)
    for runtime, printed in zip(
        ("staged", "onnx"), run_without(("torch", "onnx"), script, str(tmp_path)).split(), strict=True
    ):
        backbone = load_backbone("mobilenet", all_weights["mobilenet"], runtime)
        assert backbone.stream().push_model_input(pictures).tobytes().hex() == printed


def test_weights_run_without_torch() -> None:
    """A state dict of arrays runs without torch; what needs torch says so."""
    script = """
        import numpy as np, pathlib, tempfile
        from sensegraph.errors import ModelError
        from sensegraph.models import load_backbone
        from sensegraph.models.pixel.architecture import MOBILENET
        weights = {key: np.zeros(shape, np.float32) for key, shape in MOBILENET.parameters().items()}
        load_backbone("mobilenet", weights)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "a.ckpt")
            path.write_bytes(b"")
            for source, runtime in ((weights, "torch"), (path, "staged")):
                try:
                    load_backbone("mobilenet", source, runtime)
                except ModelError as error:
                    print(str(error).count("sensegraph[train]"))
    """
    assert run_without(("torch",), script).split() == ["1", "1"]


def test_import_is_light() -> None:
    """Importing the models loads no torch, onnx, onnxruntime or OpenCV."""
    script = """
        import sensegraph.models, sensegraph.models.pixel
        print(sorted({"torch", "onnx", "onnxruntime", "cv2"} & set(sys.modules)))
    """
    assert run_without((), script).strip() == "[]"


def test_bad_folders_are_refused(all_weights: Weights, tmp_path: Path) -> None:
    """A folder without the files, with damaged or exchanged ones, or for torch, is named."""

    def refusal(runtime: str = "staged") -> str:
        with pytest.raises(ModelError) as caught:
            load_backbone("mobilenet", tmp_path, runtime)
        return str(caught.value)

    assert "lacks mobilenet.stage-a.onnx, mobilenet.stage-b.onnx, mobilenet.stage-c.onnx" in refusal()
    step, first, second, _ = export(MOBILENET, all_weights["mobilenet"], tmp_path)
    assert "needs the checkpoint" in refusal("torch")
    step.write_bytes(step.read_bytes()[:1000])
    assert "cannot be loaded" in refusal("onnx")
    kept = first.read_bytes()
    other = {key: values * 2 for key, values in all_weights["mobilenet"].items()}
    export(MOBILENET, other, tmp_path)
    first.write_bytes(kept)
    assert "have different weights" in refusal()
    first.write_bytes(second.read_bytes())
    assert "is not 'stage-a' of mobilenet" in refusal()


def test_unknown_attribute_is_an_attribute_error() -> None:
    """The lazy names do not hide mistakes."""
    import sensegraph.models
    import sensegraph.models.pixel

    value: Any
    for value in (sensegraph.models, sensegraph.models.pixel):
        with pytest.raises(AttributeError, match="nothing"):
            value.nothing
