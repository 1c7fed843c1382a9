"""A project: what it keeps, what it refuses, and that it is the same after every operation."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sensegraph.errors import SourceError
from sensegraph.training.project import Project, ProjectError
from sensegraph.training.project.document import NAME
from sensegraph.training.project.original import identity
from tests.clips import frames
from tests.nodes.videos import picture, write_video
from tests.projects import MakeClip


def test_a_clip_is_kept_as_it_came_and_at_16_frames_a_second(project: Project, make_clip: MakeClip) -> None:
    """The original has the same bytes; the id is of its content; the class is made."""
    source = make_clip("in/wave.mp4")
    clip = project.add_clip(source, "wave")
    assert project.original(clip).read_bytes() == source.read_bytes()
    assert frames(project.video(clip)) == clip.frames == 8
    assert clip.id == identity(source, 16.0)
    assert (clip.name, clip.label, clip.split, clip.seconds, clip.steps) == ("wave", "wave", "train", 0.5, 2)
    assert project.classes == ["wave"]
    assert Project.open(project.path).record == project.record


def test_equal_content_is_one_clip(project: Project, make_clip: MakeClip) -> None:
    """Under another name too; in another class it is refused, and the message names the clip."""
    clip = project.add_clip(make_clip("a.mp4"), "wave")
    assert project.add_clip(make_clip("b.mp4"), "wave") == clip
    with pytest.raises(ProjectError, match=r"b\.mp4: is a clip of class 'wave' already, as 'a'\n  A clip is of one"):
        project.add_clip(make_clip("b.mp4"), "nod")
    assert project.clips() == [clip]
    assert project.classes == ["wave"]


def test_a_folder_of_pictures_is_a_clip(project: Project, make_clip: MakeClip, tmp_path: Path) -> None:
    """In the order of numbers, at the rate that is said; another rate is another clip."""
    import cv2

    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(12):
        cv2.imwrite(str(folder / f"{number}.png"), picture(number))
    (folder / "notes.txt").write_text("none of them")
    clip = project.add_clip(folder, "wave", picture_fps=8.0)
    assert (clip.frames, clip.source_frames, clip.original, clip.picture_fps) == (24, 12, "original", 8.0)
    assert sorted(path.name for path in project.original(clip).iterdir()) == sorted(f"{n}.png" for n in range(12))
    assert project.add_clip(folder, "wave", picture_fps=16.0).id != clip.id


def test_the_bin_gives_back_what_was_put_into_it(project: Project, make_clip: MakeClip) -> None:
    """Until it is emptied; what is in it is not imported again behind one's back."""
    source = make_clip("a.mp4")
    clip = project.add_clip(source, "wave")
    project.remove(clip.id)
    assert project.clips() == []
    assert [each.id for each in project.clips(removed=True)] == [clip.id]
    with pytest.raises(ProjectError, match=rf"is in the bin, as 'a'\n  Restore it: clip {clip.id}"):
        project.add_clip(source, "wave")
    assert project.restore(clip.id[:6]) == clip
    project.remove("a")
    assert [each.id for each in project.empty_bin()] == [clip.id]
    assert not project.original(clip).exists()
    assert project.add_clip(source, "nod").id == clip.id


def test_a_class_that_is_removed_comes_back_with_its_clips(project: Project, make_clip: MakeClip) -> None:
    """Its clips go to the bin; restoring one makes the class again."""
    clip = project.add_clip(make_clip("a.mp4"), "wave")
    project.remove_class("wave")
    assert project.classes == []
    project.restore(clip.id)
    assert project.classes == ["wave"]


def test_a_class_keeps_its_clips_under_a_new_name(project: Project, make_clip: MakeClip) -> None:
    """And the id of a clip stays."""
    clip = project.add_clip(make_clip("a.mp4"), "wave")
    project.rename_class("wave", "wink")
    assert [(each.id, each.label) for each in project.clips()] == [(clip.id, "wink")]
    with pytest.raises(ProjectError, match=r"there is no class 'wave'"):
        project.rename_class("wave", "x")


