"""What can be imported: folders, lists, projects of sense's studio; what is wrong is named, the rest comes in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sensegraph.training.project import Project, ProjectError
from sensegraph.training.project.export import export
from sensegraph.training.project.intake import Intake
from sensegraph.training.project.layout import survey
from tests.nodes.videos import picture
from tests.projects import MakeClip


def take(project: Project, source: Path) -> Intake:
    """Import a folder and return what became of it."""
    intake = Intake()
    intake.take(project, survey(source))
    return intake


def said(intake: Intake) -> str:
    """Return what was left out, as it is printed."""
    return "\n".join(map(str, intake.left_out))


def placed(project: Project) -> set[tuple[str, str, str]]:
    """Return class, split and name of all clips."""
    return {(clip.label, clip.split, clip.name) for clip in project.clips()}


def test_a_folder_for_each_class(project: Project, make_clip: MakeClip, tmp_path: Path) -> None:
    """Whatever the containers are called; a folder of pictures in a class folder is a clip."""
    import cv2

    make_clip("in/wave/a.mp4", 1)
    make_clip("in/wave/b.MKV", 2)
    make_clip("in/nod/c.avi", 3)
    (tmp_path / "in/nod/pictures").mkdir()
    for number in range(8):
        cv2.imwrite(str(tmp_path / f"in/nod/pictures/{number}.png"), picture(number + 40))
    intake = take(project, tmp_path / "in")
    assert said(intake) == ""
    assert placed(project) == {
        ("wave", "train", "a"), ("wave", "train", "b"), ("nod", "train", "c"), ("nod", "train", "pictures"),
    }  # fmt: skip


def test_splits_above_the_classes_are_kept(project: Project, make_clip: MakeClip, tmp_path: Path) -> None:
    """`val` is valid; a class may be called as a split where not all folders are."""
    for number, folder in enumerate(("Train", "val", "test")):
        make_clip(f"in/{folder}/wave/{number}.mp4", number)
    take(project, tmp_path / "in")
    assert placed(project) == {("wave", "train", "0"), ("wave", "valid", "1"), ("wave", "test", "2")}
    make_clip("vehicles/train/a.mp4", 10)
    make_clip("vehicles/bus/b.mp4", 11)
    take(project, tmp_path / "vehicles")
    assert project.classes == ["wave", "bus", "train"]


def test_importing_again_adds_nothing(project: Project, make_clip: MakeClip, tmp_path: Path) -> None:
    """Not even a byte changes; a duplicate is named once, in the import that met it first."""
    make_clip("in/wave/a.mp4", 1)
    make_clip("in/wave/b.mp4", 1)
    first = take(project, tmp_path / "in")
    assert [len(first.added), first.known] == [1, 0]
    assert said(first) == f"{tmp_path}/in/wave/b.mp4: is the same as {tmp_path}/in/wave/a.mp4"
    before = (project.path / "project.json").read_bytes()
    again = take(project, tmp_path / "in")
    assert [len(again.added), again.known, said(again)] == [0, 2, ""]
    assert (project.path / "project.json").read_bytes() == before


def test_what_is_wrong_is_named_and_the_rest_is_imported(project: Project, make_clip: MakeClip, tmp_path: Path) -> None:
    """Broken, too short, no video, strays, empty and forbidden folders, links that lead out; not what is hidden."""
    root = tmp_path / "in"
    make_clip('in/it\'s "$(x)" 😀/good.mp4', 1)
    make_clip("in/wave/one.mp4", 2, frames=1)
    (root / "wave/broken.mp4").write_bytes(make_clip("whole.mp4", 3).read_bytes()[:700])
    (root / "wave/notes.txt").write_text("notes")
    (root / "wave/.DS_Store").write_text("")
    (root / "wave/inner/deeper").mkdir(parents=True)
    (root / "stray.mp4").write_text("")
    (root / "empty").mkdir()
    (root / "none").mkdir()
    (root / "a|b").mkdir()
    outside = make_clip("outside/secret.mp4", 4)
    (root / "wave/link.mp4").symlink_to(outside)
    (root / "out").symlink_to(outside.parent)
    (root / "wave/loop.mp4").symlink_to(root / "wave/loop.mp4")
    intake = take(project, root)
    assert [clip.label for clip in intake.added] == ['it\'s "$(x)" 😀']
    for text in (
        "in: 1 in no class folder: stray.mp4\n  A clip lies in the folder of its class.",
        "in/empty: holds no clips",
        "in/none: has a meaning of its own",
        "in/a|b: '|' cannot be in a name",
        "in/out: leads out of",
        "wave/link.mp4: leads out of",
        "wave/loop.mp4: leads out of",
        "wave/inner: is a folder without pictures in a class folder",
        "wave/one.mp4: is too short: 1 picture",
        "wave/broken.mp4: it is not a video, or is damaged at its beginning\n  Check that it plays",
        "wave/notes.txt: it is not a video",
    ):
        assert text in said(intake)
    assert len(intake.left_out) == 11
    assert project.classes == ['it\'s "$(x)" 😀']


def test_a_list_of_clips(project: Project, make_clip: MakeClip, tmp_path: Path) -> None:
    """Files relative to the list; split and session where it says so."""
    make_clip("in/a.mp4", 1)
    make_clip("in/b.mp4", 2)
    make_clip("in/c.mp4", 3)
    (tmp_path / "in/list.csv").write_text(
        "file,label,split,session\na.mp4,wave,val,monday\nb.mp4, nod ,,\nc.mp4,nod,,monday\n"
    )
    assert said(take(project, tmp_path / "in/list.csv")) == ""
    assert placed(project) == {("wave", "valid", "a"), ("nod", "train", "b"), ("nod", "valid", "c")}


def test_rows_that_are_wrong_are_named_by_line(project: Project, make_clip: MakeClip, tmp_path: Path) -> None:
    """Nothing outside of the folder of the list is read."""
    make_clip("in/a.mp4", 1)
    make_clip("secret.mp4", 2)
    (tmp_path / "in/l.csv").write_text(
        "file,label,split\na.mp4,wave,train\n../secret.mp4,wave,train\n" + f"{tmp_path}/secret.mp4,wave,train\n"
        "b.mp4,wave,train\na.mp4,../x,train\na.mp4,wave,later\na.mp4\n,wave,train\n"
    )
    intake = take(project, tmp_path / "in/l.csv")
    lines = [(each.where.rpartition(":")[2], each.what) for each in intake.left_out]
    assert len(intake.added) == 1
    assert [number for number, _ in lines] == ["3", "4", "5", "6", "7", "8", "9"]
    texts = ("leads out of", "leads out of", "there is no file 'b.mp4'", "begins with a dot", "'later' is no split",
             "has another number of cells", "file is empty")  # fmt: skip
    assert all(text in what for text, (_, what) in zip(texts, lines, strict=True))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("file,start_s,end_s,label\n", r"'start_s' is no column of it[\s\S]*'end_s' is no column of it"),
        ("file,lable\n", r"Did you mean 'label'\?[\s\S]*the columns label are missing"),
        ("", "the columns file, label are missing"),
        ("file,label\n", "has no rows"),
        ('file,label\n"a.mp4\n', "is not CSV"),
        ("file,label\n\xff", "is no CSV list in UTF-8"),
    ],
)
def test_a_list_that_is_none_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """All that is wrong with its columns at once; unknown columns are not passed over."""
    (tmp_path / "l.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(ProjectError, match=told):
        survey(tmp_path / "l.csv")


def test_what_holds_nothing_is_refused(project: Project, tmp_path: Path) -> None:
    """An empty folder, none, a project itself."""
    (tmp_path / "empty").mkdir()
    for path, told in (
        (tmp_path / "empty", "there are no class folders in it\n  Put the clips of each class into a folder"),
        (tmp_path / "no", "there is no such file or folder"),
        (project.path, "is a project itself"),
    ):
        with pytest.raises(ProjectError, match=told):
            survey(path)


def studio(root: Path, make_clip: MakeClip, config: object, tags: dict[str, list[int]]) -> None:
    """Make a project of sense's studio; `tags` are those of clips, by class and name."""
    for number, (label, split) in enumerate((("up", "train"), ("up", "valid"), ("down", "train"))):
        make_clip(f"{root.name}/videos_{split}/{label}/video_{number}.mp4", number, frames=18)
    (root / "project_config.json").write_text(json.dumps(config))
    for place, numbers in tags.items():
        path = root / f"tags_train/{place}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"file": f"{path.stem}.mp4", "fps": 16.0, "time_annotation": numbers}))


