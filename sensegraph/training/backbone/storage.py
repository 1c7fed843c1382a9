"""The folder of a training: every file in it is whole at any moment, and one training at a time writes there."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from sensegraph.training.backbone.error import refused
from sensegraph.training.project.document import lock, replace_file, unwritable

STATE = "last.ckpt"
BACKBONE = "backbone.ckpt"
HEAD = "head.ckpt"
LABELS = "label2int.json"
RECORD = "record.json"
LOG = "log.csv"
CONFUSION = "confusion.csv"
CLASSES = "classes.csv"

FORMAT = 1


@contextlib.contextmanager
def held(out: Path, *, resume: bool) -> Iterator[None]:
    """Make the folder of a training and keep others out of it while the block runs.

    Raises:
        DatasetError: It holds a training and is not to go on, or holds none and is; or another one is at work there.
        SinkError: It cannot be written to.
    """
    if resume and not (out / STATE).is_file():
        raise refused(out, f"there is no {STATE} to go on with", "Leave out --resume to begin.")
    if not resume and out.exists() and not out.is_dir():
        raise refused(out, "is a file", "Name a folder.")
    if not resume and any((out / name).exists() for name in (STATE, BACKBONE, HEAD, RECORD)):
        raise refused(out, "holds a training already", "Add --resume to go on with it, or name another folder.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(out, error) from error
    lock_file = lock(out / ".lock")
    if lock_file is None:
        raise refused(out, "another training is writing to it", "Wait until it is done, or name another folder.")
    with lock_file:
        yield


def save_tensors(path: Path, content: Mapping[str, Any]) -> None:
    """Write tensors, numbers and texts in one step, so that `torch.load` reads them with `weights_only`.

    Raises:
        SinkError: They cannot be written; what was there before is there still.
    """
    buffer = io.BytesIO()
    torch.save(dict(content), buffer)
    replace_file(path, buffer.getbuffer())


def load_state(path: Path) -> dict[str, Any]:
    """Read the state of a training; nothing in it can run.

    Raises:
        DatasetError: It is damaged, or of another version.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # damaged bytes make torch's reader fail in any way
        what = f"cannot be read: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
        raise refused(path, what, f"Begin again, with --from {path.parent} to keep what was learnt.") from None
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise refused(path, "is not the state of a training of this version", "Begin again in another folder.")
    return state


def save_json(path: Path, content: Any) -> None:
    """Write JSON in one step; see `save_tensors`."""
    replace_file(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def save_csv(path: Path, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table in one step; see `save_tensors`."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(heading)
    table.writerows(rows)
    replace_file(path, text.getvalue())
