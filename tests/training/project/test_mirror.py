"""Mirrored copies."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from sensegraph.errors import SinkError
from sensegraph.training.project import Project, ProjectError
from sensegraph.training.project.mirror import flip_class, flip_video
from tests.nodes.videos import write_video
from tests.projects import MakeClip


def halves(path: Path) -> tuple[float, float, int]:
    """Return the mean grey of the left and right half of a video, and its number of frames."""
    with av.open(str(path)) as video:
        pictures = [frame.to_ndarray(format="gray") for frame in video.decode(video=0)]
    mean = np.mean(pictures, axis=0)
    middle = mean.shape[1] // 2
    return float(mean[:, :middle].mean()), float(mean[:, middle:].mean()), len(pictures)


@pytest.fixture
def sided(tmp_path: Path) -> Path:
    """Return a video that is dark on the left and bright on the right, with uneven times."""
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:, 32:] = 200
    times = [0, 40, 100, 180, 300, 340, 420, 500]
    return write_video(tmp_path / "monday_1.mp4", times_ms=times, pictures=[picture] * len(times))


def test_a_mirror_image_has_left_and_right_exchanged_at_the_same_times(sided: Path, tmp_path: Path) -> None:
    """To the millisecond; a file that is there is not written over."""
    assert flip_video(sided, tmp_path / "out.mp4") == 8
    left, right, count = halves(tmp_path / "out.mp4")
    assert left > 150 > 50 > right
    assert count == 8
    with av.open(str(tmp_path / "out.mp4")) as video:
        assert [round(frame.time * 1000) for frame in video.decode(video=0)] == [0, 40, 100, 180, 300, 340, 420, 500]
    with pytest.raises(SinkError, match="it exists"):
        flip_video(sided, tmp_path / "out.mp4")


def test_clips_of_a_class_go_to_the_class_of_the_other_side(project: Project, sided: Path) -> None:
    """With split, session and tags; the tags have their sides exchanged too."""
    clip = project.add_clip(sided, "Swiping left", split="valid")
    left, up = project.add_tag("left_end"), project.add_tag("up")
    project.annotate(clip, [0, left, *[up] * (clip.steps - 2)])
    (image,) = flip_class(project, "Swiping left")
    assert (image.label, image.split, image.session) == ("Swiping right", "valid", "monday")
    assert (image.name, image.flipped_from) == ("monday_1_flipped", clip.id)
    tags = project.annotations(image)
    assert tags is not None
    assert [project.tags.get(tag, "") for tag in tags[:3]] == ["", "right_end", "up"]
    left_grey, right_grey, _ = halves(project.video(image))
    assert left_grey > right_grey
    assert abs(image.frames - clip.frames) <= 1


def test_flipping_again_adds_nothing(project: Project, make_clip: MakeClip) -> None:
    """Neither a second image nor an image of an image, also when it lies in the bin."""
    clip = project.add_clip(make_clip("a.mp4"), "wave")
    (image,) = flip_class(project, "wave")
    assert (image.label, image.session) == ("wave", clip.session)
    assert flip_class(project, "wave") == []
    project.remove(image.id)
    assert flip_class(project, "wave") == []
    assert len(project.record.clips) == 2
    with pytest.raises(ProjectError, match=r"there is no class 'wavee'\n  Did you mean 'wave'\?"):
        flip_class(project, "wavee")
