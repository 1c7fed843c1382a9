"""Importing: what was found becomes clips, one after another; it can be stopped and gone on with at any moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sensegraph.errors import Problem, SensegraphError, SinkError, SourceError
from sensegraph.training.project.annotation import fitted
from sensegraph.training.project.error import ProjectError
from sensegraph.training.project.layout import Candidate, Survey
from sensegraph.training.project.original import PICTURE_FPS
from sensegraph.training.project.project import Project
from sensegraph.training.project.record import Clip, Split


@dataclass(slots=True)
class Intake:
    """What became of an import.

    Attributes:
        added: New clips.
        known: How many were there already.
        left_out: What was not imported, and why.
        remarks: What was imported, but.
    """

    added: list[Clip] = field(default_factory=list)
    known: int = 0
    left_out: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    _from: dict[str, Path] = field(default_factory=dict)

    def take(
        self,
        project: Project,
        found: Survey,
        *,
        split: Split | None = None,
        session: str = "",
        picture_fps: float = PICTURE_FPS,
        progress: Callable[[], object] = lambda: None,
    ) -> None:
        """Import what was found. After an interruption the same call goes on where it was.

        Args:
            project: Takes the clips.
            found: What to import.
            split: What clips are used for of which that is not said.
            session: Session of clips of which none is said.
            picture_fps: Pictures per second of folders of pictures.
            progress: Called after each clip.

        Raises:
            SinkError: The disk is full; what was imported until then is complete.
        """
        self.left_out += found.left_out
        for candidate in found.candidates:
            try:
                clip = self._clip(
                    project, candidate, candidate.split or split, candidate.session or session, picture_fps
                )
                self._annotate(project, clip, candidate)
            except SinkError:
                raise
            except ProjectError as error:
                self.left_out += error.problems
            except SourceError as error:
                self.left_out.append(_as_problem(candidate.path, error))
            progress()
        self._allow_tags(project, found)

    def _clip(
        self, project: Project, candidate: Candidate, split: Split | None, session: str, picture_fps: float
    ) -> Clip:
        before = {clip.id for clip in project.record.clips}
        clip = project.add_clip(candidate.path, candidate.label, split=split, session=session, picture_fps=picture_fps)
        if clip.id not in before:
            self.added.append(clip)
            self._from[clip.id] = candidate.path
            self.remarks += [Problem(str(candidate.path), note) for note in clip.notes]
        elif clip.id in self._from:
            self.left_out.append(Problem(str(candidate.path), f"is the same as {self._from[clip.id]}"))
        else:
            self.known += 1
        return clip

    def _annotate(self, project: Project, clip: Clip, candidate: Candidate) -> None:
        """Take over the tags of a clip, unless it has some here."""
        if candidate.tags is None or project.annotations(clip) is not None:
            return
        numbers = {name: project.add_tag(name) for name in dict.fromkeys(candidate.tags) if name}
        tags = [numbers.get(name, 0) for name in candidate.tags]
        lost = [tag for tag in tags[clip.steps :] if tag]
        if lost:
            what = f"{len(lost)} tags lie after its end, at {clip.seconds:.2f} s, and are left out"
            self.remarks.append(Problem(str(candidate.path), what))
        project.annotate(clip, fitted(tags, clip.steps))

    def _allow_tags(self, project: Project, found: Survey) -> None:
        """Make the classes without clips, and the tags that no clip uses."""
        for label, names in found.tags.items():
            missing = [
                name for name in names if label not in project.classes or name not in project.tags_of(label).values()
            ]
            try:
                if label not in project.classes:
                    label = project.add_class(label)
                for name in missing:
                    project.add_tag(name, [label])
            except ProjectError as error:
                self.left_out += error.problems


def _as_problem(path: Path, error: SensegraphError) -> Problem:
    """Return the two lines of an error as a problem of the file."""
    what, _, remedy = str(error).partition("\n  ")
    return Problem(str(path), what.removeprefix(f"{path.absolute()}: ").removeprefix(f"{path}: "), remedy)
