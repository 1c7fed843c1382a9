"""Which official weights a graph runs with, and which of their heads fit which features."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sensegraph.errors import ModelError
from sensegraph.models.pixel.architecture import ARCHITECTURES, FEATURES
from sensegraph.models.pixel.backbone import load_backbone
from sensegraph.models.pixel.heads import official_labels
from sensegraph.packet import Packet
from sensegraph.payload import OTHER, Counts, Features, Scores
from sensegraph.testing import drive
from sensegraph_nodes import official, pixel_branch
from sensegraph_nodes.backbone import BackboneNode
from sensegraph_nodes.calories import CalorieAccumulator
from sensegraph_nodes.classify import ClassifierHead
from sensegraph_nodes.repetitions import RepetitionCounter
from tests.models.pixel import recipe, resources
from tests.nodes.body import decisions, figure, film, stamp

PRO, LITE = "mobilenet-pro@12345678", "mobilenet-lite@12345678"
CONTROL = "efficientnet-pro-gesture_control@12345678"


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was imported."""
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of empty files: what is there is decided by their names alone."""
    root = tmp_path / "resources"
    for net, version, heads in (("mobilenet", "pro", ["fitness"]), ("mobilenet", "lite", ["fitness", "met"])):
        names = [resources.backbone_file(net, version), *(resources.head_file(each, net, version) for each in heads)]
        for name in names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).touch()
    return root


def features(space: str, pooled: np.ndarray | None = None, *, warm: bool = True) -> Features:
    """Return features of a space."""
    return Features(np.ones(FEATURES, np.float32) if pooled is None else pooled, space, warm, 1.0)


def test_weights_are_taken_where_all_heads_are_there(folder: Path) -> None:
    """`auto` takes the set that is whole, and landmarks where none is, or where no head is named."""
    assert (BackboneNode(checkpoints=str(folder), heads=["fitness", "met"]).describe()).startswith("mobilenet-lite (")
    assert (BackboneNode(checkpoints=str(folder), heads=["fitness"]).describe()).startswith("mobilenet-pro (")
    for node in (
        BackboneNode(checkpoints=str(folder), heads=["fitness", "reps"]),
        BackboneNode(checkpoints=str(folder)),
        BackboneNode(heads=["fitness"]),
        BackboneNode(model="landmarks", checkpoints=str(folder), heads=["fitness"]),
    ):
        assert node.describe().startswith("landmarks (")
        assert node.models()
        assert "landmarks" not in node.silent()


def test_files_of_weights_are_read_so_that_nothing_is_written_over_them(folder: Path) -> None:
    """The network and its heads; nothing where landmarks run or something is missing."""
    node = BackboneNode(checkpoints=str(folder), heads=["fitness"])
    assert {Path(each).name for each in node.reads()} == {"strided_inflated_mobilenet.ckpt", "simn_logreg.ckpt"}
    assert BackboneNode(model="efficientnet", checkpoints=str(folder), heads=["fitness"]).reads() == ()


def test_missing_weights_are_told_before_the_start(folder: Path, tmp_path: Path) -> None:
    """What was asked for by name has to be there, and a folder that is named as well."""
    with pytest.raises(ModelError, match=r"gestures[\s\S]*action_recognition/simn_logreg.ckpt[\s\S]*model: landmarks"):
        BackboneNode(model="mobilenet", checkpoints=str(folder), heads=["gestures"]).models()
    with pytest.raises(ModelError, match=r"efficientnet[\s\S]*imported[\s\S]*model: landmarks"):
        BackboneNode(model="efficientnet").models()
    with pytest.raises(ModelError, match=str(tmp_path / "none")):
        BackboneNode(checkpoints=str(tmp_path / "none"), heads=["fitness"]).models()


def test_gesture_control_shares_its_network_with_no_other_head() -> None:
    """It brings the last layers with it, in which the others mean nothing."""
    with pytest.raises(ModelError, match="fitness, gesture_control cannot share one network"):
        BackboneNode(model="efficientnet", heads=["fitness", "gesture_control"]).models()


@pytest.mark.parametrize(
    ("head", "space", "said"),
    [
        (
            "gestures",
            PRO,
            rf"'gestures' .*'{PRO}' is not here: action_recognition/simn_logreg.ckpt\n  Looked for in .*res",
        ),
        ("reps", PRO, rf"no head 'reps' for the features '{PRO}': official weights of mobilenet \(pro\) have none"),
        ("fitness", "efficientnet-lite@12345678", "fitness_activity_recognition/sien_lite_logreg.ckpt"),
        ("reps", "landmarks-body@2", r"'reps' takes the features of a pixel network, but got 'landmarks-body@2'"),
    ],
)
def test_a_head_that_these_features_have_not_is_refused(folder: Path, head: str, space: str, said: str) -> None:
    """The error names both, the file, and where it was looked for."""
    with pytest.raises(ModelError, match=said):
        drive(ClassifierHead(head=head, checkpoints=str(folder)), features=[features(space)])


@pytest.mark.parametrize(("head", "space"), [("gesture_control", "efficientnet-pro@12345678"), ("fitness", CONTROL)])
def test_a_head_on_other_last_layers_is_refused(tmp_path: Path, head: str, space: str) -> None:
    """Gesture control has its own, which no other head may be fed with."""
    pytest.importorskip("torch")
    tensors = resources.head_tensors(head, "efficientnet")
    few = {name: tensors[name] for name in tensors if not name.startswith("cnn.") or name == "cnn.31.0.bias"}
    resources.save(tmp_path / resources.head_file(head, "efficientnet"), few)
    with pytest.raises(ModelError, match=rf"'{head}' does not fit the features '{space}'[\s\S]*heads: \[{head}\]"):
        drive(ClassifierHead(head=head, checkpoints=str(tmp_path)), features=[features(space)])


def test_a_head_of_another_number_of_labels_is_refused(tmp_path: Path) -> None:
    """Files of one name in several folders are easily mixed up."""
    pytest.importorskip("torch")
    resources.save(
        tmp_path / resources.head_file("fitness", "mobilenet"), resources.head_tensors("gestures", "mobilenet")
    )
    with pytest.raises(ModelError, match="the head 'fitness' of 81 labels, found 30"):
        drive(ClassifierHead(checkpoints=str(tmp_path)), features=[features(PRO)])


def test_pro_and_lite_are_not_mixed(folder: Path, tmp_path: Path) -> None:
    """The head of the version that the features are of is taken."""
    pytest.importorskip("torch")
    for version, seed in (("pro", 4), ("lite", 5)):
        tensors = resources.head_tensors("fitness", "mobilenet", seed)
        resources.save(folder / resources.head_file("fitness", "mobilenet", version), tensors)
        (scores,) = drive(
            ClassifierHead(checkpoints=str(folder)), features=[features(f"mobilenet-{version}@12345678")]
        )["scores"]
        logits = tensors["0.weight"] @ np.ones(FEATURES, np.float32) + tensors["0.bias"]
        assert scores.top[0][0] == official_labels()["fitness"][int(logits.argmax())]


def test_gesture_control_lays_its_layers_over_the_network(tmp_path: Path) -> None:
    """Its features are those of a network with these layers, in a space of their own, and its head takes them."""
    pytest.importorskip("torch")
    resources.write(tmp_path, "efficientnet", ["gesture_control"])
    found = official.choose("auto", str(tmp_path), ["gesture_control"])
    assert found is not None
    network = pixel_branch.load(found, "fp32", "cpu")
    backbone, space = network.backbone, network.space
    layers = resources.head_tensors("gesture_control", "efficientnet")
    whole = recipe.weights(ARCHITECTURES["efficientnet"])
    whole |= {name: values for name, values in layers.items() if name in whole}
    assert space == f"efficientnet-pro-gesture_control@{backbone.weights[:8]}"
    assert backbone.weights == load_backbone("efficientnet", whole).weights
    pooled = backbone.stream().push_model_input(recipe.clip(4, 64))[0]
    (scores,) = drive(
        ClassifierHead(head="gesture_control", checkpoints=str(tmp_path)), features=[features(space, pooled)]
    )["scores"]
    logits = layers["0.weight"] @ pooled + layers["0.bias"]
    assert scores.top[0][0] == official_labels()["gesture_control"][int(logits.argmax())]


def test_nodes_of_one_process_share_a_network(tmp_path: Path) -> None:
    """As long as one of them is there; other weights are another network."""
    pytest.importorskip("torch")
    resources.write(tmp_path, "mobilenet", ["fitness"])
    found = official.choose("mobilenet", str(tmp_path), ["fitness"])
    assert found is not None
    one, two = pixel_branch.load(found, "fp32", "cpu"), pixel_branch.load(found, "fp32", "cpu")
    assert one is two
    resources.save(found.backbone, recipe.weights(ARCHITECTURES["mobilenet"], seed=7))
    before = one.space
    del one, two
    assert pixel_branch.load(found, "fp32", "cpu").space != before


def at(label: str) -> np.ndarray:
    """Return features that a head of the recipe's shape, but of ones, gives to one position."""
    pooled = np.zeros(FEATURES, np.float32)
    pooled[official_labels()["reps"].index(label)] = 10.0
    return pooled


