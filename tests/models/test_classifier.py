"""Reading a classifier of one's own: whole, or refused with the place and the remedy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sensegraph.errors import ModelError
from sensegraph.models.classifier import closed, load_classifier, net_digest, read_classifier
from sensegraph.models.temporal import BODY_SPACE, Decision
from sensegraph.payload import OTHER
from sensegraph.training.classifier.checkpoint import onnx_layer

Write = Callable[..., Path]
ONNX = onnx_layer(closed(np.eye(3, 192, dtype=np.float32), np.zeros(3, np.float32)))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return what writes a classifier of two classes, with changes to its description."""

    def make(content: bytes = ONNX, **changes: Any) -> Path:
        about = {
            "version": 1, "labels": ["wave", "nod", OTHER], "backbone": "landmarks", "hands": "none",
            "space": BODY_SPACE, "net": net_digest(BODY_SPACE), "head": hashlib.sha256(content).hexdigest(),
            "decision": Decision(thresholds={"wave": 0.5, "nod": 0.5}).as_dict(), "metrics": {},
        }  # fmt: skip
        (tmp_path / "head.onnx").write_bytes(content)
        (tmp_path / "classifier.json").write_text(json.dumps(about | changes))
        return tmp_path

    return make


def test_a_classifier_runs_as_it_was_written(write: Write) -> None:
    """Labels, thresholds and layer; what is none of the classes is rejected."""
    head = load_classifier(write())
    assert (head.labels, head.rejected, head.space) == (("wave", "nod", OTHER), (OTHER,), BODY_SPACE)
    assert head.decision.thresholds == {"wave": 0.5, "nod": 0.5}
    named = []
    for at in range(3):
        head.reset()
        named.append(head.step(9 * np.eye(192)[at]).label)
    assert named == ["wave", "nod", OTHER]


def test_a_folder_without_one_is_refused(tmp_path: Path) -> None:
    """Also a file, and a folder that is not there."""
    (tmp_path / "file").touch()
    for place in (tmp_path, tmp_path / "file", tmp_path / "none"):
        with pytest.raises(ModelError, match=r"is no classifier.*\n.*checkpoints/NAME"):
            load_classifier(place)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"version": 2}, "is of version 2"),
        ({"labels": ["wave"]}, "labels"),
        ({"labels": ["wave", "wave", OTHER]}, "a label is there twice"),
        ({"labels": ["wave", "nod"]}, "the last label is not"),
        ({"labels": ["wave", "nod", "jump", OTHER]}, "one row for each of the 4 labels"),
        ({"backbone": "../x"}, "backbone"),
        ({"head": "0" * 64}, "SHA-256"),
        ({"head": "short"}, "head"),
        ({"decision": {"threshold": 2}}, "decision"),
        ({"space": "landmarks-body@99"}, "no net here makes the features 'landmarks-body@99'"),
        ({"traits": 2}, "takes traits of version 2, here are those of version 1"),
        ({"net": "ab" * 32}, "stands on the net abababababab"),
    ],
)
def test_what_is_wrong_with_a_description_is_told(write: Write, changes: dict[str, Any], told: str) -> None:
    """With what is to be done."""
    with pytest.raises(ModelError, match=told) as error:
        load_classifier(write(**changes))
    assert "\n  " in str(error.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b'{"version": 1}'])
def test_a_description_that_is_none_is_refused(write: Write, content: bytes) -> None:
    """Whatever is in the file."""
    folder = write()
    (folder / "classifier.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"classifier\.json: cannot be read"):
        read_classifier(folder)


@pytest.mark.parametrize("content", [b"", b"no protobuf at all", b"\x80\x04."])
def test_a_head_that_is_no_onnx_is_refused(write: Write, content: bytes) -> None:
    """Even if its hash is the one in the description."""
    with pytest.raises(ModelError, match=r"head\.onnx: cannot be read"):
        load_classifier(write(content))


def test_a_missing_head_is_told(write: Write) -> None:
    """The description alone is no classifier."""
    folder = write()
    (folder / "head.onnx").unlink()
    with pytest.raises(ModelError, match="it is not there"):
        load_classifier(folder)
