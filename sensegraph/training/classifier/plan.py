"""What a training is asked to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from sensegraph.models.pixel.architecture import ARCHITECTURES
from sensegraph.training.project.error import refused

Backbone = Literal["landmarks", "efficientnet", "mobilenet"]
Hands = Literal["auto", "none", "lite", "full"]


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides the result, but for the clips.

    Attributes:
        backbone: What makes the embeddings.
        hands: Which hand net looks too, with landmarks; `auto` takes the lite one where the body is not enough.
        checkpoints: Folder with the official weights of a pixel network; empty for those that were imported.
        layers: How many last layers of a pixel network are trained too; 0 for the head alone.
        epochs: How often the clips are shown to them at most.
        temporal: Learn the tags of annotated clips, four a second, instead of the classes of whole clips.
        seed: Of everything that is drawn.
    """

    backbone: Backbone = "landmarks"
    hands: Hands = "auto"
    checkpoints: str = ""
    layers: int = 0
    epochs: int = 80
    temporal: bool = False
    seed: int = 1

    def __post_init__(self) -> None:
        if self.layers and self.backbone == "landmarks":
            remedy = "Give --backbone efficientnet or mobilenet, for which you have the weights."
            raise refused(f"--finetune-layers {self.layers}", "is for a pixel network, not for landmarks", remedy)
        most = len(ARCHITECTURES[self.backbone].layers) if self.layers else 0
        if not 0 <= self.layers <= most:
            what = f"is not among 0 to {most}, the layers of {self.backbone}"
            raise refused(f"--finetune-layers {self.layers}", what, "9 is usual.")

    def as_dict(self) -> dict[str, Any]:
        """Return the fields for a JSON file."""
        return asdict(self)