CONFIG = {
    "name": "Gym", "date_created": "2021-06-01", "tags": {"2": "top", "5": "bottom"}, "max_tag_index": 7,
    "classes": {"up": [2, 5], "down": [5], "later": []}, "use_gpu": False, "temporal": True, "assisted_tagging": False,
    "video_recording": {"countdown": 3, "recording": 5},
}  # fmt: skip


def test_a_project_of_the_studio_of_sense(project: Project, make_clip: MakeClip, tmp_path: Path) -> None:
    """Splits, classes without clips, tags and annotations come along; tags get numbers of this project."""
    studio(tmp_path / "gym", make_clip, CONFIG, {"up/video_0": [0, 2, 2, 5, 0], "down/video_2": [0, 5, 2, 9, 0, 0, 0]})
    (tmp_path / "gym/logreg").mkdir()
    (tmp_path / "gym/logreg/logreg.joblib").write_bytes(b"never opened")
    intake = take(project, tmp_path / "gym")
    assert placed(project) == {("up", "train", "video_0"), ("up", "valid", "video_1"), ("down", "train", "video_2")}
    assert sorted(project.classes) == ["down", "later", "up"]
    top, bottom = (next(n for n, name in project.tags.items() if name == tag) for tag in ("top", "bottom"))
    assert project.tags_of("up") == {top: "top", bottom: "bottom"}
    assert project.tags_of("down") == {bottom: "bottom"}
    assert project.annotations(project.clip("video_0")) == [0, top, top, bottom, 0]
    assert project.annotations(project.clip("video_1")) is None
    assert project.annotations(project.clip("video_2")) == [0, bottom, 0, 0, 0]
    assert "down/video_2.json: its class has no tag 2, 9\n  Those steps read as background." in said(intake)
    project.annotate(project.clip("video_0"), [bottom] * 5)
    take(project, tmp_path / "gym")
    assert project.annotations(project.clip("video_0")) == [bottom] * 5, "what was edited here is not written over"


