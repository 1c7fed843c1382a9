"""Heads: what a file holds, and what they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file

from sensegraph.errors import ModelError
from sensegraph.models import load_backbone
from sensegraph.models.pixel.architecture import EFFICIENTNET
from sensegraph.models.pixel.checkpoints import Checkpoints
from sensegraph.models.pixel.heads import backbone_weights, official_labels, read_head, read_met

from . import recipe, resources
from .conftest import Weights

POOLED = np.abs(recipe.weight("pooled", (1280,), 5))


def saved(path: Path, tensors: dict[str, NDArray[Any]]) -> Path:
    """Save as safetensors."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: np.ascontiguousarray(values) for key, values in tensors.items()}, path)
    return path


def head(count: int) -> dict[str, NDArray[np.float32]]:
    """A head of so many labels."""
    return {name: recipe.weight(name, shape, 1) for name, shape in (("0.weight", (count, 1280)), ("0.bias", (count,)))}


def refusal(read: Any, *words: Any) -> str:
    """The message of the error."""
    with pytest.raises(ModelError) as caught:
        read(*words)
    return str(caught.value)


def test_labels_are_those_of_the_reference() -> None:
    """By number and place."""
    labels = official_labels()
    assert {name: len(each) for name, each in labels.items()} == resources.LABELS
    assert labels["gestures"][0] == '"Drinking" gesture'
    assert labels["gestures"][9:11] == ("No person visible", "Nodding")
    assert labels["fitness"][28:30] == ("Doing nothing", "Doing other things")
    assert labels["gesture_control"][26] == "Swipe Up"
    assert labels["reps"][1] == "counting - squat_position=high"


@pytest.mark.parametrize("name", ["fitness", "gestures", "gesture_control", "reps"])
def test_a_head_is_known_by_its_number_of_labels(name: str, tmp_path: Path) -> None:
    """It has the official labels, and its probabilities are the softmax of weight times feature plus bias."""
    torch = pytest.importorskip("torch")
    tensors = head(resources.LABELS[name])
    resources.save(tmp_path / "x.ckpt", tensors)
    for path in (tmp_path / "x.ckpt", saved(tmp_path / "x.safetensors", tensors)):
        found = read_head(path, name)
        assert found.labels == official_labels()[name]
        expected = torch.nn.functional.linear(*(torch.from_numpy(x) for x in (POOLED, *tensors.values()))).softmax(-1)
        np.testing.assert_allclose(found.probabilities(POOLED), expected.numpy(), rtol=1e-4, atol=1e-7)
        assert found.probabilities(POOLED).dtype == np.float32


def test_large_logits_do_not_overflow(tmp_path: Path) -> None:
    """The likeliest label gets all of it."""
    found = read_head(saved(tmp_path / "x.safetensors", head(5)))
    probabilities = found.probabilities(POOLED * 1e4)
    assert probabilities.max() == 1
    assert probabilities.sum() == 1


def test_a_converter_gives_the_rate(tmp_path: Path) -> None:
    """As torch computes it, and never below 0."""
    torch = pytest.importorskip("torch")
    tensors = {name: recipe.weight(name, shape, 4) for name, shape in resources.MET.items()}
    first, second = torch.nn.Linear(1280, 100), torch.nn.Linear(100, 1)
    net = torch.nn.Sequential(first, torch.nn.ReLU(), second, torch.nn.ReLU())
    net.load_state_dict({name.removeprefix("met_regressor."): torch.from_numpy(x) for name, x in tensors.items()})
    converter = read_met(saved(tmp_path / "x.safetensors", tensors))
    found = [converter.met(POOLED * factor) for factor in (-1.0, 0.1, 1.0)]
    with torch.no_grad():
        expected = [float(net(torch.from_numpy(POOLED * np.float32(factor)))) for factor in (-1.0, 0.1, 1.0)]
    assert found == pytest.approx(expected, rel=1e-4)
    tensors["met_regressor.2.bias"] = np.array([-1e6], np.float32)
    assert read_met(saved(tmp_path / "y.safetensors", tensors)).met(POOLED) == 0


def test_a_classifier_of_ones_own_has_its_labels_beside_it(tmp_path: Path) -> None:
    """In the order of their numbers; without them, with others, or with as many as an official head."""
    path = saved(tmp_path / "best_classifier.safetensors", head(3))
    assert "a head of 3 labels, which are not known" in refusal(read_head, path)
    table = tmp_path / "label2int.json"
    table.write_text(json.dumps({"up": 2, "rest": 0, "down": 1}))
    assert read_head(path).labels == ("rest", "down", "up")
    saved(path, head(4))
    assert "a head of 4 labels, but label2int.json beside it names 3" in refusal(read_head, path)
    for text in ('{"up": 1, "down": 2}', '{"a": 0, "b": 0}', '{"a": true}', "[1]", "{}", '{"a": 0', '{"a": "0"}'):
        table.write_text(text)
        assert "label2int.json" in refusal(read_head, path)


def test_heads_that_do_not_fit_are_explained(tmp_path: Path) -> None:
    """What was expected and found, by key; and what is not a number."""
    wrong = refusal(read_head, saved(tmp_path / "a.safetensors", head(30)), "fitness")
    assert "expected the head 'fitness' of 81 labels, found 30" in wrong
    tensors = {"0.weight": np.zeros((30, 512), np.float32), "0.bias": np.zeros(30, np.float32)}
    assert "0.weight: expected (30, 1280), found (30, 512)" in refusal(
        read_head, saved(tmp_path / "b.safetensors", tensors)
    )
    assert "0.bias: expected" in refusal(read_head, saved(tmp_path / "c.safetensors", {"x": np.zeros(1, np.float32)}))
    tensors = head(30)
    tensors["0.bias"][3] = np.nan
    assert "0.bias: 1 of 30 values" in refusal(read_head, saved(tmp_path / "d.safetensors", tensors))
    tensors = head(30)
    assert "not a MET converter" in refusal(read_met, saved(tmp_path / "e.safetensors", tensors))
    assert "met_regressor.2.bias: expected (1,), but it is missing" in refusal(read_met, tmp_path / "e.safetensors")


def test_last_layers_are_laid_over_the_network(all_weights: dict[str, Weights], tmp_path: Path) -> None:
    """The head of gesture control brings nine layers; below them the network stays what it was."""
    below, tuned = dict(all_weights["efficientnet"]), resources.head_tensors("gesture_control", "efficientnet")
    backbone = saved(tmp_path / "net.safetensors", below)
    plain = saved(tmp_path / "plain.safetensors", head(81))
    last = saved(tmp_path / "last.safetensors", tuned)
    assert backbone_weights(Checkpoints("efficientnet", "pro", backbone, {"fitness": plain})) == backbone
    found = backbone_weights(Checkpoints("efficientnet", "pro", backbone, {"gesture_control": last}))
    assert not isinstance(found, Path)
    assert list(found) == list(EFFICIENTNET.parameters())
    for key, values in found.items():
        expected = tuned[key] if int(key.split(".")[1]) >= 23 else below[key]
        np.testing.assert_array_equal(values, expected)
    assert load_backbone("efficientnet", found).weights != load_backbone("efficientnet", below).weights
    both = {"gesture_control": last, "fitness": last}
    message = refusal(backbone_weights, Checkpoints("efficientnet", "pro", backbone, both))
    assert "each bring layers" in message