@pytest.fixture
def positions(tmp_path: Path) -> Path:
    """A head whose first five features are the logits of the positions."""
    pytest.importorskip("torch")
    tensors = {"0.weight": np.eye(5, FEATURES, dtype=np.float32), "0.bias": np.zeros(5, np.float32)}
    resources.save(tmp_path / resources.head_file("reps", "efficientnet"), tensors)
    return tmp_path


HIGH, LOW = "counting - squat_position=high", "counting - squat_position=low"
SPACE = "efficientnet-pro@12345678"


def counted(node: RepetitionCounter, steps: list[Packet[Features]]) -> list[Packet[Counts]]:
    """Return what a counter without body points makes of features."""
    exercise = [Packet(Scores(OTHER, 0.5, (), True, each.stamp.frame), each.stamp) for each in steps]
    return drive(node, packets=True, exercise=exercise, features=steps)["counts"]


def test_positions_are_counted_with_the_time_of_their_step(positions: Path) -> None:
    """High, low, high is a squat, whatever the exercise is called; half of one before a gap is none."""
    path = [HIGH, LOW, HIGH, LOW, LOW, HIGH, LOW, HIGH]
    steps = [Packet(features(SPACE, at(label)), stamp(4 * i + 3, gap=i == 5)) for i, label in enumerate(path)]
    node = RepetitionCounter(checkpoints=str(positions))
    counts = counted(node, steps)
    assert [(each.stamp.frame, each.payload.count) for each in counts] == [(11, 1), (31, 2)]
    assert node.report() == {"reps": {"Squats": 2}}


