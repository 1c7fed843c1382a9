from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sensegraph.errors import ModelError
from sensegraph.models import load_backbone
from sensegraph.models.pixel import Backbone
from sensegraph.models.pixel.architecture import ARCHITECTURES
from sensegraph.models.pixel.prepare import prepare
from sensegraph.models.pixel.state import StreamState

Load = Callable[[str, str], Backbone]
Clip = NDArray[np.uint8]
NAMES = list(ARCHITECTURES)
ONNX = ["staged", "onnx"]
RUNTIMES = [*ONNX, "torch"]

each_net = pytest.mark.parametrize("name", NAMES)
each_runtime = pytest.mark.parametrize("runtime", RUNTIMES)


def relative(found: NDArray[Any], expected: NDArray[Any]) -> float:
    """Norm of the difference over the norm."""
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


def in_pieces(backbone: Backbone, clip: Clip, length: int) -> NDArray[np.float32]:
    """Pooled features of a new stream that is given a clip in pieces."""
    stream = backbone.stream()
    return np.concatenate(
        [stream.push_model_input(clip[start : start + length]) for start in range(0, len(clip), length)]
    )


@each_net
@each_runtime
def test_features_are_those_of_the_reference(
    name: str, runtime: str, load: Load, golden_clip: Clip, goldens: Mapping[str, NDArray[Any]]
) -> None:
    """Pooled features and the corner of the last map match the golden vectors, picture by picture and in pieces."""
    stream = load(name, runtime).stream()
    features = [feature for frame in golden_clip[:21] if (feature := stream.push(frame))]
    features += stream.features(golden_clip[21:23])
    features += stream.features(golden_clip[23:])
    pooled = np.stack([feature.pooled for feature in features])
    assert relative(pooled, goldens[f"{name}_pooled"]) < 1e-4
    assert np.abs(pooled - goldens[f"{name}_pooled"]).max() < 1e-4 * goldens[f"{name}_pooled"].max()
    assert relative(features[-1].map[:, :2, :2], goldens[f"{name}_last_corner"]) < 2e-4


@each_net
@each_runtime
def test_pieces_of_any_length_agree(name: str, runtime: str, load: Load, small_clip: Clip) -> None:
    """Pieces of 1 to 17 pictures give the same features; onnxruntime to the last bit (torch: see test_network)."""
    backbone = load(name, runtime)
    whole = backbone.stream().push_model_input(small_clip)
    assert whole.shape == (14, 1280)
    assert whole.dtype == np.float32
    for length in range(1, 18) if runtime != "torch" else (1, 3, 7, 17):
        found = in_pieces(backbone, small_clip, length)
        if runtime == "torch":
            assert relative(found, whole) < 1e-4
        else:
            np.testing.assert_array_equal(found, whole)


@each_net
def test_runtimes_agree(name: str, load: Load, small_clip: Clip) -> None:
    """All three give the same pooled features."""
    staged, whole, torch = (load(name, runtime).stream().push_model_input(small_clip) for runtime in RUNTIMES)
    assert relative(staged, whole) < 1e-5
    assert relative(torch, whole) < 1e-4


@each_net
@each_runtime
def test_streams_share_a_network(name: str, runtime: str, load: Load, small_clip: Clip) -> None:
    """Streams in turn, out of step, give what each gives with the network to itself."""
    backbone = load(name, runtime)
    clips = [np.roll(small_clip, 3 * i, axis=1)[: 9 + i % 4] for i in range(20 if runtime != "torch" else 4)]
    streams = [backbone.stream() for _ in clips]
    found: list[list[NDArray[np.float32]]] = [[] for _ in clips]
    for t in range(12):
        for i, (stream, clip) in enumerate(zip(streams, clips, strict=True)):
            if t < len(clip):
                found[i].extend(stream.push_model_input(clip[t : t + 1]))
    for clip, features in zip(clips, found, strict=True):
        np.testing.assert_array_equal(np.stack(features), in_pieces(backbone, clip, 1))


