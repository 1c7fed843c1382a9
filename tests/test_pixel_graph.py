"""The shipped graphs with official weights in a folder, as real processes: nothing is wired wrongly."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from sensegraph import run
from sensegraph.models.pixel.heads import official_labels
from sensegraph.models.pixel.prepare import prepare
from sensegraph_nodes.calories import ReferenceMeter, correction, resting_rate
from sensegraph_nodes.met_table import class_met
from sensegraph_nodes.recovery import Recovery
from tests.models.pixel import recipe, resources
from tests.nodes.videos import write_video

torch = pytest.importorskip("torch")

from sensegraph.models.pixel import StridedInflatedEfficientNet, StridedInflatedMobileNetV2  # noqa: E402
from sensegraph.models.pixel.network import StridedInflatedNetwork  # noqa: E402

FRAMES = 52
COLD = 11
"""Steps before the first warm one."""
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of 16 frames a second, wider than high."""
    pictures = list(recipe.clip(FRAMES, 256)[:, 32:224])
    return write_video(
        tmp_path_factory.mktemp("clip") / "clip.mp4", FRAMES, size=(256, 192), rate=16, pictures=pictures
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights of EfficientNet with every head of the fitness graph."""
    return resources.write(tmp_path_factory.mktemp("weights") / "resources", "efficientnet", ["fitness", "met", "reps"])


def sensegraph(*words: str, cache: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line; `cache` is where imported models would be."""
    environment = os.environ | {"SENSEGRAPH_MODELS": str(cache), "OMP_NUM_THREADS": "1", "COLUMNS": "200"}
    command = [sys.executable, "-m", "sensegraph", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=100)


def rows(path: Path, stream: str) -> Rows:
    """Return the results of a stream."""
    return [row for row in map(json.loads, path.read_text().splitlines()) if row["stream"] == stream]


def load(path: Path) -> dict[str, NDArray[np.float32]]:
    """Return the tensors of a checkpoint."""
    return {name: value.numpy() for name, value in torch.load(path, weights_only=True).items()}


def features(
    clip: Path, weights: Mapping[str, Any], kind: type[StridedInflatedNetwork] = StridedInflatedEfficientNet
) -> NDArray[np.float32]:
    """Return the pooled features of a clip, (steps, 1280), by the torch module."""
    with av.open(str(clip)) as video:
        frames = [prepare(frame.to_ndarray(format="bgr24")) for frame in video.decode(video=0)]
    pictures = torch.from_numpy(np.stack(frames)).permute(0, 3, 1, 2).float() / 255
    net = kind()
    net.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    net.eval()
    with torch.no_grad():
        maps, _ = net(pictures[None])
    return maps[0].mean(dim=(-1, -2)).numpy()


def softmax(pooled: NDArray[np.float32], head: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float64]:
    """Return the probabilities of a head."""
    logits = (pooled @ head["0.weight"].T + head["0.bias"]).astype(np.float64)
    spread = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return spread / spread.sum(axis=-1, keepdims=True)


def expected_exercise(probabilities: NDArray[np.float64]) -> tuple[str, float]:
    """Return what quic/sense names: the label above one half in the mean of at most eight steps."""
    mean = probabilities[-8:].mean(axis=0)
    return official_labels()["fitness"][int(mean.argmax())], float(mean.max())


def converted(pooled: NDArray[np.float32], tensors: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the MET of each step."""
    hidden = np.maximum(pooled @ tensors["met_regressor.0.weight"].T + tensors["met_regressor.0.bias"], 0)
    return np.maximum(hidden @ tensors["met_regressor.2.weight"].T + tensors["met_regressor.2.bias"], 0)[:, 0]


def test_the_results_of_the_fitness_graph_are_those_of_the_files(clip: Path, folder: Path, tmp_path: Path) -> None:
    """Labels, probabilities and MET equal what torch and NumPy make of the same files, from one pass of the network."""
    results = tmp_path / "r.jsonl"
    done = sensegraph(
        "run", "fitness", "--model", "efficientnet", "--checkpoints", str(folder), "--source", str(clip),
        "--headless", "--pace", "fast", "--results", str(results), cache=tmp_path / "cache",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"backbone: efficientnet-pro (StridedInflatedEfficientNet, official weights {folder}" in done.stderr
    assert "backbone.landmarks: nothing is sent" in done.stderr
    pooled = features(clip, load(folder / resources.backbone_file("efficientnet")))
    head, converter = (load(folder / resources.head_file(each, "efficientnet")) for each in ("fitness", "met"))

    said, raw = rows(results, "exercise"), softmax(pooled, head)
    assert [(row["frame"], row["warm"]) for row in said] == [(frame, frame >= 45) for frame in range(3, FRAMES, 4)]
    for row, probabilities in zip(said, raw, strict=True):
        order = np.argsort(-probabilities)[:5]
        assert [label for label, _ in row["top"]] == [official_labels()["fitness"][index] for index in order]
        np.testing.assert_allclose([score for _, score in row["top"]], probabilities[order], atol=2e-4)
    for index in range(COLD, len(said)):
        label, score = expected_exercise(raw[COLD : index + 1])
        assert score > 0.5, "the recipe names something, or else this shows nothing"
        assert (said[index]["label"], said[index]["score"]) == (label, pytest.approx(score, abs=2e-4))

    spent, live, recovery = rows(results, "calories"), None, Recovery()
    for row, exercise, met in zip(spent, said, converted(pooled, converter), strict=True):
        if exercise["warm"]:
            live = met if live is None else live + 0.2 * (met - live)
        demand = class_met(exercise["label"]) if live is None else live
        assert row["basis"] == ("class" if live is None else "network")
        assert row["met"] == pytest.approx(max(recovery.step(demand, 0.25), 1.0), abs=2e-3)
    assert 1.5 < float(live or 0) < 15, "the recipe's rate is within the limits, or else this shows nothing"


def test_sense_mode_feeds_its_equations_with_the_converter(clip: Path, tmp_path: Path) -> None:
    """MobileNet comes first where `auto` finds both, and the live rate is the mean of sense's equations."""
    folder = resources.write(tmp_path / "resources", "mobilenet", ["fitness", "met"])
    summary = run(
        "calories", source=clip, model="auto", checkpoints=folder.parent, mode="reference",
        results=tmp_path / "r.jsonl", in_process=True,
    )  # fmt: skip
    assert summary.reports["backbone"]["model"].startswith("mobilenet-pro")
    pooled = features(clip, load(folder / resources.backbone_file("mobilenet")), StridedInflatedMobileNetV2)
    meter = ReferenceMeter(70, correction(70, resting_rate(70, 170, 30, "unknown")))
    mets = converted(pooled, load(folder / resources.head_file("met", "mobilenet")))
    assert mets.min() > 0
    for index, (row, met) in enumerate(zip(rows(tmp_path / "r.jsonl", "calories"), mets, strict=True)):
        meter.update(float(met), 0.25 if index else 1.0)
        assert (row["basis"], row["met"]) == ("reference", pytest.approx(meter.live, abs=2e-3))
        assert row["kcal"] == pytest.approx(meter.kcal, abs=2e-4)


def test_weights_that_are_not_there_end_the_run_before_anything_starts(tmp_path: Path) -> None:
    """Code 2, with the missing file, where it was looked for, and what works now; no file is written."""
    folder = resources.write(tmp_path / "mine", "mobilenet", ["fitness"])
    for words, said in (
        (("--model", "efficientnet"), "imported"),
        (("--model", "mobilenet", "--checkpoints", str(folder)), "calorie_estimation/simn_met_converter.ckpt"),
        (("--checkpoints", str(tmp_path / "none")), str(tmp_path / "none")),
    ):
        result = tmp_path / "r.jsonl"
        done = sensegraph("run", "fitness", *words, "--results", str(result), "--headless", cache=tmp_path / "cache")
        assert done.returncode == 2
        assert said in done.stderr
        assert "`model: landmarks`" in done.stderr
        assert "Traceback" not in done.stderr
        assert not result.exists()


TWO = """
version: 1
params:
  left: {default: auto, help: a video}
  right: {default: auto, help: another}
  checkpoints: {default: "", help: weights}
nodes:
"""
SIDE = """
  SIDE: {type: CameraSource, source: $SIDE}
  SIDE_16: {type: Resampler16fps, inputs: {frames: SIDE.frames}}
  SIDE_net:
    {type: BackboneNode, checkpoints: $checkpoints, heads: [fitness], process: nets, inputs: {frames: SIDE_16.frames}}
  SIDE_fit: {type: ClassifierHead, checkpoints: $checkpoints, inputs: {features: SIDE_net.features}}
"""


@pytest.fixture
def mobilenet(tmp_path: Path) -> Path:
    """The weights of MobileNet with the heads of the fitness graph."""
    return resources.write(tmp_path / "mobilenet", "mobilenet", ["fitness", "met"])


def test_two_cameras_in_one_graph_do_not_mix(clip: Path, mobilenet: Path, tmp_path: Path) -> None:
    """Two streams of one network give what each gives alone."""
    graph, other, results = tmp_path / "two.yaml", tmp_path / "other.mp4", tmp_path / "r.jsonl"
    write_video(other, 34, size=(64, 48), rate=16)
    graph.write_text(TWO + "".join(SIDE.replace("SIDE", side) for side in ("left", "right")))
    run(graph, left=clip, right=other, checkpoints=mobilenet, results=results)
    for side, video in (("left", clip), ("right", other)):
        raw = softmax(
            features(video, load(mobilenet / resources.backbone_file("mobilenet")), StridedInflatedMobileNetV2),
            load(mobilenet / resources.head_file("fitness", "mobilenet")),
        )
        found = rows(results, f"{side}_fit")
        assert [row["frame"] for row in found] == list(range(3, 4 * len(raw), 4))
        np.testing.assert_allclose([row["top"][0][1] for row in found], raw.max(axis=-1), atol=2e-4)


def test_imported_weights_give_the_same_results(
    clip: Path, mobilenet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the last byte, and the folder that they came from is not needed any more."""
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path / "cache"))
    run("fitness", source=clip, checkpoints=mobilenet, results=tmp_path / "folder.jsonl", in_process=True)
    assert sensegraph("models", "import", str(mobilenet), cache=tmp_path / "cache").returncode == 0
    shutil.rmtree(mobilenet)
    summary = run("fitness", source=clip, results=tmp_path / "imported.jsonl", in_process=True)
    assert summary.reports["backbone"]["model"].startswith("mobilenet-pro")
    assert (tmp_path / "imported.jsonl").read_bytes() == (tmp_path / "folder.jsonl").read_bytes()
