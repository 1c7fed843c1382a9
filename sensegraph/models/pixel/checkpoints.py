"""Find official weights: a network and heads that belong to it, in a folder of the user's or among the imported ones.

The files and the order in which whole sets of them are looked for are those of the reference implementation (20BN
sense, `sense/models.yml` and the order of its programs). A set is of one version, `pro` or `lite`: these are different
weights of the same network, and the head of one is wrong on the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sensegraph.errors import ModelError, closest
from sensegraph.models.pixel import store
from sensegraph.models.pixel.architecture import ARCHITECTURES
from sensegraph.models.pixel.tensors import SUFFIX

BACKBONE = "backbone"
HEADS = ("fitness", "gestures", "gesture_control", "met", "reps")
VERSIONS = ("pro", "lite")

_SHORT = {"efficientnet": "sien", "mobilenet": "simn"}
_FOLDERS = {
    "fitness": ("fitness_activity_recognition",),
    "gestures": ("action_recognition", "gesture_recognition"),  # as it was called before version 2
    "gesture_control": ("gesture_control",),
    "met": ("calorie_estimation",),
    "reps": ("fitness_rep_counting",),
}
_ENDINGS = {"gesture_control": "last_9_layers", "met": "met_converter"}
_ONLY = {
    "gesture_control": (("efficientnet", "pro"), ("efficientnet", "lite")),
    "reps": (("efficientnet", "pro"),),
}
_ORDER = (("efficientnet", "pro"), ("mobilenet", "pro"), ("efficientnet", "lite"), ("mobilenet", "lite"))
_ORDER_OF_FITNESS = (("mobilenet", "pro"), ("efficientnet", "pro"), ("mobilenet", "lite"), ("efficientnet", "lite"))


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """A network and heads of one version; `heads.backbone_weights` and its readers load them.

    Attributes:
        net: `efficientnet` or `mobilenet`.
        version: `pro` or `lite`.
        backbone: The checkpoint of the whole network, or the folder of an imported one.
        heads: File of each head that was wanted, by name; it may bring the last layers of the network with it.
    """

    net: str
    version: str
    backbone: Path
    heads: dict[str, Path]


class Place(Protocol):
    """Where weights may be."""

    title: str
    remedy: str

    def find(self, net: str, version: str, part: str) -> Path | None:
        """Return the network (`backbone`) or a head; None where it is not there."""
        ...

    def call(self, net: str, version: str, part: str) -> str:
        """Return what to call one that is missing."""
        ...


class Resources:
    """A folder laid out as `resources` of the reference implementation, or the one that holds it."""

    def __init__(self, folder: Path) -> None:
        self.root = root(folder)
        self.title = str(self.root.absolute())
        self.remedy = f"Put what is missing into {self.root}."

    def find(self, net: str, version: str, part: str) -> Path | None:
        """Return the file, as `.ckpt` or `.safetensors`; a link counts as the file that it leads to."""
        paths = (self.root / name for name in official_files(net, version, part))
        return next((each for path in paths for each in (path, path.with_suffix(SUFFIX)) if each.is_file()), None)

    def call(self, net: str, version: str, part: str) -> str:
        """Return the official file."""
        return official_files(net, version, part)[0]


class Imported:
    """What `sensegraph models import` has put into the models cache."""

    def __init__(self) -> None:
        self.title = f"{store.folder()} (what was imported)"
        self.remedy = (
            "Bring your copy with `sensegraph models import FILE` (or its whole `resources` folder), or name the\n"
            "  folder: `--checkpoints DIR`."
        )

    def find(self, net: str, version: str, part: str) -> Path | None:
        """Return the folder of the network or the file of the head."""
        return store.find(store.name(net, version, "" if part == BACKBONE else part))

    def call(self, net: str, version: str, part: str) -> str:
        """Return its name in the models cache, and the official file; or that it is damaged."""
        name = store.name(net, version, "" if part == BACKBONE else part)
        if name in store.names():
            return f"{name}, which is damaged"
        return ", made of ".join([name, *official_files(net, version, part)[:1]])


def root(folder: Path) -> Path:
    """Return the folder that holds `backbone` and the folders of the heads: this one or `resources` in it."""
    inner = folder / "resources"
    return inner if inner.is_dir() and not (folder / BACKBONE).is_dir() else folder


def official_files(net: str, version: str, part: str) -> list[str]:
    """Return where the reference implementation keeps a part, relative to `resources`; empty if it has none.

    Args:
        net: `efficientnet` or `mobilenet`.
        version: `pro` or `lite`.
        part: `backbone` or a head.
    """
    lite = "_lite" if version == "lite" else ""
    if part == BACKBONE:
        return [f"backbone/strided_inflated_{net}{lite}.ckpt"]
    if (net, version) not in _ONLY.get(part, _ORDER):
        return []
    name = f"{_SHORT[net]}{lite}_{_ENDINGS.get(part, 'logreg')}.ckpt"
    return [f"{folder}/{name}" for folder in _FOLDERS.get(part, ())]


def find(net: str | None, folder: Path | None, wanted: Sequence[str], version: str | None = None) -> Checkpoints:
    """Return the first set of weights that is there as a whole; takes milliseconds and opens no file.

    Args:
        net: `efficientnet` or `mobilenet`; None takes either, in the order that the reference implementation has for
            the heads: for `fitness` and `met` the MobileNet first, else the EfficientNet; pro before lite.
        folder: Where to look, see `Resources`; None is what was imported.
        wanted: The heads that are needed: some of `HEADS`, or one of your own that was imported.
        version: `pro` or `lite`; None takes either.

    Raises:
        ModelError: No set is whole. The text lists what the nearest one lacks and where it was looked for.
    """
    if folder is not None and not folder.is_dir():
        raise ModelError(
            f"the folder of the weights is not there: {folder.absolute()}\n"
            "  Give one laid out as `resources` of sense; without any, `model: landmarks` works now."
        )
    if net is not None and net not in ARCHITECTURES:
        raise ModelError(f"there is no network '{net}': {', '.join(ARCHITECTURES)}\n  {closest(net, ARCHITECTURES)}")
    place = Imported() if folder is None else Resources(folder)
    sets = [each for each in _sets(net, place, wanted) if version in (None, each[1])]
    if not sets:
        raise ModelError(_unknown(net, place, wanted))
    for candidate in sets:
        paths = _paths(place, candidate, wanted)
        backbone = paths.pop(BACKBONE)
        heads = {head: path for head, path in paths.items() if path}
        if backbone and len(heads) == len(paths):
            return Checkpoints(*candidate, backbone, heads)
    raise ModelError(_incomplete(place, sets, wanted))


def present(net: str | None = None, folder: Path | None = None) -> bool:
    """Whether the weights of a network (None: of any) are there, whatever heads there are."""
    if folder is not None and not folder.is_dir():
        return False
    place = Imported() if folder is None else Resources(folder)
    return any(place.find(*candidate, BACKBONE) for candidate in _ORDER if net in (None, candidate[0]))


def _sets(net: str | None, place: Place, wanted: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield network and version of each set that could have all heads, in the order in which they are tried."""
    order = _ORDER_OF_FITNESS if {"fitness", "met"} & set(wanted) else _ORDER
    for candidate in order:
        heads_exist = all(official_files(*candidate, head) or place.find(*candidate, head) for head in wanted)
        if net in (None, candidate[0]) and heads_exist:
            yield candidate


