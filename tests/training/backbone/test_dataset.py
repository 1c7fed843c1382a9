"""A dataset is found, checked as a whole, and described."""

from __future__ import annotations

from pathlib import Path

import pytest

from sensegraph.training.backbone.dataset import Dataset, find
from sensegraph.training.backbone.error import DatasetError
from tests.training.backbone.shapes import COLOURS, write_clip


def clips(root: Path, *names: str) -> Path:
    """Write tiny clips."""
    for number, name in enumerate(names):
        write_clip(root / name, sorted(COLOURS)[number % 3], number, count=6)
    return root


def told(dataset: Dataset) -> dict[str, tuple[int, int]]:
    """Return class -> clips to learn from, and for validation."""
    return dict(zip(dataset.classes, zip(dataset.counts("train"), dataset.counts("valid"), strict=True), strict=True))


def test_folders_of_classes_are_divided(tmp_path: Path) -> None:
    """A share of each class, at least one clip, and the same one with the same seed."""
    root = clips(tmp_path, *(f"{label}/{number}.mp4" for label in ("wave", "nod") for number in range(4)))
    found = find(root, seed=3)
    assert told(found) == {"nod": (3, 1), "wave": (3, 1)}
    assert find(root, seed=3).clips == found.clips
    assert any("chosen for validation" in note for note in found.notes)


def test_folders_of_splits_are_taken_as_they_are(tmp_path: Path) -> None:
    """That of the test, loose clips and other files are left out, and told."""
    root = clips(
        tmp_path, "train/a/1.mp4", "train/b/1.mp4", "val/a/2.mp4", "val/b/2.mp4", "test/a/3.mp4", "train/x.mp4"
    )
    (root / "train" / "a" / "notes.txt").touch()
    found = find(root)
    assert told(found) == {"a": (1, 1), "b": (1, 1)}
    assert len(found.notes) == 3


def test_a_table_names_clips_and_their_order(tmp_path: Path) -> None:
    """What it names and is not there is listed with its line, and what is broken by its name; the rest is used."""
    root = clips(tmp_path, "clips/1.mp4", "clips/2.mp4", "clips/3.mp4", "clips/4.mp4")
    (root / "clips" / "5.mp4").write_bytes(b"no video")
    lines = ["id,label,split", "1,b,train", "2,a,train", "3,b,valid", "4,a,valid", "5,a,train", "6,a,train"]
    (root / "table.csv").write_text("\n".join(lines) + "\n")
    (root / "labels.csv").write_text("b\na\n")
    found = find(root)
    assert told(found) == {"b": (1, 1), "a": (1, 1)}
    assert [each.removeprefix(f"{root}/") for each in found.missing] == ["table.csv:7: 6"]
    assert [Path(each).name for each in found.broken] == ["5.mp4"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "there are no videos in folders of classes"),
        (("wave/1.mp4", "wave/2.mp4"), "there is only the class 'wave'"),
        (
            ("train/a/1.mp4", "train/b/1.mp4", "valid/a/2.mp4", "valid/c/1.mp4"),
            "no clip to learn from for 1 of 3 classes",
        ),
    ],
)
def test_nothing_to_learn_is_refused(tmp_path: Path, names: tuple[str, ...], said: str) -> None:
    """With what is missing."""
    with pytest.raises(DatasetError, match=said):
        find(clips(tmp_path, *names))


def test_an_empty_class_is_refused(tmp_path: Path) -> None:
    """By its folder: a class that is forgotten should not be learnt as none."""
    (clips(tmp_path, "a/1.mp4", "a/2.mp4", "b/1.mp4", "b/2.mp4") / "c").mkdir()
    with pytest.raises(DatasetError, match=r"/c: there are no clips of this class"):
        find(tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Before anything else."""
    with pytest.raises(DatasetError, match="none"):
        find(tmp_path / "none")


def test_names_may_be_anything(tmp_path: Path) -> None:
    """Quotes, spaces, signs and other letters, of classes and of clips."""
    names = ['it\'s "fine" 100%', "große Geste 👋"]
    root = clips(tmp_path, *(f"{name}/{number} ; x.mp4" for name in names for number in range(2)))
    assert sorted(find(root).classes) == sorted(names)
