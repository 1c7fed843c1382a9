"""Looking at the clips of a project: in parallel, each one once, whatever interrupts it."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any

from sensegraph import signals
from sensegraph.errors import Problem, RunError, SourceError
from sensegraph.training.classifier.store import Arrays, Store, file_hash
from sensegraph.training.project.project import Project
from sensegraph.training.project.record import Clip

Progress = Callable[[int, int], object]
"""Is told how many are done, and of how many."""
ALONE_S = 4.0
"""So many seconds of video are not worth the start of further processes."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something that is computed from each clip, and kept.

    Attributes:
        about: All that decides the result but the clip; JSON can hold it.
        compute: A function of a module, so that another process finds it: path of the 16 fps video and what was
            computed before -> arrays.
        before: The task whose arrays are given to it.
    """

    about: Mapping[str, object]
    compute: Callable[[str, Arrays], Arrays]
    before: Task | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of it.

    Attributes:
        arrays: Id of a clip -> what was computed.
        problems: Of clips that could not be read.
        known: How many clips had been looked at before.
    """

    arrays: Mapping[str, Arrays]
    problems: Sequence[Problem]
    known: int


def look(project: Project, clips: Sequence[Clip], task: Task, jobs: int, progress: Progress) -> Looked:
    """Compute something from each of some clips, or take what was kept.

    What is done is kept at once: whoever interrupts it, the next call goes on there.

    Args:
        project: Their project.
        clips: The clips.
        task: What to compute.
        jobs: How many processes; the result does not depend on it.
        progress: Called at the beginning and after each clip.

    Raises:
        SinkError: It cannot be kept: the disk is full.
        ModelError: A net is missing.
    """
    store, found, problems = Store(project.path), {}, []
    hashes = {clip.id: file_hash(project.video(clip)) for clip in clips}
    missing = []
    for clip in clips:
        kept = store.get(_about(task, hashes[clip.id]))
        if kept is None:
            missing.append(clip)
        else:
            found[clip.id] = kept
    known = len(found)
    progress(known, len(clips))
    for clip, outcome in _computed(project, missing, task, store, hashes, jobs):
        if isinstance(outcome, SourceError):
            problems.append(Problem(str(project.path), f"clip {clip.id} ('{clip.name}'): {outcome}"))
        else:
            store.put(_about(task, hashes[clip.id]), outcome)
            found[clip.id] = outcome
        progress(len(found) + len(problems), len(clips))
    return Looked(found, sorted(problems, key=str), known)


def _about(task: Task, video: str) -> dict[str, object]:
    return {**task.about, "video": video}


def _computed(
    project: Project, clips: Sequence[Clip], task: Task, store: Store, hashes: Mapping[str, str], jobs: int
) -> Iterator[tuple[Clip, Arrays | SourceError]]:
    """Yield each clip with its result, as soon as it is there."""

    def work(clip: Clip) -> tuple[Callable[[str, Arrays], Arrays], str, Arrays]:
        before = {} if task.before is None else store.get(_about(task.before, hashes[clip.id])) or {}
        return task.compute, str(project.video(clip)), before

    if jobs == 1 or sum(clip.seconds for clip in clips) <= ALONE_S:
        yield from ((clip, _try(*work(clip))) for clip in clips)
        return
    longest = sorted(clips, key=lambda clip: -clip.frames)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(clips)), spawn, initializer=_begin) as pool:
        try:
            with signals.held_back():
                futures: dict[Future[Any], Clip] = {pool.submit(_try, *work(clip)): clip for clip in longest}
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool:
            raise RunError(f"{project.path}: a process that looks at clips was killed\n  Free memory; go on.") from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _try(compute: Callable[[str, Arrays], Arrays], video: str, before: Arrays) -> Arrays | SourceError:
    try:
        return compute(video, before)
    except SourceError as error:
        return error


def _begin() -> None:
    """Leave Ctrl-C to the parent, and end with it, however it ends."""
    signals.ignore()
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
