"""A project as plain folders, which sense's studio reads too and `project import` takes back."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sensegraph.training.project.annotation import write_tags
from sensegraph.training.project.document import unwritable
from sensegraph.training.project.error import ProjectError, refused
from sensegraph.training.project.project import Project
from sensegraph.training.project.readiness import gone
from sensegraph.training.project.record import Clip
from sensegraph.training.project.sense_studio import CONFIG

LIST = "clips.csv"


def export(
    project: Project, target: Path, *, originals: bool = False, progress: Callable[[], object] = lambda: None
) -> int:
    """Write the clips of a project as `videos_SPLIT/CLASS/NAME.mp4`, its tags and its settings; return how many clips.

    `clips.csv` lists them with their sessions. The folder is there in whole, or not at all.

    Args:
        project: The project; what is in its bin is not exported.
        target: A folder that is not there yet.
        originals: The originals instead of the versions of 16 frames a second.
        progress: Called after each clip.

    Raises:
        ProjectError: The folder is there already, or would lie in the project; files of clips are gone.
        SinkError: The disk is full.
    """
    if os.path.lexists(target):
        raise refused(target, "is there already", "Name a folder that is not.")
    if target.resolve().is_relative_to(project.path.resolve()):
        raise refused(target, "lies in the project itself", "Name a folder elsewhere.")
    if lost := project.lost():
        raise ProjectError([gone(project.path, clip) for clip in lost])
    part = target.with_name(f".{target.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        places = {clip.id: _place(clip, project, part, originals=originals) for clip in project.clips()}
        for clip in project.clips():
            _copy(project, clip, part / places[clip.id], originals=originals)
            progress()
        _write_list(project, places, part / LIST)
        (part / CONFIG).write_text(json.dumps(_config(project), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        part.rename(target)
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return len(places)


def _place(clip: Clip, project: Project, part: Path, *, originals: bool) -> str:
    """Return the path of a clip in the export, and make its folder."""
    folder = Path(f"videos_{clip.split}", clip.label)
    (part / folder).mkdir(parents=True, exist_ok=True)
    suffix = Path(clip.original).suffix if originals else ".mp4"
    twins = [each for each in project.clips(clip.split, clip.label) if each.name.casefold() == clip.name.casefold()]
    name = clip.name if len(twins) == 1 else f"{clip.name}_{clip.id[:6]}"
    return str(folder / f"{name}{suffix}")


def _copy(project: Project, clip: Clip, place: Path, *, originals: bool) -> None:
    source = project.original(clip) if originals else project.video(clip)
    if source.is_dir():
        shutil.copytree(source, place)
    else:
        shutil.copyfile(source, place)
    tags = project.annotations(clip)
    if tags is not None:
        folder = place.parents[2] / f"tags_{clip.split}" / clip.label
        folder.mkdir(parents=True, exist_ok=True)
        write_tags(folder / f"{place.stem}.json", place.name, tags)


def _write_list(project: Project, places: dict[str, str], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("file", "label", "split", "session"))
        for clip in project.clips():
            session = clip.session if clip.session_known else ""
            table.writerow((places[clip.id], clip.label, clip.split, session))


def _config(project: Project) -> dict[str, Any]:
    """The settings as sense's studio keeps them."""
    record = project.record
    return {
        "name": record.name,
        "date_created": record.created.isoformat(),
        "tags": {str(tag.id): tag.name for tag in record.tags},
        "max_tag_index": record.next_tag - 1,
        "classes": {label.name: list(label.tags) for label in record.labels},
        "use_gpu": False,
        "temporal": any(project.annotations(clip) is not None for clip in project.clips()),
        "assisted_tagging": False,
        "video_recording": {"countdown": 3, "recording": 5},
    }