def test_twenty_streams_of_one_session_agree_with_twenty_sessions(
    all_weights: Mapping[str, Mapping[str, NDArray[np.float32]]], load: Load, small_clip: Clip
) -> None:
    """A session that serves twenty streams in turn gives what twenty sessions give."""
    clips = [np.roll(small_clip[:9], 3 * i, axis=2) for i in range(20)]
    streams = [load("mobilenet", "staged").stream() for _ in clips]
    shared = [
        [stream.push_model_input(clip[t : t + 3]) for stream, clip in zip(streams, clips, strict=True)]
        for t in (0, 3, 6)
    ]
    for i, clip in enumerate(clips):
        alone = load_backbone("mobilenet", all_weights["mobilenet"], "staged").stream().push_model_input(clip)
        np.testing.assert_array_equal(np.concatenate([turn[i] for turn in shared]), alone)


@each_runtime
def test_streams_may_run_in_threads(runtime: str, load: Load, small_clip: Clip) -> None:
    """Streams of one network in threads of their own give what they give in turn."""
    backbone = load("mobilenet", runtime)
    clips = [np.roll(small_clip[:16], 5 * i, axis=1) for i in range(4)]
    with ThreadPoolExecutor(len(clips)) as pool:
        together = list(pool.map(lambda clip: in_pieces(backbone, clip, 3), clips))
    for clip, found in zip(clips, together, strict=True):
        assert relative(found, in_pieces(backbone, clip, 3)) < 1e-6


@each_runtime
def test_every_fourth_picture_gives_a_feature_with_its_time(runtime: str, load: Load, golden_clip: Clip) -> None:
    """A push returns nothing but at every fourth picture, with the time and number of that picture."""
    stream = load("mobilenet", runtime).stream()
    features = [stream.push(frame, time_s=5 + t / 16) for t, frame in enumerate(golden_clip[:9])]
    assert [feature is not None for feature in features] == [False, False, False, True] * 2 + [False]
    feature = features[7]
    assert feature is not None
    assert (feature.time, feature.frame, feature.warm) == (5 + 7 / 16, 8, False)
    assert feature.pooled.shape == (1280,)
    assert feature.map.shape == (1280, 8, 8)
    np.testing.assert_allclose(feature.map.mean(axis=(1, 2)), feature.pooled, rtol=1e-4, atol=1e-4)
    assert stream.push(golden_clip[0]) is None


@each_runtime
def test_stream_is_warm_after_45_pictures(runtime: str, load: Load, small_clip: Clip) -> None:
    """The features of pictures 44 and 48 are the last cold and the first warm one."""
    stream = load("mobilenet", runtime).stream()
    stream.features(small_clip[:43])
    assert not stream.warm
    assert [feature.warm for feature in stream.features(small_clip[43:44])] == [False]
    assert not stream.warm
    stream.features(small_clip[44:45])
    assert stream.warm
    assert [(feature.frame, feature.warm) for feature in stream.features(small_clip[45:])] == [
        (48, True),
        (52, True),
        (56, True),
    ]
    stream.reset()
    assert not stream.warm
    assert not stream.frames


@each_runtime
def test_push_prepares_the_picture(runtime: str, load: Load) -> None:
    """Pictures of any size give what they give prepared, and are neither changed nor kept."""
    backbone = load("mobilenet", runtime)
    rng = np.random.default_rng(5)
    frames = [
        rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in ((480, 640), (288, 352), (256, 256), (90, 50))
    ]
    expected = backbone.stream().push_model_input(np.stack([prepare(frame) for frame in frames]))
    stream = backbone.stream()
    for frame in frames:
        feature = stream.push(frame)
        frame[:] = 0
    assert feature is not None
    assert relative(feature.pooled, expected[0]) < 1e-5


@each_runtime
def test_model_input_is_not_kept(runtime: str, load: Load, small_clip: Clip) -> None:
    """A buffer that is used again for the next picture does no harm; neither do odd strides."""
    backbone = load("mobilenet", runtime)
    stream, buffer = backbone.stream(), np.empty_like(small_clip[:1])
    for t in range(8):
        buffer[:] = small_clip[t]
        feature = stream.push_model_input(buffer)
    np.testing.assert_array_equal(feature, in_pieces(backbone, small_clip[:8], 1)[1:])
    mirrored = small_clip[:8, :, ::-1]
    mirrored.flags.writeable = False
    np.testing.assert_array_equal(in_pieces(backbone, mirrored, 8), in_pieces(backbone, mirrored.copy(), 8))