def test_a_cold_network_counts_nothing(positions: Path) -> None:
    """Nor is a position remembered from then."""
    steps = [
        Packet(features(SPACE, at(label), warm=i > 1), stamp(4 * i + 3)) for i, label in enumerate([HIGH, LOW, HIGH])
    ]
    assert counted(RepetitionCounter(checkpoints=str(positions)), steps) == []


def test_without_positions_nothing_is_counted_and_that_is_told(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The run goes on; the report and one warning say why."""
    node = RepetitionCounter(checkpoints=str(folder))
    assert counted(node, [Packet(features(PRO), stamp(4 * i + 3)) for i in range(3)]) == []
    assert "no head 'reps'" in node.report()["problem"]
    assert [record.message.count("nothing is counted") for record in caplog.records] == [1]
    nothing = RepetitionCounter()
    drive(nothing, exercise=decisions(1, lambda _: "Squats"))
    assert nothing.report()["problem"] == "neither body points nor features came in"


def test_features_of_landmarks_change_no_count() -> None:
    """With body points the counter goes by these, and reports no problem."""
    exercise, landmarks = decisions(3, lambda _: "Squats"), film(3, lambda _: figure())
    node = RepetitionCounter()
    drive(node, landmarks=landmarks, exercise=exercise, features=[Packet(features("landmarks-body@2"), stamp(3))])
    assert node.report() == {"reps": {}}


def met_folder(tmp_path: Path, met: float) -> Path:
    """Write a converter that reads the same rate from every feature."""
    tensors = {name: np.zeros(shape, np.float32) for name, shape in resources.MET.items()}
    tensors["met_regressor.2.bias"][:] = met
    resources.save(tmp_path / resources.head_file("met", "mobilenet"), tensors)
    return tmp_path


@pytest.mark.parametrize(("read", "spent"), [(7.5, 7.5), (40.0, 15.0), (0.2, 1.0)])
def test_the_rate_of_the_converter_is_held_within_the_limits(tmp_path: Path, read: float, spent: float) -> None:
    """1 to 15 MET, whatever was read; the report says of which features."""
    pytest.importorskip("torch")
    node = CalorieAccumulator(checkpoints=str(met_folder(tmp_path, read)))
    steps = [Packet(features(PRO), stamp(4 * i + 3)) for i in range(8)]
    totals = drive(node, exercise=decisions(2, lambda _: "Squats"), features=steps)["totals"]
    assert {(each.basis, round(each.met, 3)) for each in totals} == {("network", spent)}
    assert node.report()["network"] == PRO


def test_where_no_converter_speaks_the_table_does(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Before the network is warm, in `blend`, and where the weights have none, which is told once."""
    pytest.importorskip("torch")
    path = str(met_folder(tmp_path, 7.5))
    for node, feature in (
        (CalorieAccumulator(checkpoints=path), features(PRO, warm=False)),
        (CalorieAccumulator(checkpoints=path, mode="blend"), features(PRO)),
        (CalorieAccumulator(checkpoints=path), features(LITE)),
    ):
        steps = [Packet(feature, stamp(4 * i + 3)) for i in range(4)]
        totals = drive(node, exercise=decisions(1, lambda _: "Squats"), features=steps)["totals"]
        assert {(each.basis, each.met) for each in totals} == {("class", 5.0)}
    assert [record.message.count("the head 'met' for the features") for record in caplog.records] == [1]
