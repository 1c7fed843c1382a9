"""Which of the weights that are there a graph gets."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensegraph.errors import ModelError
from sensegraph.models.pixel.checkpoints import BACKBONE, HEADS, VERSIONS, find, official_files, present

NETS = ("efficientnet", "mobilenet")
EVERYTHING = [
    (net, version, part)
    for net in NETS
    for version in VERSIONS
    for part in (BACKBONE, *HEADS)
    if official_files(net, version, part)
]
Part = tuple[str, str, str]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty models cache."""
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path / "cache"))
    return tmp_path / "cache"


def lay(folder: Path, parts: Iterable[Part]) -> Path:
    """Put empty files where the parts belong."""
    folder.mkdir(exist_ok=True)
    for part in parts:
        path = folder / official_files(*part)[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def refusal(net: str | None, folder: Path | None, wanted: Sequence[str]) -> str:
    """The message of the error."""
    with pytest.raises(ModelError) as caught:
        find(net, folder, wanted)
    return str(caught.value)


@pytest.mark.parametrize(
    ("wanted", "order"),
    [
        (["fitness"], "mobilenet-pro efficientnet-pro mobilenet-lite efficientnet-lite"),
        (["fitness", "met"], "mobilenet-pro efficientnet-pro mobilenet-lite efficientnet-lite"),
        (["gestures"], "efficientnet-pro mobilenet-pro efficientnet-lite mobilenet-lite"),
        ([], "efficientnet-pro mobilenet-pro efficientnet-lite mobilenet-lite"),
        (["gesture_control"], "efficientnet-pro efficientnet-lite"),
        (["reps"], "efficientnet-pro"),
        (["fitness", "reps"], "efficientnet-pro"),
    ],
)
def test_the_order_is_that_of_the_reference(wanted: list[str], order: str, tmp_path: Path) -> None:
    """The best set is taken; when it is gone, the next one of the program's order."""
    folder = lay(tmp_path / "resources", EVERYTHING)
    for expected in order.split():
        found = find(None, folder, wanted)
        assert f"{found.net}-{found.version}" == expected
        found.backbone.unlink()
    assert "not all here" in refusal(None, folder, wanted)


@given(
    st.sets(st.sampled_from(EVERYTHING)),
    st.sampled_from([None, *NETS]),
    st.lists(st.sampled_from(HEADS), unique=True),
)
def test_a_set_is_whole_and_of_one_version(there: set[Part], net: str | None, wanted: list[str]) -> None:
    """Whatever files there are: what is found is all of one network and version, else what lacks is told."""
    with tempfile.TemporaryDirectory() as name:
        folder = lay(Path(name), there)
        whole = [
            (of, version)
            for of in NETS
            for version in VERSIONS
            if net in (None, of) and all((of, version, part) in there for part in (BACKBONE, *wanted))
        ]
        if whole:
            found = find(net, folder, wanted)
            of = (found.net, found.version)
            assert of in whole
            assert found.backbone == folder / official_files(*of, BACKBONE)[0]
            assert found.heads == {head: folder / official_files(*of, head)[0] for head in wanted}
            assert not (found.version == "lite" and (found.net, "pro") in whole)
        else:
            assert "`model: landmarks` needs no file and works now" in refusal(net, folder, wanted)


def test_the_folder_may_be_the_parent_and_the_files_safetensors(tmp_path: Path) -> None:
    """`resources` is found in its parent; `.safetensors` stand for `.ckpt`; so does the older name of a folder."""
    folder = lay(tmp_path / "resources", [("mobilenet", "pro", BACKBONE), ("mobilenet", "pro", "gestures")])
    (folder / "action_recognition").rename(folder / "gesture_recognition")
    found = find("mobilenet", tmp_path, ["gestures"])
    assert found.heads["gestures"] == folder / "gesture_recognition" / "simn_logreg.ckpt"
    found.backbone.rename(found.backbone.with_suffix(".safetensors"))
    assert find("mobilenet", tmp_path, []).backbone.suffix == ".safetensors"


def test_what_is_missing_is_told(tmp_path: Path, cache: Path) -> None:
    """The files of the nearest set, where they were looked for, and what works now."""
    folder = lay(tmp_path / "resources", [("efficientnet", "pro", BACKBONE), ("mobilenet", "lite", "met")])
    message = refusal(None, folder, ["fitness", "met"])
    assert "StridedInflatedEfficientNet (pro) with the heads fitness, met" in message
    assert "fitness_activity_recognition/sien_logreg.ckpt" in message
    assert "calorie_estimation/sien_met_converter.ckpt" in message
    assert "strided_inflated_efficientnet.ckpt" not in message
    assert str(folder) in message
    assert "mobilenet pro, efficientnet pro, mobilenet lite, efficientnet lite" in message
    message = refusal("mobilenet", None, ["fitness"])
    assert "mobilenet-pro-fitness" in message
    assert "simn_logreg.ckpt" in message
    assert str(cache) in message
    assert "sensegraph models import" in message


def test_what_is_damaged_is_told(cache: Path) -> None:
    """It is not taken, and not called missing."""
    (cache / "imported").mkdir(parents=True)
    (cache / "imported" / "mobilenet-pro.json").write_text("{")
    assert "mobilenet-pro, which is damaged" in refusal("mobilenet", None, [])
    assert not present("mobilenet")


def test_pro_and_lite_are_never_mixed(tmp_path: Path) -> None:
    """A lite head beside a pro network is told to be of no use."""
    folder = lay(tmp_path / "resources", [("mobilenet", "pro", BACKBONE), ("mobilenet", "lite", "fitness")])
    message = refusal("mobilenet", folder, ["fitness"])
    assert "fitness_activity_recognition/simn_logreg.ckpt" in message
    assert "the fitness of lite cannot stand in" in message


def test_heads_that_do_not_exist_are_told(tmp_path: Path) -> None:
    """A head that the network never had, and one that nobody has."""
    assert "no head 'gesture_control' for StridedInflatedMobileNetV2" in refusal("mobilenet", None, ["gesture_control"])
    assert "no head 'reps' for" in refusal("mobilenet", None, ["fitness", "reps"])
    assert "no head 'squats'" in refusal(None, tmp_path, ["squats", "met"])
    assert "there is no network 'mobilnet'" in refusal("mobilnet", None, [])


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """By its name."""
    assert str(tmp_path / "none") in refusal(None, tmp_path / "none", ["fitness"])
    assert not present(None, tmp_path / "none")


def test_present_asks_for_networks_only(tmp_path: Path) -> None:
    """Heads alone are nothing to run."""
    folder = lay(tmp_path / "resources", [("mobilenet", "lite", "fitness")])
    assert not present(None, folder)
    assert not present()
    lay(folder, [("mobilenet", "lite", BACKBONE)])
    assert present(None, folder)
    assert present("mobilenet", folder)
    assert not present("efficientnet", folder)


def test_looking_imports_nothing_heavy() -> None:
    """No torch, no onnx, no onnxruntime."""
    code = (
        "import sys; from sensegraph.models.pixel import checkpoints, heads, store; checkpoints.present(); "
        "print({'torch', 'onnx', 'onnxruntime', 'cv2'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