def _paths(place: Place, candidate: tuple[str, str], wanted: Sequence[str]) -> dict[str, Path | None]:
    return {part: place.find(*candidate, part) for part in (BACKBONE, *wanted)}


def _unknown(net: str | None, place: Place, wanted: Sequence[str]) -> str:
    """Return the error where no network has such heads."""
    candidates = [candidate for candidate in _ORDER if net in (None, candidate[0])]
    others = [head for head in wanted if head not in HEADS]
    nobodys = [head for head in wanted if not any(official_files(*candidate, head) for candidate in candidates)]
    what = f"head {' and '.join(map(repr, others or nobodys or wanted))}"
    whose = ARCHITECTURES[net].title if net else "any one of the networks"
    known = f"heads of the official weights are {', '.join(HEADS)}" if others else "the official weights have none"
    return (
        f"there is no {what} for {whose}: {known}\n  looked for in {place.title}\n"
        f"  Another model may have it; `model: landmarks` needs no file and works now."
    )


def _incomplete(place: Place, sets: Sequence[tuple[str, str]], wanted: Sequence[str]) -> str:
    """Return the error where every set lacks something."""

    def lacks(candidate: tuple[str, str]) -> list[str]:
        return [part for part, path in _paths(place, candidate, wanted).items() if path is None]

    net, version = nearest = min(sets, key=lambda candidate: len(lacks(candidate)))
    needs = f" with the heads {', '.join(wanted)}" if wanted else ""
    tried = ", ".join(" ".join(candidate) for candidate in sets)
    lines = [
        f"the weights of {ARCHITECTURES[net].title} ({version}){needs} are not all here; missing:",
        *(f"  {place.call(*nearest, part)}" for part in lacks(nearest)),
        f"looked for in {place.title}, there for {tried}",
    ]
    for other in VERSIONS:
        there = [part for part in lacks(nearest) if other != version and place.find(net, other, part)]
        if there:
            lines.append(f"the {' and '.join(there)} of {other} cannot stand in: pro and lite do not go together")
    return "\n  ".join([*lines, place.remedy, "`model: landmarks` needs no file and works now."])
