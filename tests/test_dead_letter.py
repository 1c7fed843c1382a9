"""What a node failed on, kept."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from sensegraph import Node, Port, dead_letter
from sensegraph.errors import SensegraphError
from sensegraph.join import JoinedSet
from sensegraph.packet import Stamp
from sensegraph.payload import Scores


class Draw(Node):
    """Takes a picture, scores of all its past, and perhaps something else."""

    inputs: ClassVar = {"frames": Port(np.ndarray), "scores": Port(Scores), "more": Port(dict)}

    def process(
        self, frames: np.ndarray, scores: list[Scores], more: object, stamp: Stamp, stamps: dict[str, object]
    ) -> None:
        """Do nothing."""


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(dead_letter.sys, "platform", "linux")


def letter(time_ns: int = 5) -> tuple[Path, JoinedSet]:
    """Write one."""
    picture = np.arange(300, dtype=np.uint8).reshape(10, 10, 3)
    scores = [Scores("wave", 0.5, (("wave", 0.5),), True, 3), Scores("nod", 0.25, (), False, 7)]
    stamp = Stamp(time_ns, 9, "camera", 2)
    stamps = {"frames": stamp, "scores": [Stamp(1), Stamp(2)], "more": None}
    joined = JoinedSet(stamp, {"frames": picture, "scores": scores, "more": None}, stamps)
    return dead_letter.write("draw", "mine.py:Draw", {"size": 3}, joined), joined


def test_what_was_kept_is_given_again() -> None:
    """Pictures, lists and stamps, as `process` takes them."""
    path, joined = letter()
    given = dead_letter.read(path, Draw)
    assert np.array_equal(given["frames"], joined.payloads["frames"])
    assert not given["frames"].flags.writeable
    assert given["scores"] == joined.payloads["scores"]
    assert given["more"] is None
    assert given["stamp"] == Stamp(5, 0, "camera", 2)
    assert given["stamps"] == joined.stamps
    Draw().process(**given)


def test_only_the_owner_reads_it() -> None:
    """It may hold pictures of people."""
    path, _ = letter()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_there_are_never_more_than_a_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest go."""
    monkeypatch.setattr(dead_letter, "MOST_FILES", 3)
    paths = [letter(time_ns)[0] for time_ns in range(5)]
    assert [path.exists() for path in paths] == [False, False, True, True, True]


@pytest.mark.parametrize("content", [b"", b"no", b"\x80", b"\x81\xa7version\x02", b"\xc1" * 40])
def test_what_is_no_letter_is_refused(tmp_path: Path, content: bytes) -> None:
    """With its name, and nothing of it is run."""
    path = tmp_path / "a.letter"
    path.write_bytes(content)
    with pytest.raises(SensegraphError, match=r"a\.letter: is no dead letter"):
        dead_letter.read(path, Draw)


def test_one_for_another_node_is_refused() -> None:
    """A node without these inputs."""
    path, _ = letter()

    class Other(Node):
        inputs: ClassVar = {"frames": Port(np.ndarray)}

    with pytest.raises(SensegraphError, match="for a node with the inputs scores"):
        dead_letter.read(path, Other)