@each_net
@each_runtime
def test_state_can_be_kept_swapped_and_written(
    name: str, runtime: str, load: Load, small_clip: Clip, tmp_path: Path
) -> None:
    """At any phase a stream goes on from a state that was kept, taken over or read from a file, to the same bytes."""
    backbone = load(name, runtime)
    for cut in (5, 6, 7, 8) if runtime != "torch" else (7,):
        stream, other = backbone.stream(), backbone.stream()
        stream.push_model_input(small_clip[:cut])
        kept = stream.state
        expected = stream.push_model_input(small_clip[cut:20])
        stream.state = kept
        np.testing.assert_array_equal(stream.push_model_input(small_clip[cut:20]), expected)
        other.push_model_input(small_clip[30:33])
        stream.state, other.state = other.state, kept
        np.testing.assert_array_equal(other.push_model_input(small_clip[cut:20]), expected)
        kept.save(tmp_path / "stream.npz")
        stream.state = StreamState.load(tmp_path / "stream.npz")
        np.testing.assert_array_equal(stream.push_model_input(small_clip[cut:20]), expected)


def test_fresh_state_can_be_written(load: Load) -> None:
    """A stream that has seen nothing has a state too."""
    stream = load("mobilenet", "staged").stream()
    stream.state = StreamState.loads(stream.state.dumps())
    assert not stream.frames


def test_memory_of_a_stream_is_small(load: Load, golden_clip: Clip) -> None:
    """The state is what was counted: 2.56 MB and, with half of the channels, 0.84 MB."""
    sizes = {}
    for name in NAMES:
        stream = load(name, "onnx").stream()
        stream.push_model_input(golden_clip[:4])
        sizes[name] = stream.state.nbytes
    assert sizes == {"efficientnet": 4 * 638_976, "mobilenet": 4 * 208_896}


def test_state_of_another_kind_is_refused(load: Load, small_clip: Clip) -> None:
    """The state of another network, another runtime or with a wrong array is named, and nothing changes."""
    stream = load("mobilenet", "staged").stream()
    stream.push_model_input(small_clip[:3])
    kept = stream.state
    for other in (load("efficientnet", "staged"), load("mobilenet", "onnx")):
        with pytest.raises(ModelError, match="in the runtime"):
            stream.state = other.stream().state
    cut = {**kept.arrays, "state.3": kept.arrays["state.3"][:, :2]}
    with pytest.raises(ModelError, match=r"damaged at state\.3"):
        stream.state = StreamState("mobilenet", "staged", 64, 64, 3, cut)
    with pytest.raises(ModelError, match="not the state of a stream"):
        StreamState.loads(b"PK nonsense")
    with pytest.raises(ModelError, match="cannot be read"):
        StreamState.load("/nowhere/state.npz")
    assert stream.state is kept


@each_runtime
def test_bad_pictures_are_refused_and_forgotten(runtime: str, load: Load, small_clip: Clip) -> None:
    """Wrong types, shapes and a change of size are named; the stream goes on as if they had not come."""
    stream = load("mobilenet", runtime).stream()
    stream.push_model_input(small_clip[:2])
    for wrong in (small_clip[0], small_clip[:0], small_clip[:, :, :, :1], small_clip.astype(np.float32)):
        with pytest.raises(ValueError, match="expected a uint8 array"):
            stream.push_model_input(wrong)
    with pytest.raises(ValueError, match="must be a uint8 array"):
        stream.push(small_clip[0, :, :, 0])
    with pytest.raises(ValueError, match="reset"):
        stream.push(small_clip[0])
    found = stream.push_model_input(small_clip[2:4])
    assert relative(found, in_pieces(load("mobilenet", runtime), small_clip[:4], 4)) < 1e-4


def test_weights_are_told_apart(load: Load, all_weights: Mapping[str, Mapping[str, NDArray[np.float32]]]) -> None:
    """A backbone names its weights, in the same way in each runtime and unlike others."""
    names = {load("mobilenet", runtime).weights for runtime in RUNTIMES}
    assert len(names) == 1
    other = {**all_weights["mobilenet"], "cnn.0.0.bias": np.ones(32, np.float32)}
    assert load_backbone("mobilenet", other).weights not in names


def test_unknown_names_are_refused() -> None:
    """A network or runtime that does not exist is named beside those that do."""
    with pytest.raises(ModelError, match="Did you mean 'efficientnet'"):
        load_backbone("eficientnet", {})
    with pytest.raises(ModelError, match="staged, onnx, torch"):
        load_backbone("mobilenet", {}, "openvino")