def test_an_old_project_of_the_studio(project: Project, make_clip: MakeClip, tmp_path: Path) -> None:
    """Before May 2021 tags were two names of a class, numbered 1 and 2 there; equal names are one tag."""
    config = {"name": "Gym", "classes": {"up": ["rise", "hold"], "down": ["fall", "hold"]}}
    studio(tmp_path / "gym", make_clip, config, {"up/video_0": [0, 1, 2, 2, 0], "down/video_2": [1, 2, 0, 0, 0]})
    assert said(take(project, tmp_path / "gym")) == ""
    number = {name: each for each, name in project.tags.items()}
    assert set(number) == {"rise", "hold", "fall"}
    assert project.annotations(project.clip("video_0")) == [0, number["rise"], number["hold"], number["hold"], 0]
    assert project.annotations(project.clip("video_2")) == [number["fall"], number["hold"], 0, 0, 0]


def test_a_studio_project_without_its_settings(project: Project, make_clip: MakeClip, tmp_path: Path) -> None:
    """Its folders are enough; tags are called after the classes."""
    studio(tmp_path / "gym", make_clip, {}, {"up/video_0": [0, 1, 2, 0, 0]})
    (tmp_path / "gym/project_config.json").unlink()
    take(project, tmp_path / "gym")
    tags = project.annotations(project.clip("video_0"))
    assert tags is not None
    assert [project.tags.get(tag, "") for tag in tags] == ["", "up_tag1", "up_tag2", "", ""]


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("{", "project_config.json: cannot be read"),
        ("[]", "project_config.json: is no JSON object"),
        ('{"classes": 3}', "project_config.json: has no classes"),
        ('{"classes": {}, "tags": [1]}', "project_config.json: has no classes, or they are in no form that is known"),
        ("[" * 100_000, "project_config.json: cannot be read"),
    ],
)
def test_damaged_settings_of_a_studio_project_are_refused(tmp_path: Path, config: str, told: str) -> None:
    """Before anything is imported."""
    (tmp_path / "videos_train").mkdir()
    (tmp_path / "project_config.json").write_text(config)
    with pytest.raises(ProjectError, match=told):
        survey(tmp_path)


