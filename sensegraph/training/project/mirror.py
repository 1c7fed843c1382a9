"""Mirrored copies of videos, and of the clips of a class: left and right change places in names too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from sensegraph.training.project.footage import Picture, node, recorder, shown
from sensegraph.training.project.incoming import staging
from sensegraph.training.project.naming import mirrored
from sensegraph.training.project.original import PICTURE_FPS
from sensegraph.training.project.project import Project
from sensegraph.training.project.record import Clip
from sensegraph.training.project.session import FLIPPED


def flip_video(source: Path, target: Path, picture_fps: float = PICTURE_FPS) -> int:
    """Write the mirror image of a video, at its own times, and return how many pictures it has.

    Args:
        source: A video, or a folder of pictures.
        target: An .mp4 that is not there yet.
        picture_fps: Pictures per second of a folder.

    Raises:
        SourceError: It cannot be read.
        SinkError: It cannot be written, or is there.
    """
    camera, count = node("CameraSource", source=str(source.absolute()), fps=picture_fps), 0
    with shown(camera) as pictures, recorder(target) as write:
        for picture, stamp in pictures:
            write(_flipped(picture), stamp.time_ns)
            count += 1
    return count


def _flipped(picture: Picture) -> Picture:
    return np.ascontiguousarray(cv2.flip(picture, 1), np.uint8)


def flip_class(
    project: Project, label: str, to: str = "", *, progress: Callable[[Clip], object] = lambda clip: None
) -> list[Clip]:
    """Add the mirror images of the clips of a class, with their splits, sessions and tags.

    What has a mirror image already, or is one, is passed over: after an interruption the same call goes on.

    Args:
        project: The project.
        label: The class.
        to: Class of the mirror images; by default the one with left and right exchanged in its name, which is the class
            itself where its name has no side.
        progress: Called with each clip that was looked at.

    Returns:
        The new clips.

    Raises:
        ProjectError: There is no such class.
        SinkError: The disk is full; what was made until then is complete.
    """
    project.tags_of(label)  # tells that there is no such class
    made = []
    for clip in project.clips(label=label):
        if not clip.flipped_from:
            images = [each for each in project.record.clips if each.flipped_from == clip.id]
            image = images[0] if images else _add_image(project, clip, to or mirrored(label))
            _copy_tags(project, clip, image)
            made += [] if images else [image]
        progress(clip)
    return made


def _add_image(project: Project, clip: Clip, label: str) -> Clip:
    with staging(project.path) as folder:
        video, fps = folder / "flipped.mp4", clip.picture_fps or PICTURE_FPS
        flip_video(project.original(clip), video, fps)
        session = clip.session if clip.session_known else ""
        name = f"{clip.name}{FLIPPED}"
        return project.add_clip(video, label, split=clip.split, session=session, name=name, flipped_from=clip.id)


def _copy_tags(project: Project, clip: Clip, image: Clip) -> None:
    """Give a mirror image the tags of its clip, those with a side exchanged; those that it has stay."""
    tags = project.annotations(clip)
    if tags is None or image.removed or project.annotations(image) is not None:
        return
    other = {tag: project.add_tag(mirrored(project.tags[tag])) for tag in sorted(set(tags)) if tag}
    steps = [other.get(tag, 0) for tag in tags[: image.steps]]
    project.annotate(image, [*steps, *[0] * (image.steps - len(steps))])
