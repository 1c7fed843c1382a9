"""Importing weights: what a file is seen to be, what is made of it, and what is refused."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file

from sensegraph.errors import ModelError
from sensegraph.models import load_backbone
from sensegraph.models.pixel import store
from sensegraph.models.pixel.architecture import ARCHITECTURES
from sensegraph.models.pixel.checkpoints import find
from sensegraph.models.pixel.heads import backbone_weights, read_head, read_met
from sensegraph.models.pixel.imports import Taken, Target, left_alone, take, targets
from sensegraph.models.pixel.source import Options

from . import recipe, resources
from .conftest import Weights
from .test_weights import Malice, saved, tensors

Arrays = dict[str, NDArray[Any]]
PRO = Options("efficientnet", "pro")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty models cache."""
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path / "cache"))
    return tmp_path / "cache"


def plain(path: Path, arrays: Mapping[str, NDArray[Any]]) -> Path:
    """Save as safetensors, for which no torch is needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: np.ascontiguousarray(values) for key, values in arrays.items()}, path)
    return path


def official(folder: Path, net: str, part: str, version: str = "pro", **options: Any) -> Path:
    """Write a head under its official name."""
    name = resources.head_file(part, net, version).replace(".ckpt", ".safetensors")
    return plain(folder / name, resources.head_tensors(part, net, **options))


def taken(path: Path, options: Options | None = None) -> Taken:
    """Import a file or a folder that holds one."""
    options = options or Options()
    (target,) = targets(path, options)
    return take(target, options)


def refusal(path: Path, options: Options | None = None) -> str:
    """The message of the error; nothing new is in the cache."""
    before = store.names()
    with pytest.raises(ModelError) as caught:
        taken(path, options)
    assert store.names() == before
    return str(caught.value)


@pytest.mark.parametrize("net", list(ARCHITECTURES))
def test_an_imported_network_is_the_same(net: str, all_weights: Mapping[str, Weights], tmp_path: Path) -> None:
    """In every runtime, bit for bit; the user's file is needed no more."""
    pytest.importorskip("torch")
    path = tmp_path / "resources" / resources.backbone_file(net)
    resources.save(path, all_weights[net])
    made = taken(path).manifest
    path.unlink()
    assert (made.name, made.kind, made.source["name"]) == (f"{net}-pro", "backbone", path.name)
    assert store.verify(made.name) == made
    found = find(net, None, [])
    assert (found.net, found.version, found.backbone) == (net, "pro", made.folder)
    pictures = recipe.clip(8, 64)
    for runtime in ("staged", "onnx", "torch"):
        backbone = load_backbone(net, found.backbone, runtime)
        assert backbone.weights == made.weights
        expected = load_backbone(net, all_weights[net], runtime).stream().push_model_input(pictures)
        np.testing.assert_array_equal(backbone.stream().push_model_input(pictures), expected)


