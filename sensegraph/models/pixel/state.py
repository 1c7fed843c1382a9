"""What a network remembers of one stream: explicit objects that are passed in and come back, never changed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sensegraph.errors import ModelError
from sensegraph.models.pixel.architecture import RECEPTIVE_FIELD

if TYPE_CHECKING:
    import torch

Arrays = Mapping[str, NDArray[Any]]
Lines = tuple["torch.Tensor | None", ...]

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class NetState:
    """The memory of a torch network for a batch of streams that run in step.

    Attributes:
        lines: For each temporal layer the pictures at its input that a later window needs, oldest first: float32
            (B, pictures, C, h, w), C being half the channels for the sparse mixing; None before the first picture.
        frames: Pictures of each stream so far.
        padded: Whether zeros came before the first picture, as in a live stream. If not, a feature comes only when
            all of its 45 pictures were there, as in fine-tuning.
    """

    lines: Lines
    frames: int = 0
    padded: bool = True

    @property
    def warm(self) -> bool:
        """Whether the newest feature no longer depends on the zeros before the first picture."""
        return self.frames >= RECEPTIVE_FIELD

    def detach(self) -> NetState:
        """Return the same memory without its gradients, for training a long stream piece by piece."""
        return NetState(tuple(x if x is None else x.detach() for x in self.lines), self.frames, self.padded)


@dataclass(frozen=True, slots=True)
class StreamState:
    """The memory of one stream in a runtime; it can be kept, exchanged with another stream's, written and read.

    Attributes:
        net: Name of the network.
        runtime: Name of the runtime; another one has other arrays.
        height: Of the network's pictures, in pixels; 0 before the first one.
        width: Likewise.
        frames: Pictures so far.
        arrays: What the runtime remembers, by name; not to be written to, streams may share them.
    """

    net: str
    runtime: str
    height: int = 0
    width: int = 0
    frames: int = 0
    arrays: Arrays = field(default_factory=dict)

    @property
    def warm(self) -> bool:
        """Whether the stream has seen the 45 pictures that decide a feature."""
        return self.frames >= RECEPTIVE_FIELD

    @property
    def nbytes(self) -> int:
        """Size of the arrays in bytes."""
        return sum(array.nbytes for array in self.arrays.values())

    def dumps(self) -> bytes:
        """Return the state as the content of an `.npz` file."""
        numbers = np.array([_FORMAT, self.height, self.width, self.frames], dtype=np.int64)
        names = np.array([self.net, self.runtime])
        buffer = io.BytesIO()
        np.savez(
            buffer, allow_pickle=False, numbers=numbers, names=names, **{f"a.{k}": v for k, v in self.arrays.items()}
        )
        return buffer.getvalue()

    @classmethod
    def loads(cls, content: bytes) -> StreamState:
        """Return the state that `dumps` made; nothing is unpickled.

        Raises:
            ModelError: The content is not such a state.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                version, height, width, frames = (int(number) for number in stored["numbers"])
                net, runtime = (str(name) for name in stored["names"])
                arrays = {key[2:]: stored[key] for key in stored.files if key.startswith("a.")}
        except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise ModelError(f"this is not the state of a stream: {error}") from error
        if version != _FORMAT:
            raise ModelError(f"the state has format {version}, this sensegraph reads {_FORMAT}: start the stream anew")
        return cls(net, runtime, height, width, frames, arrays)

    def save(self, path: str | Path) -> None:
        """Write the state to a file."""
        Path(path).write_bytes(self.dumps())

    @classmethod
    def load(cls, path: str | Path) -> StreamState:
        """Read a state from a file.

        Raises:
            ModelError: The file cannot be read or is not a state.
        """
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise ModelError(f"the state {path} cannot be read: {error.strerror}") from error
        return cls.loads(content)