def test_tags_are_kept_for_each_step_and_removed_ones_read_as_background(project: Project, make_clip: MakeClip) -> None:
    """The file keeps them; numbers are never given twice; the form is that of sense's studio."""
    clip = project.add_clip(make_clip("a.mp4", frames=18), "wave")
    up, down = project.add_tag("up"), project.add_tag("down")
    assert project.annotations(clip) is None
    assert clip.steps == 5
    project.annotate(clip, [0, up, up, down, 0])
    assert project.tags_of("wave") == {up: "up", down: "down"}
    assert Project.open(project.path).annotations(clip) == [0, up, up, down, 0]
    written = json.loads((project.video(clip).parent / "tags.json").read_text())
    assert written == {"file": "video.mp4", "fps": 16.0, "time_annotation": [0, 1, 1, 2, 0]}
    project.remove_tag(up)
    assert project.annotations(clip) == [0, 0, 0, down, 0]
    assert project.add_tag("left") == 3


@pytest.mark.parametrize(
    ("tags", "said"),
    [([0, 0, 0], "3 tags for 2 steps"), ([0, 9], "there is no tag 9"), ([-1, 0], "there is no tag -1")],
)
def test_tags_that_do_not_fit_are_refused(project: Project, make_clip: MakeClip, tags: list[int], said: str) -> None:
    """Nothing is written."""
    clip = project.add_clip(make_clip("a.mp4"), "wave")
    with pytest.raises(ProjectError, match=said):
        project.annotate(clip, tags)
    assert project.annotations(clip) is None


def test_what_cannot_be_a_clip_is_refused_and_leaves_nothing(
    project: Project, make_clip: MakeClip, tmp_path: Path
) -> None:
    """One picture, no video, nothing there, a pipe, a changing size."""
    import os

    (tmp_path / "text.mp4").write_text("no video")
    (tmp_path / "empty.mp4").touch()
    os.mkfifo(tmp_path / "pipe.mp4")
    cases = {
        str(make_clip("one.mp4", frames=1)): (
            ProjectError,
            r"one\.mp4: is too short: 1 picture, 0\.06 s\n  A clip has",
        ),
        str(tmp_path / "text.mp4"): (SourceError, r"text\.mp4: it is not a video"),
        str(tmp_path / "empty.mp4"): (SourceError, r"empty\.mp4: the file is empty"),
        str(tmp_path / "none.mp4"): (ProjectError, r"none\.mp4: cannot be read: No such file"),
        str(tmp_path / "pipe.mp4"): (ProjectError, r"pipe\.mp4: cannot be read: it is no regular file"),
    }
    before = (project.path / NAME).read_bytes()
    for path, (kind, said) in cases.items():
        with pytest.raises(kind, match=said):
            project.add_clip(path, "wave")
    assert (project.path / NAME).read_bytes() == before
    assert not any((project.path / "clips").glob("*"))
    assert [path.name for path in (project.path / "incoming").iterdir()] == [".lock"]