def test_what_was_imported_loads_without_torch(all_weights: Mapping[str, Weights], tmp_path: Path) -> None:
    """Network, heads and last layers; nor is onnx needed where no layers are laid over others."""
    plain(tmp_path / "strided_inflated_mobilenet.safetensors", all_weights["mobilenet"])
    taken(tmp_path / "strided_inflated_mobilenet.safetensors")
    for head in ("fitness", "met"):
        taken(official(tmp_path, "mobilenet", head))
    code = (
        "import sys, numpy as np\n"
        "from sensegraph.models.pixel.checkpoints import find\n"
        "from sensegraph.models.pixel import heads, load_backbone\n"
        "found = find(None, None, ['fitness', 'met'])\n"
        "stream = load_backbone(found.net, heads.backbone_weights(found)).stream()\n"
        "pooled = stream.push_model_input(np.zeros((4, 64, 64, 3), np.uint8))[0]\n"
        "print(heads.read_head(found.heads['fitness']).probabilities(pooled).shape)\n"
        "print(heads.read_met(found.heads['met']).met(pooled) >= 0)\n"
        "print({'torch', 'onnx'} & set(sys.modules))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stdout == "(81,)\nTrue\nset()\n", ran.stderr


@pytest.mark.parametrize("net", list(ARCHITECTURES))
@pytest.mark.parametrize("head", ["fitness", "gestures", "met"])
def test_heads_are_known_by_their_content(net: str, head: str, tmp_path: Path) -> None:
    """Under any name, when the options say for what; the numbers stay."""
    arrays = resources.head_tensors(head, net)
    made = taken(plain(tmp_path / "x.safetensors", arrays), Options(net, "lite")).manifest
    assert made.name == f"{net}-lite-{head}"
    if head == "met":
        np.testing.assert_array_equal(
            read_met(made.main).tensors["met_regressor.0.weight"], arrays["met_regressor.0.weight"]
        )
    else:
        np.testing.assert_array_equal(read_head(made.main, head).weight, arrays["0.weight"])


def test_last_layers_are_imported_with_their_head(all_weights: Mapping[str, Weights], tmp_path: Path) -> None:
    """Before or after the network; together they are the network with these layers."""
    made = taken(official(tmp_path, "efficientnet", "gesture_control")).manifest
    assert (made.name, made.layers, len(made.labels)) == ("efficientnet-pro-gesture_control", 9, 40)
    taken(plain(tmp_path / "backbone" / "strided_inflated_efficientnet.safetensors", all_weights["efficientnet"]))
    found = backbone_weights(find(None, None, ["gesture_control"]))
    assert not isinstance(found, Path)
    layers = resources.head_tensors("gesture_control", "efficientnet")
    expected = {**all_weights["efficientnet"], **{key: x for key, x in layers.items() if key.startswith("cnn.")}}
    assert {key: x.tobytes() for key, x in found.items()} == {key: x.tobytes() for key, x in expected.items()}


def test_a_checkpoint_of_a_gpu_is_imported(tmp_path: Path) -> None:
    """On a machine without one."""
    source = saved(tensors(resources.head_tensors("reps", "efficientnet")), tmp_path / "cpu.ckpt")
    target = tmp_path / "sien_logreg.ckpt"
    with zipfile.ZipFile(source) as read, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as write:
        for name in read.namelist():
            content = read.read(name)
            if name.endswith("data.pkl"):
                content = content.replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0")
                assert b"cuda:0" in content
            write.writestr(name, content)
    assert taken(target).manifest.name == "efficientnet-pro-reps"


def test_a_classifier_of_ones_own_is_imported(tmp_path: Path) -> None:
    """With its labels, under the name of its folder; what sense assumes is assumed and told."""
    folder = tmp_path / "My Squats 2"
    plain(folder / "best_classifier.safetensors", resources.head_tensors("reps", "efficientnet"))
    (folder / "label2int.json").write_text(json.dumps({"c": 2, "b": 1, "a": 0, "é": 3, "d": 4}))
    result = taken(folder / "best_classifier.safetensors")
    assert result.manifest.name == "efficientnet-pro-my-squats-2"
    assert len(result.remarks) == 2
    assert read_head(result.manifest.main).labels == ("a", "b", "c", "é", "d")
    (folder / "config.json").write_text(
        json.dumps({"backbone_name": "StridedInflatedMobileNetV2", "backbone_version": "lite"})
    )
    result = taken(folder / "best_classifier.safetensors", Options(head="squats"))
    assert result.manifest.name == "mobilenet-lite-squats"
    assert not any("as sense does" in each for each in result.remarks)
    assert "config.json says mobilenet" in refusal(folder / "best_classifier.safetensors", Options("efficientnet"))
    (folder / "config.json").write_text('{"backbone_name": "ResNet"}')
    assert "config.json cannot be used" in refusal(folder / "best_classifier.safetensors")
    (folder / "label2int.json").unlink()
    assert "--as efficientnet" in refusal(folder / "best_classifier.safetensors")  # config.json is of something else


def test_the_folder_of_a_classifier_is_imported(tmp_path: Path) -> None:
    """Its best checkpoint, which may bring all layers of the network."""
    pytest.importorskip("torch")
    weights = {**recipe.weights(ARCHITECTURES["mobilenet"]), **resources.head_tensors("reps", "mobilenet")}
    folder = tmp_path / "checkpoints" / "squats"
    resources.save(folder / "best_classifier.checkpoint", weights)
    (folder / "last_classifier.checkpoint").write_bytes(b"")
    (folder / "label2int.json").write_text(json.dumps({name: index for index, name in enumerate("abcde")}))
    result = taken(folder)
    assert result.manifest.name == "mobilenet-pro-squats"
    assert result.manifest.layers == 19
    assert result.manifest.source["name"] == "best_classifier.checkpoint"


def test_a_resources_folder_is_imported(tmp_path: Path) -> None:
    """Every official file of it, or those that the options choose; others are told and left alone."""
    for version in ("pro", "lite"):
        official(tmp_path / "resources", "efficientnet", "fitness", version)
        official(tmp_path / "resources", "efficientnet", "gestures", version)
    extra = plain(tmp_path / "resources" / "mine.safetensors", {"x": np.zeros(1, np.float32)})
    names = {take(each, Options()).manifest.name for each in targets(tmp_path, Options())}
    assert names == {
        f"efficientnet-{version}-{head}" for version in ("pro", "lite") for head in ("fitness", "gestures")
    }
    assert {each.version for each in targets(tmp_path, Options(version="lite"))} == {"lite"}
    assert left_alone(tmp_path) == [extra]
    with pytest.raises(ModelError, match="nothing of mobilenet, but 4 other files"):
        targets(tmp_path, Options("mobilenet"))
    with pytest.raises(ModelError, match="--head is for a single classifier"):
        targets(tmp_path, Options(head="x"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=r"strided_inflated_mobilenet\.ckpt"):
        targets(tmp_path / "empty", Options())


def test_what_the_tensors_do_not_tell_is_asked_for(all_weights: Mapping[str, Weights], tmp_path: Path) -> None:
    """Network of a head, version of anything; an official name answers both."""
    head = plain(tmp_path / "mine.safetensors", resources.head_tensors("fitness", "mobilenet"))
    assert "--as efficientnet or --as mobilenet" in refusal(head)
    assert "--version pro or --version lite" in refusal(head, Options("mobilenet"))
    net = plain(tmp_path / "net.safetensors", all_weights["mobilenet"])
    assert "--version pro or --version lite" in refusal(net)
    result = taken(net, Options(version="lite"))
    assert result.manifest.name == "mobilenet-lite"
    assert "MobileNetV2 for single pictures has the same shapes" in " ".join(result.remarks)


def test_contradictions_are_refused(all_weights: Mapping[str, Weights], tmp_path: Path) -> None:
    """Between name, place, options and tensors; pro and lite are named."""
    head = official(tmp_path, "efficientnet", "fitness", "lite")
    message = refusal(head, Options(version="pro"))
    assert "--version says pro, the name of the file says lite" in message
    assert "do not go together" in message
    assert "--as says mobilenet, the name of the file says efficientnet" in refusal(head, Options("mobilenet"))
    net = plain(tmp_path / "strided_inflated_efficientnet.safetensors", all_weights["mobilenet"])
    assert "the name of the file says efficientnet, its content says mobilenet" in refusal(net)
    layers = resources.head_tensors("gesture_control", "efficientnet")
    assert "--as says mobilenet" in refusal(plain(tmp_path / "x.safetensors", layers), Options("mobilenet", "pro"))


def test_a_wrong_number_of_labels_is_named(tmp_path: Path) -> None:
    """By the place of the file, by the name asked for, or as unknown."""
    path = tmp_path / "fitness_activity_recognition" / "sien_logreg.safetensors"
    plain(path, resources.head_tensors("gestures", "efficientnet"))
    message = refusal(path)
    assert "expected the head 'fitness' of 81 labels" in message
    assert "found a head of 30 labels ('gestures')" in message
    seven = {"0.weight": np.zeros((7, 1280), np.float32), "0.bias": np.zeros(7, np.float32)}
    mine = plain(tmp_path / "mine.safetensors", seven)
    assert "a head of 7 labels, which are not known: official heads have 81 fitness" in refusal(mine, PRO)
    (tmp_path / "label2int.json").write_text(json.dumps({name: index for index, name in enumerate("abcdefg")}))
    for name in ("fitness", "met", "backbone"):
        assert f"cannot be called '{name}'" in refusal(mine, Options("efficientnet", "pro", name))
    for name in ("../x", "A b", "", "-", "x/y"):
        assert "small letters" in refusal(mine, Options("efficientnet", "pro", name))


def test_damaged_and_foreign_files_are_refused(all_weights: Mapping[str, Weights], tmp_path: Path) -> None:
    """Key by key where something is near, else with what is there."""
    weights = dict(all_weights["mobilenet"])
    del weights["cnn.2.conv.2.bias"]
    net = plain(tmp_path / "strided_inflated_mobilenet.safetensors", weights)
    assert "cnn.2.conv.2.bias: expected (24,), but it is missing" in refusal(net)
    weights["cnn.2.conv.2.bias"] = np.full(24, np.nan, np.float32)
    assert "cnn.2.conv.2.bias: 24 of 24 values" in refusal(plain(net, weights))
    net.write_bytes(net.read_bytes()[:-4])
    assert "cut short" in refusal(net)
    layers = resources.head_tensors("gesture_control", "efficientnet")
    del layers["cnn.25.conv.2.bias"]
    message = refusal(plain(tmp_path / "sien_last_9_layers.safetensors", layers))
    assert "not the last 9 layers of StridedInflatedEfficientNet" in message
    assert "cnn.25.conv.2.bias: expected (272,), but it is missing" in message
    layers = resources.head_tensors("gesture_control", "efficientnet")
    layers["cnn.30.conv.2.bias"][0] = np.inf
    assert "cnn.30.conv.2.bias: 1 of 448" in refusal(plain(tmp_path / "sien_last_9_layers.safetensors", layers))
    other = plain(tmp_path / "other.safetensors", {"features.0.1.running_mean": np.zeros(32, np.float32)})
    assert "neither a network, a head nor a MET converter" in refusal(other)
    assert "batch norms" in refusal(other)
    assert "there is no file" in refusal(tmp_path / "none.ckpt")


@pytest.mark.parametrize("key", ["0.bias", "met_regressor.2.bias", "cnn.0.0.bias"])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_malicious_file_runs_nothing(key: str, zipped: bool, tmp_path: Path) -> None:
    """Whatever it pretends to be, and wherever it lies."""
    pytest.importorskip("torch")
    marker, path = tmp_path / "marker", tmp_path / "resources" / "backbone" / "strided_inflated_mobilenet.ckpt"
    path.parent.mkdir(parents=True)
    saved({key: Malice(marker)}, path, _use_new_zipfile_serialization=zipped)
    assert "othing of it was run" in refusal(path)
    assert "othing of it was run" in refusal(tmp_path)
    with pytest.raises(ModelError, match="othing of it was run"):
        read_head(path)
    with pytest.raises(ModelError, match="othing of it was run"):
        read_met(path)
    assert not marker.exists()


def test_other_weights_of_the_same_name_are_replaced_and_told(tmp_path: Path) -> None:
    """The same ones are not worth a word; heads of a replaced network are named."""
    weights = [recipe.weights(ARCHITECTURES["mobilenet"], seed) for seed in (1, 2)]
    path = tmp_path / "strided_inflated_mobilenet.safetensors"
    first = taken(plain(path, weights[0]))
    taken(official(tmp_path, "mobilenet", "fitness"))
    again = taken(path)
    assert again.manifest == first.manifest
    assert not any("replaces" in each for each in again.remarks)
    other = taken(plain(path, weights[1]))
    told = " ".join(other.remarks)
    assert "replaces other weights, made of strided_inflated_mobilenet.safetensors" in told
    assert "mobilenet-pro-fitness" in told
    assert not first.manifest.folder.exists()
    assert store.verify("mobilenet-pro") == other.manifest


def test_one_file_under_two_names_is_told(tmp_path: Path) -> None:
    """A pro head that was renamed to lite, or the other way round."""
    taken(official(tmp_path, "mobilenet", "fitness"))
    result = taken(official(tmp_path, "mobilenet", "fitness", "lite"))
    assert result.remarks == ("the same weights are here as mobilenet-pro-fitness: is one of the names wrong?",)


def test_the_users_files_stay(tmp_path: Path) -> None:
    """Imported and removed, the file is byte for byte where it was; also if it is a link or read-only."""
    path = official(tmp_path / "real", "mobilenet", "met")
    path.chmod(0o444)
    content = path.read_bytes()
    link = tmp_path / "simn_met_converter.safetensors"
    link.symlink_to(path)
    name = taken(link).manifest.name
    store.remove(name)
    assert store.names() == []
    assert path.read_bytes() == content
    assert link.is_symlink()


def test_a_file_within_the_cache_does_not_harm_it(cache: Path, tmp_path: Path) -> None:
    """What was imported can be imported once more from where it is."""
    made = taken(official(tmp_path, "mobilenet", "met")).manifest
    assert taken(made.main, Options("mobilenet", "lite")).manifest.name == "mobilenet-lite-met"
    assert store.verify(made.name) == made


@pytest.mark.slow
def test_a_killed_import_leaves_no_half_model(cache: Path, tmp_path: Path) -> None:
    """Killed anywhere, the old one or the new one is there as a whole; the next import sweeps the rest."""
    paths = []
    for seed in (1, 2):
        path = tmp_path / str(seed) / "strided_inflated_mobilenet.safetensors"
        paths.append(plain(path, recipe.weights(ARCHITECTURES["mobilenet"], seed)))
    known = {taken(path).manifest.weights for path in paths}
    code = (
        "import sys; from pathlib import Path; from sensegraph.models.pixel.imports import Target, take; "
        "from sensegraph.models.pixel.source import Options; print('go', flush=True); "
        "take(Target(Path(sys.argv[1])), Options()); print('done', flush=True)"
    )
    seen = set()
    for attempt in range(16):
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(paths[attempt % 2])],
            env=os.environ | {"SENSEGRAPH_MODELS": str(cache)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "go\n"
        time.sleep(0.02 * attempt)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        seen.add(store.verify("mobilenet-pro").weights)
        assert store.find("mobilenet-pro") is not None
    assert seen <= known
    made = taken(paths[0]).manifest
    assert [path for path in store.folder().iterdir() if path.is_dir()] == [made.folder]


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there before is there after, and the error names the folder."""
    path = official(tmp_path, "mobilenet", "met")
    made = taken(path).manifest

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    official(tmp_path, "mobilenet", "met", seed=9)
    monkeypatch.setattr("sensegraph.models.cache.write", full)
    assert "No space left on device" in refusal(path)
    monkeypatch.undo()
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path / "cache"))
    assert store.verify(made.name) == made


def test_shipped_files_of_sense_are_recognised_by_name_and_place(tmp_path: Path) -> None:
    """The same name means another head in another folder."""
    for part in ("fitness", "gestures", "reps"):
        path = official(tmp_path / "resources", "efficientnet", part)
        assert taken(path).manifest.name == f"efficientnet-pro-{part}"
        copy = tmp_path / part / path.name
        copy.parent.mkdir()
        shutil.copy(path, copy)
        assert take(Target(copy), Options()).manifest.head == part
