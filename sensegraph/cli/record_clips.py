"""`sensegraph record-clips`: short clips of a class from a camera, one after another."""

from __future__ import annotations

import contextlib
import datetime
import math
import sys
import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sensegraph.cli import printable, tell
from sensegraph.errors import SinkError, SourceError
from sensegraph.node import Stop
from sensegraph.resources import display_available

if TYPE_CHECKING:
    from sensegraph.training.project import Project, Split
    from sensegraph.training.project.takes import Moment, Take

SLOW_S = 0.25
"""A longer time between two pictures of a take is told."""
WHITE, RED = (255, 255, 255), (60, 60, 255)


@click.command("record-clips")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--class", "label", metavar="NAME", required=True, help="What is shown.")
@click.option("--source", default="auto", show_default=True, help="Camera index or device, file or URL.")
@click.option("--countdown", type=click.FloatRange(0, 60), default=3.0, show_default=True, help="Seconds before each.")
@click.option("--duration", type=click.FloatRange(0.5, 60), default=5.0, show_default=True, help="Seconds of each.")
@click.option("--number", type=click.IntRange(1, 1000), default=5, show_default=True, help="Of clips.")
@click.option("--split", type=click.Choice(["train", "valid", "test"]), default="train", show_default=True)
@click.option("--beeps/--no-beeps", default=True, help="Sound the bell of the terminal at start and end.")
@click.option("--headless", is_flag=True, help="No window.")
def record_clips(
    folder: Path,
    label: str,
    source: str,
    countdown: float,
    duration: float,
    number: int,
    split: Split,
    beeps: bool,
    headless: bool,
) -> int:
    """Record clips of one class, into a project in DIR or else as DIR/CLASS/CLASS_1.mp4 and so on.

    The window shows you as a mirror does; the files are not mirrored. q or Esc in it, or Ctrl-C, ends it: complete
    clips are kept. Clips of one call are one recording session.
    """
    from sensegraph.training.project.footage import node, shown
    from sensegraph.training.project.naming import checked_name
    from sensegraph.training.project.takes import Schedule, record

    kept = checked_name(label, "class")
    if not headless and not display_available():
        tell("there is no display: no preview")
        headless = True
    camera = node("CameraSource", source=source)
    if source == "auto" and not camera.live():
        raise _no_camera()
    with contextlib.ExitStack() as stack:
        frames = stack.enter_context(shown(camera))
        if source == "auto" and not camera.live():  # none opens: it would play the sample
            raise _no_camera()
        goal = _goal(folder, kept, split)
        window = None if headless else node("WindowSink", title=f"sensegraph: {kept}")
        stage = stack.enter_context(contextlib.closing(Stage(beeps=beeps, window=window)))
        temporary = stack.enter_context(tempfile.TemporaryDirectory(prefix=".takes-", dir=goal.folder))
        taken = 0

        def done(take: Take) -> None:
            nonlocal taken
            taken += 1
            stage.end_line()
            place = goal.keep(take)
            click.echo(printable(f"{taken} of {number}: {place}, {take.pictures / duration:.0f} pictures a second"))
            if take.longest_gap_s > SLOW_S:
                tell(f"{place}: pictures are missing for up to {take.longest_gap_s:.2f} s")

        schedule = Schedule(countdown, duration, number)
        moments = record(frames, schedule, lambda take: Path(temporary, f"{take}.mp4"), done)
        stack.enter_context(contextlib.closing(moments))
        with contextlib.suppress(Stop):  # the window was closed
            for moment in moments:
                stage.show(moment, number)
    if taken < number:
        tell(f"{taken} of {number} clips were recorded: the pictures ended, or the window was closed")
    return 0 if taken else 2


def _no_camera() -> SourceError:
    return SourceError("there is no camera that opens\n  Connect one, or name a file or an address with --source.")


class InFolder:
    """Keeps takes as DIR/CLASS/CLASS_1.mp4 and so on; attributes: `label`, `folder`."""

    def __init__(self, folder: Path, label: str) -> None:
        self.label = label
        self.folder = folder / label
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SinkError(f"{self.folder}: it cannot be made: {error.strerror}\n  Write elsewhere.") from error

    def keep(self, take: Take) -> str:
        """Move a take to its place and return that."""
        number = 1
        while (place := self.folder / f"{self.label}_{number}.mp4").exists():
            number += 1
        take.path.rename(place)
        return str(place)


class InProject:
    """Adds takes to a project, as clips of one session; attributes: `label`, `folder`."""

    def __init__(self, project: Project, label: str, split: Split) -> None:
        self.label = label
        self.folder = None  # the takes are copied from the folder of temporary files
        self._project = project
        self._split = split
        self._session = f"{datetime.datetime.now():%Y-%m-%d %H.%M.%S}"

    def keep(self, take: Take) -> str:
        """Add a take and return what it is called."""
        names = {clip.name for clip in self._project.record.clips}
        number = next(number for number in count(1) if f"{self.label}_{number}" not in names)
        clip = self._project.add_clip(
            take.path, self.label, split=self._split, session=self._session, name=f"{self.label}_{number}"
        )
        return f"{clip.id} '{clip.name}'"


def _goal(folder: Path, label: str, split: Split) -> InFolder | InProject:
    """Return where takes go; whether the class can be made there is found out before anything is recorded."""
    from sensegraph.training.project import Project
    from sensegraph.training.project.document import is_project

    if is_project(folder):
        project = Project.open(folder)
        return InProject(project, project.add_class(label), split)
    return InFolder(folder, label)


class Stage:
    """What the person in front of the camera sees and hears.

    Args:
        beeps: Sound the bell of the terminal with every second of the countdown and when a take begins.
        window: Shows the preview; None = none.
    """

    def __init__(self, *, beeps: bool, window: Any | None) -> None:
        self._beeps = beeps and sys.stderr.isatty()
        self._window = window
        self._said = ""
        if window is not None:
            window.open()

    def show(self, moment: Moment, number: int) -> None:
        """Show a picture as a mirror does, with what goes on.

        Raises:
            Stop: The window was closed.
        """
        word = "REC" if moment.recording else "get ready"
        text = f"{word} {math.ceil(moment.left_s)}"
        if text != self._said:
            self._said = text
            self._say(f"{moment.take}/{number} {text}", bell=moment.begins or not moment.recording)
        if self._window is not None:
            self._window.process(frames=preview(moment, f"{moment.take}/{number}  {text}"))

    def _say(self, text: str, *, bell: bool) -> None:
        if self._beeps and bell:
            click.echo("\a", nl=False, err=True)
        if sys.stderr.isatty():
            click.echo(f"\r{text}   ", nl=False, err=True)

    def end_line(self) -> None:
        """Make room for a line of its own."""
        if sys.stderr.isatty():
            click.echo("\r", nl=False, err=True)

    def close(self) -> None:
        """Close the window."""
        if self._window is not None:
            self._window.close()


def preview(moment: Moment, text: str) -> Any:
    """Return the picture mirrored, uint8 (H, W, 3) BGR, with a text that is not, and a red border while recording."""
    import cv2

    picture = cv2.flip(moment.picture, 1)
    height, width = picture.shape[:2]
    scale, thick = max(0.5, height / 400), max(1, height // 160)
    bar = int(50 * scale)
    picture[:bar] = picture[:bar] // 3  # so that the text can be read on a bright wall too
    place, colour = (int(12 * scale), int(34 * scale)), RED if moment.recording else WHITE
    cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, thick, cv2.LINE_AA)
    if moment.recording:
        cv2.rectangle(picture, (0, 0), (width - 1, height - 1), RED, 4 * thick)
    return picture
