"""A dataset of labelled clips: found in a folder, checked as a whole, and described."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from sensegraph.errors import Problem
from sensegraph.training.backbone.annotations import SPLITS, TEST, Annotations, Row, read, tables_of
from sensegraph.training.backbone.clip import Clip, Split
from sensegraph.training.backbone.error import DatasetError, listed
from sensegraph.training.backbone.media import TABLES, Media, look
from sensegraph.training.backbone.probe import Progress, probe

MOST_PROBLEMS = 20


@dataclass(frozen=True)
class Dataset:
    """Clips that can be read, their classes, and what was left out.

    Attributes:
        root: Its folder.
        layout: How it is laid out, in words.
        classes: Names; the place of a name is its number.
        clips: In an order that does not depend on the machine.
        missing: Clips that a table names and that are not there, with the place in the table.
        broken: Clips that cannot be read -> why.
        notes: What else was left out, in words.
        digest: 64 hexadecimal digits that tell this dataset from others: names, sizes, labels and splits.
    """

    root: Path
    layout: str
    classes: tuple[str, ...]
    clips: tuple[Clip, ...]
    missing: tuple[str, ...]
    broken: Mapping[str, str]
    notes: tuple[str, ...]
    digest: str

    def of(self, split: Split) -> list[Clip]:
        """Return the clips of a split."""
        return [clip for clip in self.clips if clip.split == split]

    def targets(self, clips: Iterable[Clip]) -> list[int]:
        """Return the numbers of the classes of clips."""
        number = {name: index for index, name in enumerate(self.classes)}
        return [number[clip.label] for clip in clips]

    def counts(self, split: Split) -> list[int]:
        """Return how many clips of a split each class has."""
        found = Counter(clip.label for clip in self.of(split))
        return [found[name] for name in self.classes]

    @property
    def unseen(self) -> list[str]:
        """The classes without a clip for validation: nothing can be said about them."""
        return [name for name, count in zip(self.classes, self.counts("valid"), strict=True) if not count]

    def record(self) -> dict[str, Any]:
        """Return what it is, for the record of a training."""
        return {
            "folder": str(self.root),
            "layout": self.layout,
            "digest": self.digest,
            "train_clips": len(self.of("train")),
            "valid_clips": len(self.of("valid")),
            "classes": len(self.classes),
            "classes_without_valid": self.unseen,
            "missing": list(self.missing),
            "broken": dict(self.broken),
            "notes": list(self.notes),
        }


def find(
    root: Path,
    *,
    tables: Sequence[Path] = (),
    valid: float = 0.2,
    seed: int = 1,
    picture_fps: float = 12.0,
    progress: Progress | None = None,
) -> Dataset:
    """Find the clips and classes of a dataset, and open every clip once.

    Args:
        root: Its folder: `train/CLASS/...` and `valid/CLASS/...`, or `CLASS/...`, or clips and tables (`annotations`).
        tables: Tables that lie elsewhere; otherwise they are looked for in the folder, `annotations` and `labels`.
        valid: Share of each class that is kept for validation, 0..1, where the dataset itself does not say.
        seed: Of that choice.
        picture_fps: Pictures per second of folders of pictures.
        progress: Told how many clips have been opened.

    Raises:
        DatasetError: It cannot be read, or nothing can be learnt from it; with all that is wrong.
    """
    media = look(root)
    said = read(tables or tables_of(root))
    if said.problems:
        raise _all_wrong(said.problems)
    if said.rows:
        layout, rows, missing = _by_tables(media, said)
    else:
        layout, rows, missing = _by_folders(media, said)
    rows, divided = _divided(rows, valid, seed)
    clips = [_clip(root, path, row, picture_fps) for path, row in rows]
    _check(root, media, said, clips, f"{len(missing)} that are named in tables are not there" if missing else "")
    good, broken = probe(clips, progress)
    notes = [*said.notes, *divided, *_ignored(media, said)]
    classes = tuple(said.order) or tuple(sorted({clip.label for clip in clips}, key=_natural))
    dataset = Dataset(root, layout, classes, tuple(good), tuple(missing), broken, tuple(notes), _digest(root, good))
    if problems := _unlearnable(dataset):
        raise _all_wrong(problems)
    return dataset


Found = tuple[PurePosixPath, Row]


def _by_folders(media: Media, said: Annotations) -> tuple[str, list[Found], list[str]]:
    """Label clips by the folders that they are in."""
    splits = {path.parts[0] for path in (*media.folders, *media.paths) if path.parts[0].lower() in SPLITS}
    tests = {path.parts[0] for path in (*media.folders, *media.paths) if path.parts[0].lower() in TEST}
    found, loose = [], 0
    for path in media.paths:
        split = SPLITS[path.parts[0].lower()] if path.parts[0] in splits else None
        inner = path.parts[1 if split else 0 :]
        if splits and path.parts[0] in tests:
            continue
        if len(inner) < 2 or (splits and not split):
            loose += 1
            continue
        found.append((path, Row(str(path), str(path), inner[0], split)))
    if loose:
        said.notes.append(f"{loose} clips that are in no folder of a class were left out")
    if splits and tests:
        said.notes.append(f"the folder {listed(sorted(tests))} was left out")
    return ("a folder per class" + (f" in {', '.join(sorted(splits))}" if splits else "")), found, []


def _by_tables(media: Media, said: Annotations) -> tuple[str, list[Found], list[str]]:
    """Find the clips that tables name."""
    found, missing = [], []
    for row in said.rows:
        path = _find(media, row)
        if path is None:
            missing.append(f"{row.where}: {row.name}")
        else:
            found.append(path)
    pictures = sum(not path.suffix for path, _ in found)
    kind = "folders of pictures" if pictures > len(found) / 2 else "videos"
    return f"{kind} named in {', '.join(path.name for path in said.tables)}", found, missing


def _find(media: Media, row: Row) -> Found | None:
    """Return the clip of a row: one that was cut out already, else the video with the times to cut at."""
    if row.start_s is not None and row.end_s is not None:
        cut = f"{row.name}_{round(row.start_s):06d}_{round(row.end_s):06d}"  # as Kinetics is handed on
        if path := _only(media.named(cut), row):
            return path, Row(row.where, row.name, row.label, row.split)
    path = _only(media.named(row.name), row)
    return None if path is None else (path, row)


def _only(paths: Sequence[PurePosixPath], row: Row) -> PurePosixPath | None:
    """Return the one path; of several the one that lies in a folder of the label or of the split."""
    if len(paths) > 1:
        label = row.label.replace(" ", "_")
        paths = [path for path in paths if {row.label, label} & set(path.parts)] or paths
        paths = [path for path in paths if row.split in {SPLITS.get(part) for part in path.parts}] or paths
    return paths[0] if len(paths) == 1 else None


def _divided(rows: list[Found], valid: float, seed: int) -> tuple[list[Found], list[str]]:
    """Choose clips for validation where none are, the same share of each class; at least one is left to learn from."""
    if any(row.split == "valid" for _, row in rows):
        return [(path, _of_split(row, row.split or "train")) for path, row in rows], []
    by_label: dict[str, list[Found]] = {}
    for path, row in rows:
        by_label.setdefault(row.label, []).append((path, row))
    chosen: list[Found] = []
    for label in sorted(by_label):
        members = by_label[label]
        key = int.from_bytes(hashlib.sha256(label.encode("utf-8", "surrogateescape")).digest()[:8], "little")
        order = np.random.default_rng([seed, key]).permutation(len(members))
        kept = min(max(1, round(valid * len(members))), len(members) - 1) if valid else 0
        chosen += [(members[at][0], _of_split(members[at][1], "valid" if i < kept else "train"))
                   for i, at in enumerate(order)]  # fmt: skip
    chosen.sort(key=lambda each: (each[0], each[1].start_s or 0.0))
    return chosen, [f"{valid:.0%} of each class were chosen for validation with seed {seed}"] if rows else []


def _of_split(row: Row, split: Split) -> Row:
    return Row(row.where, row.name, row.label, split, row.start_s, row.end_s)


def _clip(root: Path, path: PurePosixPath, row: Row, picture_fps: float) -> Clip:
    return Clip(root / path, row.label, row.split or "train", row.start_s or 0.0, row.end_s, picture_fps)


def _check(root: Path, media: Media, said: Annotations, clips: Sequence[Clip], missing: str) -> None:
    """Refuse what nothing can be learnt from before every clip is opened."""
    if not clips:
        remedy = "Make train/CLASS/*.mp4 and valid/CLASS/*.mp4, or CLASS/*.mp4, or name tables with --annotations."
        what = f"there are no clips ({missing})" if missing else "there are no videos in folders of classes"
        raise _all_wrong([Problem(str(root), what, remedy)])
    problems = []
    labels = {clip.label for clip in clips}
    if not said.rows:
        splits = {path for path in media.folders if path.parts[0].lower() in SPLITS and len(path.parts) == 1}
        depth = 2 if splits else 1
        for folder in media.folders:
            inside = not splits or folder.parts[0].lower() in SPLITS
            if len(folder.parts) == depth and inside and not any(folder in path.parents for path in media.paths):
                problems.append(
                    Problem(str(root / folder), "there are no clips of this class", "Add some, or remove the folder.")
                )
    elif said.order and (unknown := sorted(labels - set(said.order))):
        problems.append(Problem(str(root), f"not in the list of labels: {listed(unknown)}", "Add them to the list."))
    if problems:
        raise _all_wrong(problems)


def _unlearnable(dataset: Dataset) -> list[Problem]:
    """Return why nothing can be learnt from the clips that can be read, or nothing measured."""
    where, problems = str(dataset.root), []
    train = [name for name, count in zip(dataset.classes, dataset.counts("train"), strict=True) if not count]
    left_out = f"{len(dataset.missing)} clips are missing, {len(dataset.broken)} cannot be read"
    reasons = "".join(f"; {path}: {reason}" for path, reason in list(dataset.broken.items())[:3])
    if len(dataset.classes) < 2:
        only = f"only the class '{dataset.classes[0]}'" if dataset.classes else "no class"
        problems.append(Problem(where, f"there is {only}", "There must be two or more, each with clips of its own."))
    elif train:
        what = f"no clip to learn from for {len(train)} of {len(dataset.classes)} classes: {listed(train)}"
        problems.append(Problem(where, f"{what} ({left_out}{reasons})", "Add clips, or leave these classes out."))
    if not dataset.of("valid"):
        remedy = "Add some to valid/CLASS, or give --valid a share."
        problems.append(Problem(where, f"there are no clips for validation ({left_out})", remedy))
    return problems


def _all_wrong(problems: Sequence[Problem]) -> DatasetError:
    rest = len(problems) - MOST_PROBLEMS
    shown = list(problems[:MOST_PROBLEMS])
    return DatasetError([*shown, *([Problem("and", f"{rest} more problems")] if rest > 0 else [])])


def _ignored(media: Media, said: Annotations) -> list[str]:
    """Return in words which files are neither clips nor tables."""
    suffixes = {suffix: n for suffix, n in media.ignored.items() if not (said.tables and suffix in TABLES)}
    files = [f"{count} {suffix}" for suffix, count in sorted(suffixes.items())]
    return [f"files that are no clips were left out: {listed(files)}"] if files else []


def _digest(root: Path, clips: Sequence[Clip]) -> str:
    found = hashlib.sha256()
    for clip in clips:
        size = clip.path.stat().st_size if clip.path.is_file() else clip.length_s
        name = clip.path.relative_to(root).as_posix()
        line = (name, clip.label, clip.split, clip.start_s, clip.end_s, clip.picture_fps, size)
        found.update(repr(line).encode("utf-8", "surrogateescape"))
    return found.hexdigest()


def _natural(name: str) -> tuple[str, str]:
    return name.casefold(), name
