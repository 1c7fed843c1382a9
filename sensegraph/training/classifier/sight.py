"""What is seen in the clips of a project, as embeddings of one space: by which nets, and from where it is kept."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from sensegraph.errors import Problem
from sensegraph.models import catalogue
from sensegraph.models.classifier import OWN, net_digest
from sensegraph.models.pixel.architecture import ARCHITECTURES, FEATURES
from sensegraph.models.pixel.checkpoints import Checkpoints, find
from sensegraph.models.pixel.weights import Weights, digest, read_weights, space, weights_file
from sensegraph.models.traits import TRAITS_VERSION
from sensegraph.training.classifier import bank as banks
from sensegraph.training.classifier import pixels
from sensegraph.training.classifier.bank import Bank
from sensegraph.training.classifier.examples import Examples, examples
from sensegraph.training.classifier.folds import folds, held_back
from sensegraph.training.classifier.lesson import Lesson
from sensegraph.training.classifier.look import Task, look
from sensegraph.training.classifier.observation import Observation, observe, with_hands
from sensegraph.training.classifier.plan import Plan
from sensegraph.training.classifier.space import BODY, HANDS, Space
from sensegraph.training.classifier.store import Arrays, Store, file_hash
from sensegraph.training.motion import sample
from sensegraph.training.motion.gestures import sample as gesture_sample
from sensegraph.training.project.error import ProjectError
from sensegraph.training.project.project import Project
from sensegraph.training.project.record import Clip

Progress = Callable[[str, int, int], object]
Look = Callable[[Project, Sequence[Clip], int, Progress], "Sight"]

SIGHT_VERSION = 1
"""Raised when the trackers follow otherwise: what is kept of clips is computed anew."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """Last layers of a pixel network that were trained on clips.

    Attributes:
        weights: By official name.
        held_back: Ids of the clips that said when to stop: the only ones for training that it has not seen.
        history: For each epoch the loss on what was learnt, and loss and share of steps named right of the others.
        best: Number of the epoch that was kept, from 0.
    """

    weights: Weights
    held_back: frozenset[str]
    history: Sequence[Mapping[str, float | None]]
    best: int


@dataclass(frozen=True, slots=True)
class Sight:
    """The examples of clips.

    Attributes:
        backbone: What made the embeddings.
        hands: Which hand net looked too.
        space: Name of the embeddings.
        embedded: Length of an embedding alone; traits stand behind it.
        net: SHA-256 of the temporal net; empty where there is none.
        nets: Name -> SHA-256 of everything that was run.
        examples: Id of a clip -> its examples; none where nobody is seen in it.
        bank: Negatives of the same space; empty where there are none.
        problems: Of clips that cannot be read.
        tuned: The last layers that were trained on the clips; None where the backbone is as it was.
        known: How many clips had been looked at before.
    """

    backbone: str
    hands: str
    space: str
    embedded: int
    net: str
    nets: Mapping[str, str]
    examples: Mapping[str, Examples]
    bank: Bank
    problems: Sequence[Problem]
    known: int
    tuned: Tuning | None = None

    @property
    def traits(self) -> bool:
        """Whether traits stand behind the embeddings."""
        return self.bank.vectors.shape[1] > self.embedded


def ways(plan: Plan, lesson: Lesson) -> list[Look]:
    """Return the ways to look that a plan allows, the cheapest first.

    Args:
        plan: What to do.
        lesson: What is to be learnt, for a backbone that is tuned to it.

    Raises:
        ModelError: The weights of a pixel network are not there.
    """
    if plan.backbone != "landmarks":
        folder = Path(plan.checkpoints).expanduser() if plan.checkpoints else None
        found = find(plan.backbone, folder, ())
        if plan.layers:
            return [functools.partial(_tuned, found=found, plan=plan, lesson=lesson)]
        return [functools.partial(_pixels, found=found, folder=plan.checkpoints)]
    kinds: dict[str, tuple[Literal["none", "lite", "full"], ...]] = {
        "auto": ("none", "lite"), "none": ("none",), "lite": ("lite",), "full": ("full",),
    }  # fmt: skip
    return [functools.partial(_landmarks, hands=kind, seed=plan.seed) for kind in kinds[plan.hands]]


def _landmarks(
    project: Project,
    clips: Sequence[Clip],
    jobs: int,
    progress: Progress,
    *,
    hands: Literal["none", "lite", "full"],
    seed: int,
) -> Sight:
    space = BODY if hands == "none" else HANDS
    body_nets = _hashes("pose_detection", "pose_landmark_full")
    hand_nets = {} if hands == "none" else _hashes("palm_detection_lite", f"hand_landmark_{hands}")
    task = Task({"landmarks": SIGHT_VERSION, **body_nets}, _body)
    looked = look(project, clips, task, jobs, functools.partial(progress, "looking at clips"))
    problems, known = looked.problems, looked.known
    if hands != "none":
        task = Task({"landmarks": SIGHT_VERSION, **body_nets, **hand_nets}, functools.partial(_hands, kind=hands), task)
        readable = [clip for clip in clips if clip.id in looked.arrays]
        looked = look(project, readable, task, jobs, functools.partial(progress, "looking at hands"))
    progress("drawing negatives", 0, 0)
    bank = _bank(project, space, seed)
    found = {
        clip.id: examples(Observation(**looked.arrays[clip.id]), space, seed, clip.id)
        for clip in clips
        if clip.id in looked.arrays
    }
    net = net_digest(space.name)
    nets = {**body_nets, **hand_nets, f"{space.net}-temporal": net}
    return Sight("landmarks", hands, space.name, space.embedded, net, nets, found, bank, problems, known)


def _pixels(
    project: Project, clips: Sequence[Clip], jobs: int, progress: Progress, *, found: Checkpoints, folder: str
) -> Sight:
    weights = file_hash(weights_file(found.backbone))
    about: dict[str, str | int] = {"pixels": SIGHT_VERSION, "net": f"{found.net}-{found.version}", "weights": weights}
    task = Task(about, functools.partial(_features, net=found.net, folder=folder))
    looked = look(project, clips, task, jobs, functools.partial(progress, f"looking at clips with {found.net}"))
    made = {number: pixels.as_examples(arrays) for number, arrays in looked.arrays.items()}
    spaces = {str(arrays["space"]) for arrays in looked.arrays.values()} or {""}
    nets = {str(about["net"]): weights}
    return Sight(found.net, "none", spaces.pop(), FEATURES, "", nets, made, _no_bank(), looked.problems, looked.known)


def _tuned(
    project: Project,
    clips: Sequence[Clip],
    jobs: int,
    progress: Progress,
    *,
    found: Checkpoints,
    plan: Plan,
    lesson: Lesson,
) -> Sight:
    from sensegraph.training.classifier import tuning  # torch

    architecture, path = ARCHITECTURES[found.net], weights_file(found.backbone)
    mark, first = file_hash(path), len(ARCHITECTURES[found.net].layers) - plan.layers
    name = f"{found.net}-{found.version}"
    task = Task({"front": SIGHT_VERSION, "net": name, "weights": mark, "last": first},
                functools.partial(_front, net=found.net, path=str(path), last=first))  # fmt: skip
    looked = look(project, clips, task, jobs, functools.partial(progress, f"looking at clips with {found.net}"))
    shown = [clip for clip in clips if clip.split == "train" and clip.id in looked.arrays]
    if not shown:
        raise ProjectError([*looked.problems, Problem(str(project.path), "no clip for training can be read")])
    truth = [lesson.moments[clip.id] for clip in shown]
    back = held_back(folds(shown, plan.seed), truth)
    weights = read_weights(path, architecture)
    tuned = tuning.Tuned(architecture, weights, plan.layers, len(lesson.labels), plan.seed)
    material = tuning.Material([looked.arrays[each.id] for each in shown], truth, back, len(lesson.labels))
    told = functools.partial(progress, f"training the last {plan.layers} layers")
    tuning.tune(tuned, material, plan.epochs, plan.seed, told)
    own = tuned.weights()
    made_in = space(found.net, found.version, OWN, digest({**weights, **own}))
    made = {number: tuned.examples(arrays) for number, arrays in looked.arrays.items()}
    ids = frozenset(clip.id for clip, out in zip(shown, back, strict=True) if out)
    done = Tuning(own, ids, [asdict(each) for each in tuned.history], tuned.best or 0)
    return Sight(
        found.net, "none", made_in, FEATURES, "", {name: mark}, made, _no_bank(), looked.problems, looked.known, done
    )


def _no_bank() -> Bank:
    return Bank(np.zeros((0, FEATURES), np.float32), np.zeros(0, np.str_))


def _front(video: str, before: Arrays, *, net: str, path: str, last: int) -> Arrays:
    import torch

    from sensegraph.models.pixel.torch_runtime import loaded
    from sensegraph.training.classifier import front

    torch.set_num_threads(1)
    architecture = ARCHITECTURES[net]
    return front.look(video, loaded(architecture, read_weights(path, architecture)), last)


def _features(video: str, before: Arrays, *, net: str, folder: str) -> Arrays:
    return pixels.features(video, net, folder)


def _body(video: str, before: Arrays) -> Arrays:
    return observe(Path(video)).arrays()


def _hands(video: str, before: Arrays, *, kind: Literal["lite", "full"]) -> Arrays:
    body = Observation(**before) if before else observe(Path(video))
    return with_hands(body, Path(video), kind).arrays()


def _hashes(*names: str) -> dict[str, str]:
    return {name: catalogue.NETS[name].sha256 for name in names}


def _bank(project: Project, space: Space, seed: int) -> Bank:
    """Draw the negatives, or take what was kept of an earlier training with the same seed."""
    versions = [banks.BANK_VERSION, sample.GENERATOR_VERSION, gesture_sample.GENERATOR_VERSION, TRAITS_VERSION]
    about = {"bank": versions, "space": space.name, "net": net_digest(space.name), "seed": seed}
    store = Store(project.path)
    kept = store.get(about)
    if kept is None:
        drawn = banks.draw(space, seed)
        kept = {"vectors": drawn.vectors, "names": drawn.names}
        store.put(about, kept)
    return Bank(kept["vectors"], kept["names"])
