"""What was computed from the clips of a project, kept under the hash of all that it was computed from; no pickles."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.project.document import unwritable
from sensegraph.training.project.incoming import staging

Arrays = dict[str, NDArray[Any]]
FOLDER = "cache"


class Store:
    """A folder of arrays in a project. What is in it is complete, whoever was killed when; it may be removed any time.

    Args:
        project: The folder of the project.
    """

    def __init__(self, project: Path) -> None:
        self._project = project

    def path(self, about: Mapping[str, object]) -> Path:
        """Return where arrays are kept that were computed from these values, all of which JSON can hold."""
        digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
        return self._project / FOLDER / f"{digest[:32]}.npz"

    def get(self, about: Mapping[str, object]) -> Arrays | None:
        """Return the arrays that were computed from these values, or None; what is damaged counts as absent."""
        try:
            with self.path(about).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
            return None

    def put(self, about: Mapping[str, object], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep arrays.

        Raises:
            SinkError: They cannot be written; nothing is left of them.
        """
        path = self.path(about)
        with staging(self._project) as folder:
            try:
                with (folder / path.name).open("wb") as file:
                    np.savez(file, **dict(arrays))  # type: ignore[arg-type]
                path.parent.mkdir(exist_ok=True)
                (folder / path.name).replace(path)
            except OSError as error:
                raise unwritable(path.parent, error) from error


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
