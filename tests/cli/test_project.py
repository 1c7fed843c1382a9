"""`sensegraph project`, `flip` and `record-clips`, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sensegraph.training.project import Project
from tests.cli import refused, say
from tests.clips import cut, frames
from tests.projects import clip_maker


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def clip(path: str, number: int = 0, frames: int = 16) -> Path:
    """Write a small video of its own content."""
    return clip_maker(Path())(path, number, frames)


def gym() -> None:
    """Make a project `gym` of two classes with five clips each, of five sessions."""
    assert say("project", "new", "gym").out == "made project 'gym' in gym\n"
    for number in range(10):
        clip(f"in/{'wave' if number % 2 else 'nod'}/day{number // 2}_{number}.mp4", number)
    answer = say("project", "import", "gym", "in")
    assert (answer.code, answer.out) == (0, "10 imported\n")


def test_from_nothing_to_a_divided_project() -> None:
    """The commands of the documentation, in their order."""
    gym()
    assert say("project", "import", "gym", "in").out == "0 imported, 10 there already\n"
    table = say("project", "list", "gym").out.splitlines()
    assert [line.split() for line in table] == [
        ["class", "train", "valid", "test", "seconds", "sessions", "tagged"],
        ["nod", "5", "0", "0", "5.0", "5", "0"],
        ["wave", "5", "0", "0", "5.0", "5", "0"],
    ]
    divided = say("project", "split", "gym", "--valid", 0.4, "--test", 0.2)
    assert [line.split()[1:4] for line in divided.out.splitlines()[1:]] == [["2", "2", "1"]] * 2
    assert divided.err == ""
    assert say("project", "export", "gym", "out").out == "wrote out: 10 clips\n"
    assert len(list(Path("out").glob("videos_*/*/*.mp4"))) == 10


def test_an_import_says_what_it_leaves_out() -> None:
    """File by file, on standard error; with nothing imported the code is 2."""
    assert say("project", "new", "gym").code == 0
    clip("in/wave/one.mp4", frames=1)
    answer = say("project", "import", "gym", "in")
    assert (answer.code, answer.out) == (2, "0 imported, 1 left out\n")
    assert "in/wave/one.mp4: is too short: 1 picture, 0.06 s\n  A clip has 0.25 s or more" in answer.err
    clip("in/wave/good.mp4")
    assert say("project", "import", "gym", "in").code == 0


def test_a_damaged_clip_is_told_once() -> None:
    """By the command; what the source would log of it is silent."""
    say("project", "new", "gym")
    whole = clip("whole.mkv", frames=64).read_bytes()
    Path("in/wave").mkdir(parents=True)
    Path("in/wave/half.mkv").write_bytes(whole[: len(whole) * 2 // 3])
    assert say("project", "import", "gym", "in").err.count("cut off or damaged: it ends at") == 1


def test_clips_are_added_removed_and_restored() -> None:
    """By path, then by id, its beginning, or name."""
    say("project", "new", "gym")
    path = clip("a.mp4")
    added = say("project", "add", "gym", 'it\'s "$(touch X)"', path, "--session", "monday", "--split", "valid")
    assert added.out.startswith("added: ")
    number = added.out.split()[1]
    assert f'{number}  it\'s "$(touch X)"  valid  1.00 s  a, session monday\n' in added.out
    assert say("project", "add", "gym", 'it\'s "$(touch X)"', path).out.startswith("there already: ")
    assert say("project", "remove", "gym", number[:5]).out.startswith(f"in the bin: {number}")
    assert say("project", "list", "gym", "--clips").out == ""
    assert say("project", "list", "gym", "--bin").out.startswith(number)
    assert say("project", "restore", "gym", "a").out.startswith(f"restored: {number}")
    say("project", "remove", "gym", "a")
    assert say("project", "empty-bin", "gym", "--yes").out == "removed for good: 1\n"
    assert not Path("X").exists()


def test_a_project_as_json() -> None:
    """The record, and what is said about it."""
    gym()
    facts = json.loads(say("project", "list", "gym", "--json").out)
    assert (facts["name"], facts["version"], len(facts["clips"]), facts["problems"]) == ("gym", 1, 10, [])
    assert {clip["session"] for clip in facts["clips"]} == {f"day{n}" for n in range(5)}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("project", "new", "full"), "full: is there already, and is no empty folder"),
        (("project", "new", "a|b"), "project 'a|b': '|' cannot be in a name"),
        (
            ("project", "import", "nothing", "full"),
            "nothing: is no project\n  Make one: sensegraph project new nothing",
        ),
        (("project", "import", "gym", "nothing"), "nothing: there is no such file or folder"),
        (("project", "import", "gym", "gym"), "gym: is a project itself"),
        (("project", "add", "gym", "../../etc", "full/a.mp4"), "class '../../etc': begins with a dot"),
        (("project", "add", "gym", "Doing nothing", "full/a.mp4"), "class 'Doing nothing': has a meaning of its own"),
        (("project", "remove", "gym", "aa"), "gym: there is no clip 'aa'"),
        (("project", "split", "gym", "--valid", "0.9"), "share valid: 0.9 is not between 0 and 0.5"),
        (("project", "export", "gym", "full"), "full: is there already\n  Name a folder that is not."),
        (("flip", "gym"), "gym: is a project\n  Say --class NAME."),
        (("flip", "gym", "--class", "wave"), "there is no class 'wave'\n  There are none yet."),
        (("flip", "full/a.mp4", "--to", "x"), "--to is a class of a project\n  Say --class too."),
        (("flip", "full/a.mp4", "other/a.mp4", "--out", "o"), "o/a_flipped.mp4: would be written twice"),
        (("record-clips", "gym", "--class", "a/b", "--source", "full/a.mp4"), "class 'a/b': '/' cannot be in a name"),
        (("record-clips", "new", "--class", "wave", "--source", "nothing.mp4"), "nothing.mp4: there is no such file"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_remedy(words: tuple[str, ...], said: str) -> None:
    """Nothing is written."""
    assert say("project", "new", "gym").code == 0
    clip("full/a.mp4")
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file() and path.name != ".lock"}
    assert said in refused(*words)
    assert before == {path: path.read_bytes() for path in Path().rglob("*") if path.is_file() and path.name != ".lock"}
    assert not Path("new").exists()


def test_without_a_camera_nothing_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample clip, which graphs play instead, is no clip of anybody's."""
    monkeypatch.setattr("sensegraph_nodes.camera.cameras", list)
    assert "there is no camera that opens\n  Connect one" in refused("record-clips", "out", "--class", "wave")
    assert not Path("out").exists()