def test_settings_that_somebody_crafted_lead_nowhere(project: Project, make_clip: MakeClip, tmp_path: Path) -> None:
    """Names that would lead out are refused by name; annotations are looked for beside the videos only."""
    config = CONFIG | {"classes": {"../../x": [2], "up": [2, "a/b"]}, "tags": {"2": "../top", "x": "y"}}
    studio(tmp_path / "gym", make_clip, config, {"up/video_0": [2] * 5})
    intake = take(project, tmp_path / "gym")
    assert "class '../../x': begins with a dot" in said(intake)
    assert "tag '../top': begins with a dot: its folder would be hidden\n  It reads as background." in said(intake)
    assert project.tags == {}
    assert len(project.clips()) == 3


def test_an_export_is_a_studio_project_that_comes_back_as_it_was(
    project: Project, make_clip: MakeClip, tmp_path: Path
) -> None:
    """Classes, splits, tags and, with the originals, the very same clips."""
    clips = [project.add_clip(make_clip(f"{n}/monday_1.mp4", n, frames=18), "it's 😀" if n else "a") for n in range(3)]
    project.assign({clips[2].id: "test"})
    project.annotate(clips[0], [project.add_tag("up"), 0, 0, 0, 0])
    project.add_class("later")
    project.remove(project.add_clip(make_clip("gone.mp4", 9), "a").id)
    assert export(project, tmp_path / "out", originals=True) == 3
    assert json.loads((tmp_path / "out/tags_train/a/monday_1.json").read_text())["time_annotation"] == [1, 0, 0, 0, 0]
    back = Project.create(tmp_path / "back")
    assert said(take(back, tmp_path / "out")) == ""
    assert {(c.id, c.label, c.split) for c in back.clips()} == {(c.id, c.label, c.split) for c in project.clips()}
    assert set(back.classes) == set(project.classes)
    assert back.annotations(back.clip(clips[0].id)) == [1, 0, 0, 0, 0]
    listed = Project.create(tmp_path / "listed")
    take(listed, tmp_path / "out/clips.csv")
    assert {(c.id, c.session) for c in listed.clips()} == {(c.id, c.session) for c in project.clips()}


def test_an_export_at_16_frames_a_second_has_the_frames_of_the_project(
    project: Project, make_clip: MakeClip, tmp_path: Path
) -> None:
    """Byte for byte; two clips of one name get different files."""
    clips = [project.add_clip(make_clip(f"{n}/a.mp4", n), "wave") for n in range(2)]
    export(project, tmp_path / "out")
    files = sorted((tmp_path / "out/videos_train/wave").iterdir())
    assert {path.read_bytes() for path in files} == {project.video(clip).read_bytes() for clip in clips}
    assert {path.name for path in files} == {f"a_{clip.id[:6]}.mp4" for clip in clips}


def test_an_export_is_there_in_whole_or_not_at_all(project: Project, make_clip: MakeClip, tmp_path: Path) -> None:
    """What is there is not written over; nor is a project exported into itself."""
    project.add_clip(make_clip("a.mp4"), "wave")
    (tmp_path / "there").mkdir()
    for target in (tmp_path / "there", project.path / "out"):
        with pytest.raises(ProjectError, match=r"is there already|lies in the project itself"):
            export(project, target)
    clip = project.clips()[0]
    project.video(clip).unlink()
    with pytest.raises(ProjectError, match=rf"the files of clip {clip.id} \('a'\) are gone\n  Bring them back"):
        export(project, tmp_path / "out")
    assert project.readiness().problems[0].what.endswith("are gone")
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".*"))
