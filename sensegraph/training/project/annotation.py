"""Frame tags of a clip: one tag for each quarter of a second, in the form of sense's studio."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sensegraph.training.project.document import replace_file
from sensegraph.training.project.error import refused

BACKGROUND = 0
LARGEST_BYTES = 16 << 20


class _Written(BaseModel):
    """The part of the file that counts. Its `fps` is that of the video, 16; the tags come four a second."""

    model_config = ConfigDict(extra="ignore")

    file: str = ""
    time_annotation: list[Annotated[int, Field(ge=0)]]


def read_tags(path: Path) -> list[int]:
    """Read the tags of a clip: ids, 0 for the background; step k labels frame 4 k of 16 a second.

    Raises:
        ProjectError: It is not such a file.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise ValueError("it is larger than 16 MiB")
        return _Written.model_validate(json.loads(data)).time_annotation
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = f"{'.'.join(map(str, first['loc'])) or 'file'}: {first['msg']}"
    except (OSError, ValueError, RecursionError) as error:
        what = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    raise refused(path, what, 'The form is {"file": "a.mp4", "fps": 16.0, "time_annotation": [0, 0, 1]}.')


def write_tags(path: Path, video: str, tags: Sequence[int]) -> None:
    """Write the tags of a clip in one step.

    Args:
        path: The file; replaced if there is one.
        video: Name of the video that is said in it.
        tags: Ids, 0 for the background.

    Raises:
        SinkError: It cannot be written.
    """
    replace_file(path, json.dumps({"file": video, "fps": 16.0, "time_annotation": list(tags)}) + "\n")


def fitted(tags: Sequence[int], steps: int) -> list[int]:
    """Return the tags of so many steps: background is added at the end, or what is too long is left out."""
    return [*tags[:steps], *[BACKGROUND] * (steps - len(tags))]