def test_takes_of_a_file_become_clips_of_a_project() -> None:
    """One session, numbered names, not mirrored."""
    say("project", "new", "gym")
    source = cut(Path("film.mp4"), 6.0)
    words = ("--source", source, "--headless", "--countdown", 1, "--duration", 1, "--number", 2)
    answer = say("record-clips", "gym", "--class", "wave", *words)
    assert answer.code == 0
    assert [line.split()[:3] for line in answer.out.splitlines()] == [["1", "of", "2:"], ["2", "of", "2:"]]
    clips = Project.open("gym").clips()
    assert [(each.name, each.label, each.seconds) for each in clips] == [
        ("wave_1", "wave", 1.0),
        ("wave_2", "wave", 1.0),
    ]
    assert len({each.session for each in clips}) == 1
    assert all(each.session_known for each in clips)


def test_takes_in_a_folder_are_numbered_on_and_can_be_imported() -> None:
    """Nothing is written over; takes that the film does not fill are told."""
    source = cut(Path("film.mp4"), 4.0)
    words = ("--class", "wave", "--source", source, "--headless", "--countdown", 0.5, "--duration", 1, "--number", 5)
    first = say("record-clips", "out", *words)
    assert "2 of 5 clips were recorded" in first.err
    assert say("record-clips", "out", *words).code == 0
    assert sorted(path.name for path in Path("out/wave").iterdir()) == [f"wave_{n}.mp4" for n in range(1, 5)]
    say("project", "new", "gym")
    answer = say("project", "import", "gym", "out")
    assert "2 imported" in answer.out, "the second round of takes has the same pictures"


def test_a_preview_is_a_mirror_and_says_what_goes_on() -> None:
    """The picture that is recorded is not touched."""
    from sensegraph.cli.record_clips import preview
    from sensegraph.training.project.takes import Moment

    shown = np.zeros((240, 320, 3), np.uint8)
    shown[:, 300:] = (0, 200, 0)
    before = shown.copy()
    waiting = preview(Moment(shown, 1, False, 2.0, False), "1/5  get ready 2")
    recording = preview(Moment(shown, 1, True, 2.0, False), "1/5  REC 2")
    assert (waiting[200, :15] == (0, 200, 0)).all()
    assert (recording[0] == recording[0, 0]).all()
    assert recording[0, 0, 2] > 200
    assert (waiting[:60] != cv2_flip(shown)[:60]).any()
    assert (shown == before).all()


def cv2_flip(pictures: np.ndarray) -> np.ndarray:
    """Return the mirror image."""
    return pictures[:, ::-1]


def test_videos_are_flipped_beside_themselves() -> None:
    """Or into a folder; what is there stays."""
    path = clip("a.mp4")
    assert say("flip", path).out == "wrote a_flipped.mp4: 16 pictures\n"
    assert frames(Path("a_flipped.mp4")) == 16
    assert "a_flipped.mp4: is there already" in refused("flip", path)
    assert say("flip", path, "--out", "o").out == "wrote o/a_flipped.mp4: 16 pictures\n"


def test_a_class_is_flipped_into_that_of_the_other_side() -> None:
    """Or into the one that is named."""
    say("project", "new", "gym")
    say("project", "add", "gym", "turn_left", clip("a.mp4"))
    answer = say("flip", "gym", "--class", "turn_left")
    assert answer.out.splitlines()[-1] == "flipped: 1"
    assert "  turn_right  train  a_flipped\n" in answer.out
    assert say("flip", "gym", "--class", "turn_left").out == "flipped: 0\n"