def test_a_cut_off_clip_is_added_with_a_note(project: Project, make_clip: MakeClip, tmp_path: Path) -> None:
    """What is left of it is used, and what was wrong stands in the record."""
    whole = make_clip("whole.mkv", frames=64).read_bytes()
    (tmp_path / "half.mkv").write_bytes(whole[: len(whole) * 2 // 3])
    clip = project.add_clip(tmp_path / "half.mkv", "wave")
    assert 4 <= clip.frames < 64
    assert clip.notes[0].startswith("cut off or damaged: it ends at ")
    assert any("half" in problem.what and "cut off" in problem.what for problem in project.readiness().advice)


def test_a_new_clip_is_used_as_the_others_of_its_session(project: Project, make_clip: MakeClip) -> None:
    """A session is never torn by adding to it."""
    first = project.add_clip(make_clip("monday_1.mp4", 1), "wave")
    project.assign({first.id: "valid"})
    assert project.add_clip(make_clip("monday_2.mp4", 2), "nod").split == "valid"
    assert project.add_clip(make_clip("friday_1.mp4", 3), "nod").split == "train"


def test_a_project_is_made_in_a_new_or_empty_folder_only(tmp_path: Path) -> None:
    """Nothing that is there is touched."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "empty").mkdir()
    assert Project.create(tmp_path / "empty").name == "empty"
    with pytest.raises(ProjectError, match="is a project already"):
        Project.create(tmp_path / "empty")
    for path in (tmp_path / "full", tmp_path / "full" / "mine.txt"):
        with pytest.raises(ProjectError, match="is there already"):
            Project.create(path)
    assert Project.create(tmp_path / "a" / "b", 'Größe "$(x)" 😀').name == 'Größe "$(x)" 😀'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read"),
        ("{", "cannot be read"),
        ("[]", "record: "),
        ('{"version": 2}', r"is of version 2; this program knows 1\n  Use a newer"),
        ('{"version": 1, "name": "x", "created": "2026-01-01", "labels": [{"name": "../x"}]}', r"labels\.0\.name: "),
        ('{"version": 1, "name": "x", "created": "2026-01-01", "next_tag": 1, "strange": 1}', "strange: Extra inputs"),
        ('{"version": 1, "name": "x", "created": "2026-01-01", "labels": [{"name": "a"}, {"name": "a"}]}', "twice"),
    ],
)
def test_a_damaged_record_is_told_and_left_as_it_is(project: Project, text: str, said: str) -> None:
    """The message names the file; nothing is written over."""
    path = project.path / NAME
    path.write_text(text)
    with pytest.raises(ProjectError, match=said):
        Project.open(project.path)
    with pytest.raises(ProjectError, match=said):
        project.add_class("wave")
    assert path.read_text() == text


def test_a_folder_that_is_no_project_gets_nothing_written(tmp_path: Path) -> None:
    """Not even a lock file."""
    with pytest.raises(ProjectError, match=r"is no project\n  Make one: sensegraph project new"):
        Project.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


class Operations(RuleBasedStateMachine):
    """Any sequence of operations, with what must hold after each."""

    labels = st.sampled_from(["wave", "nod", "Größe", 'it\'s "$(x)"'])
    number = st.integers(0, 5)
    splits = st.sampled_from(["train", "valid", "test"])

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.project = Project.create(self.folder / "p")
        self.sources: dict[int, Path] = {}
        self.ids: dict[int, str] = {}

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def _source(self, number: int) -> Path:
        if number not in self.sources:
            pictures = [picture(i + 7 * number) for i in range(5)]
            path = self.folder / f"day{number % 2}_{number}.mp4"
            self.sources[number] = write_video(path, 5, rate=16, size=(16, 16), pictures=pictures)
        return self.sources[number]

    @rule(number=number, label=labels)
    def add(self, number: int, label: str) -> None:
        try:
            clip = self.project.add_clip(self._source(number), label)
        except ProjectError:  # in another class, or in the bin
            return
        assert self.ids.setdefault(number, clip.id) == clip.id

    @precondition(lambda self: self.project.record.clips)
    @rule(data=st.data(), label=labels)
    def change_a_clip(self, data: st.DataObject, label: str) -> None:
        clip = data.draw(st.sampled_from(self.project.record.clips))
        what = data.draw(st.sampled_from(["remove", "restore", "move", "annotate"]))
        if what == "annotate":
            tag = self.project.add_tag("up")
            tags = [tag] * clip.steps
            if clip.label in self.project.classes:
                self.project.annotate(clip, tags)
                assert self.project.annotations(clip) == tags
        elif what == "move":
            self.project.move(clip.id, label)
        else:
            assert getattr(self.project, what)(clip.id).removed == (what == "remove")

    @rule(label=labels, new=labels, what=st.sampled_from(["add", "rename", "remove"]))
    def change_a_class(self, label: str, new: str, what: str) -> None:
        try:
            if what == "rename":
                self.project.rename_class(label, new)
            else:
                getattr(self.project, f"{what}_class")(label)
        except ProjectError:
            assert what != "add"

    @rule(split=splits)
    def assign(self, split: str) -> None:
        self.project.assign({clip.id: split for clip in self.project.clips()[::2]})

    @rule()
    def empty_the_bin(self) -> None:
        for clip in self.project.empty_bin():
            assert not self.project.video(clip).exists()

    @rule()
    def work_on_with_what_is_on_the_disk(self) -> None:
        self.project = Project.open(self.project.path)

    @invariant()
    def memory_and_disk_agree(self) -> None:
        assert Project.open(self.project.path).record == self.project.record

    @invariant()
    def each_clip_is_whole_and_of_one_class(self) -> None:
        ids = [clip.id for clip in self.project.record.clips]
        assert len(set(ids)) == len(ids)
        by_class = [clip.id for label in self.project.classes for clip in self.project.clips(label=label)]
        assert sorted(by_class) == sorted(clip.id for clip in self.project.clips())
        for clip in self.project.record.clips:
            assert self.project.video(clip).is_file()
            assert identity(self.project.original(clip), 16.0) == clip.id
        on_disk = {path.name for path in (self.project.path / "clips").glob("*")}
        assert on_disk == set(ids)


TestOperations = Operations.TestCase
TestOperations.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
