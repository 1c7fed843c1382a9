"""The command line, called in this process as the program `sensegraph` calls it."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from unittest import mock

from sensegraph.cli import main

CAMERA = "version: 1\nnodes:\n  camera: {type: CameraSource}\n"
GOOD = CAMERA + "  window: {type: WindowSink, inputs: {frames: camera.frames}}\n"


@dataclass(frozen=True)
class Answer:
    """What the program printed, and its exit code."""

    code: int
    out: str
    err: str


def say(*words: object) -> Answer:
    """Call `sensegraph` with these words; whatever happens, no traceback may be shown."""
    out, err = io.StringIO(), io.StringIO()
    line = ["sensegraph", *map(str, words)]
    with mock.patch("sys.argv", line), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main()
    answer = Answer(code, out.getvalue(), err.getvalue())
    assert "Traceback" not in answer.out + answer.err
    assert "an error of sensegraph itself" not in answer.err
    return answer


def refused(*words: object) -> str:
    """Call `sensegraph` with words that are wrong: exit code 2, and each line of the error comes once."""
    answer = say(*words)
    lines = answer.err.splitlines()
    assert answer.code == 2, answer
    assert lines
    assert len(set(lines)) == len(lines)
    return answer.err
