import itertools
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sensegraph.errors import ModelError
from sensegraph.models import load_backbone
from sensegraph.models.pixel import Backbone
from sensegraph.models.pixel.architecture import ARCHITECTURES, MOBILENET
from sensegraph.models.pixel.export import export
from sensegraph.models.pixel.quantise import built_in

from .test_export import run_without
from .test_stream import Load, in_pieces, relative

Clip = NDArray[np.uint8]
AllWeights = Mapping[str, Mapping[str, NDArray[np.float32]]]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A models cache for the tests of this file."""
    folder = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SENSEGRAPH_MODELS", str(folder))
        yield folder


@pytest.fixture(scope="module", params=["staged", "onnx"])
def int8(request: pytest.FixtureRequest, all_weights: AllWeights, small_clip: Clip) -> Backbone:
    """MobileNet in int8, whole and in stages, calibrated with the small clip."""
    return load_backbone("mobilenet", all_weights["mobilenet"], request.param, "int8", calibration=small_clip)


def made(cache: Path) -> set[Path]:
    """The files in int8 that a cache holds."""
    return set(cache.glob("int8/*/*.onnx"))


def test_deviation_is_that_of_pictures_which_did_not_calibrate(int8: Backbone, load: Load, small_clip: Clip) -> None:
    """The stated deviation is found again on the last three of fourteen steps, is not nothing and not large."""
    expected = load("mobilenet", "onnx").stream().push_model_input(small_clip)
    found = int8.stream().push_model_input(small_clip)
    assert int8.deviation == pytest.approx(relative(found[-3:], expected[-3:]), rel=1e-3)
    assert 0.001 < int8.deviation < 0.2
    assert relative(found, expected) < 0.2


def test_int8_says_what_it_is(int8: Backbone, load: Load) -> None:
    """Precision and deviation are told, and heads find the weights to be the same ones."""
    fp32 = load("mobilenet", int8.runtime)
    assert (int8.precision, fp32.precision, fp32.deviation) == ("int8", "fp32", 0.0)
    assert int8.weights == fp32.weights


def test_int8_pieces_of_any_length_agree(int8: Backbone, small_clip: Clip) -> None:
    """Pieces of 1, 3, 6 and 17 pictures give the same bytes."""
    whole = int8.stream().push_model_input(small_clip)
    for length in (1, 3, 6, 17):
        np.testing.assert_array_equal(in_pieces(int8, small_clip, length), whole)


def test_int8_memory_of_a_stream_stays_float(int8: Backbone, load: Load, small_clip: Clip) -> None:
    """A stream remembers arrays of the type and shape of fp32, and can go on from a state in fp32."""
    fp32, stream = load("mobilenet", int8.runtime).stream(), int8.stream()
    for each in (fp32, stream):
        each.push_model_input(small_clip[:6])
    kinds = [{key: (x.dtype, x.shape) for key, x in each.state.arrays.items()} for each in (fp32, stream)]
    assert kinds[0] == kinds[1]
    stream.state = fp32.state
    assert len(stream.push_model_input(small_clip[6:12])) == 2


def test_int8_is_made_once(cache: Path, int8: Backbone, all_weights: AllWeights, small_clip: Clip) -> None:
    """The same weights and pictures are taken from the cache; others are made beside them; nothing half-made stays."""
    weights, before = all_weights["mobilenet"], made(cache)
    times = {path: path.stat().st_mtime_ns for path in before}
    again = load_backbone("mobilenet", weights, int8.runtime, "int8", calibration=small_clip)
    assert again.deviation == int8.deviation
    assert {path: path.stat().st_mtime_ns for path in made(cache)} == times
    load_backbone("mobilenet", weights, int8.runtime, "int8", calibration=small_clip[:20])
    other = {**weights, "cnn.0.0.bias": np.ones(32, np.float32)}
    load_backbone("mobilenet", other, int8.runtime, "int8", calibration=small_clip)
    assert len(made(cache)) == len(before) + (6 if int8.runtime == "staged" else 2)
    assert not list(cache.glob("int8/.*"))


def test_damaged_int8_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, all_weights: AllWeights, small_clip: Clip
) -> None:
    """A file that was cut or changed, or a manifest that is no manifest, is replaced by what was there."""
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path))

    def features() -> NDArray[np.float32]:
        backbone = load_backbone("mobilenet", all_weights["mobilenet"], "onnx", "int8", calibration=small_clip[:16])
        return backbone.stream().push_model_input(small_clip[:8])

    expected = features()
    (path,) = made(tmp_path)
    content = path.read_bytes()
    manifest = path.parent / "int8.json"
    for target, damage in ((path, content[:5000]), (path, content[:-1] + b"!"), (manifest, b"[]"), (manifest, b"{")):
        target.write_bytes(damage)
        np.testing.assert_array_equal(features(), expected)
        assert json.loads(manifest.read_text())["deviation"] > 0


def test_int8_may_be_made_twice_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, all_weights: AllWeights, small_clip: Clip
) -> None:
    """Of threads that find nothing in the cache one makes it, and all get the same one whole; leavings are swept."""
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path))
    (tmp_path / "int8" / ".partial-killed" / "made").mkdir(parents=True)

    def features(_: int) -> bytes:
        backbone = load_backbone("mobilenet", all_weights["mobilenet"], "onnx", "int8", calibration=small_clip[:16])
        return backbone.stream().push_model_input(small_clip[:8]).tobytes()

    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(features, range(3)))) == 1
    assert len(made(tmp_path)) == 1
    assert not list(tmp_path.glob("int8/.*"))


def test_kept_int8_needs_neither_torch_nor_onnx(
    cache: Path, all_weights: AllWeights, small_clip: Clip, tmp_path: Path
) -> None:
    """Of an exported folder, what was made int8 once runs in a process that has onnxruntime alone."""
    export(MOBILENET, all_weights["mobilenet"], tmp_path)
    backbone = load_backbone("mobilenet", tmp_path, "staged", "int8", calibration=small_clip)
    np.save(tmp_path / "clip.npy", small_clip)
    script = """
        import numpy as np
        from sensegraph.models import load_backbone
        clip = np.load(sys.argv[1] + "/clip.npy")
        backbone = load_backbone("mobilenet", sys.argv[1], "staged", "int8", calibration=clip)
        print(backbone.stream().push_model_input(clip[:8]).tobytes().hex())
    """
    expected = backbone.stream().push_model_input(small_clip[:8])
    assert run_without(("torch", "onnx"), script, str(tmp_path)).strip() == expected.tobytes().hex()


def test_pictures_that_cannot_calibrate_are_refused(all_weights: AllWeights, small_clip: Clip) -> None:
    """Too few pictures, or none of bytes, are named before anything is made."""
    for wrong in (small_clip[:15], small_clip[0], small_clip.astype(np.float32), small_clip[..., :1]):
        value: Any = wrong
        with pytest.raises(ValueError, match="pictures that calibrate"):
            load_backbone("mobilenet", all_weights["mobilenet"], "onnx", "int8", calibration=value)


def test_cache_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, all_weights: AllWeights, small_clip: Clip
) -> None:
    """A models cache that is no folder is named with the remedy."""
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path / "file"))
    with pytest.raises(ModelError, match=r"cannot be written: .*file: .*\n.*SENSEGRAPH_MODELS"):
        load_backbone("mobilenet", all_weights["mobilenet"], "onnx", "int8", calibration=small_clip[:16])


def test_int8_is_for_onnxruntime_on_a_cpu(all_weights: AllWeights) -> None:
    """Torch and a GPU are refused, and so is a precision that does not exist."""
    for options in ({"runtime": "torch"}, {"device": "cuda"}, {"runtime": "staged", "device": "cuda"}):
        with pytest.raises(ModelError, match="'int8' is for onnxruntime on a CPU"):
            load_backbone("mobilenet", all_weights["mobilenet"], precision="int8", **options)
    with pytest.raises(ModelError, match="there is no precision 'int4': fp32, int8"):
        load_backbone("mobilenet", all_weights["mobilenet"], precision="int4")


@pytest.mark.slow
@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_sample_films_calibrate_for_other_pictures(
    name: str, all_weights: AllWeights, load: Load, golden_clip: Clip
) -> None:
    """Without pictures the sample films calibrate, well enough for a clip that is nothing like them."""
    pictures = built_in()
    assert pictures.shape == (128, 256, 256, 3)
    assert all(np.any(one != next_one) for one, next_one in itertools.pairwise(pictures))
    backbone = load_backbone(name, all_weights[name], "staged", "int8")
    assert backbone.deviation < 0.15
    expected = load(name, "staged").stream().push_model_input(golden_clip)
    assert relative(backbone.stream().push_model_input(golden_clip), expected) < 0.15
