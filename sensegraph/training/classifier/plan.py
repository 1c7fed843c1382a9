"""What a training is asked to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Backbone = Literal["landmarks", "efficientnet", "mobilenet"]
Hands = Literal["auto", "none", "lite", "full"]


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides the result, but for the clips.

    Attributes:
        backbone: What makes the embeddings.
        hands: Which hand net looks too, with landmarks; `auto` takes the lite one where the body is not enough.
        checkpoints: Folder with the official weights of a pixel network; empty for those that were imported.
        temporal: Learn the tags of annotated clips, four a second, instead of the classes of whole clips.
        seed: Of everything that is drawn.
    """

    backbone: Backbone = "landmarks"
    hands: Hands = "auto"
    checkpoints: str = ""
    temporal: bool = False
    seed: int = 1

    def as_dict(self) -> dict[str, Any]:
        """Return the fields for a JSON file."""
        return asdict(self)
