"""Pictures from a file or camera, and into a file, by the nodes that graphs use."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sensegraph.errors import SensegraphError, SinkError
from sensegraph.node import Node, Source
from sensegraph.packet import Stamp
from sensegraph.registry import find

Picture = npt.NDArray[np.uint8]
ENDLESS_S = 1e9
"""As the longest gap of the resampler: a hole in a clip is filled with the picture before it, so that times stay."""


def node(name: str, **parameters: Any) -> Any:
    """Return a node of a registered type; the framework itself does not know its standard nodes."""
    kind: type[Node] = find(name, Path())
    return kind(**parameters)


@contextlib.contextmanager
def shown(source: Source) -> Iterator[Iterator[tuple[Picture, Stamp]]]:
    """Open a source, give its pictures (uint8 (H, W, 3) BGR) with their stamps, and close it.

    Raises:
        SourceError: It cannot be opened or read.
    """
    source.open()
    try:
        yield ((result["frames"].payload, result["frames"].stamp) for result in source.read() if result)
    finally:
        source.close()


@contextlib.contextmanager
def recorder(path: Path, fps: float = 30.0) -> Iterator[Callable[[Picture, int], None]]:
    """Give a function that appends a picture and its time in nanoseconds to a new video; after an error it is gone.

    Raises:
        SinkError: It cannot be written.
    """
    sink = node("VideoSink", path=str(path), fps=fps, overwrite=False)
    sink.open()
    done = False
    try:
        yield lambda picture, time_ns: sink.process(frames=picture, stamp=Stamp(time_ns))
        sink.finish()
        done = True
    except SinkError as error:
        raise SinkError(f"{str(error).split(';')[0]}\n  Free space, or write elsewhere.") from error  # nothing is kept
    finally:
        with contextlib.suppress(SensegraphError):
            sink.close()
        if not done:
            path.unlink(missing_ok=True)
