"""What is trained: a pixel backbone with a linear head on its pooled features."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from sensegraph.models.pixel.architecture import ARCHITECTURES, FEATURES, RECEPTIVE_FIELD, STEP_FRAMES
from sensegraph.models.pixel.network import StridedInflatedNetwork
from sensegraph.models.pixel.state import NetState
from sensegraph.models.pixel.torch_runtime import network
from sensegraph.training.backbone.norms import folded, with_norms

PIECE_FRAMES = 16
"""Pictures of each clip that are computed at once in evaluation: more would take memory, not save time."""


def last_layer(classes: int) -> nn.Linear:
    """Return a last layer that says nothing yet: of pooled features, for so many classes."""
    layer = nn.Linear(FEATURES, classes)
    nn.init.normal_(layer.weight, std=0.01)
    nn.init.zeros_(layer.bias)
    return layer


class Classifier(nn.Module):
    """A network and a head, which says at every warm step what the 45 pictures up to it show.

    Args:
        net: Name of the network.
        classes: How many there are.
        norms: Whether the network gets batch norms and new weights.
        dropout: Share of the pooled feature that is left out in training.
    """

    def __init__(self, net: str, classes: int, *, norms: bool, dropout: float = 0.0) -> None:
        super().__init__()
        made = network(ARCHITECTURES[net])
        self.net: StridedInflatedNetwork = with_norms(made) if norms else made
        self.head = nn.Sequential(last_layer(classes))  # so that its parameters are called 0.weight and 0.bias
        self.dropout = nn.Dropout(dropout)
        self._frozen = 0

    def freeze(self, layers: int) -> None:
        """Leave the first layers of the network as they are."""
        self._frozen = layers
        for module in self.net.cnn[:layers]:
            module.requires_grad_(False)
        self.train(self.training)

    def train(self, mode: bool = True) -> Classifier:
        """Set what norms and dropout do; the norms of frozen layers stay as they are."""
        super().train(mode)
        for module in self.net.cnn[: self._frozen]:
            module.eval()
        return self

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return the scores of each warm step, (B, N, classes).

        They are those of a live stream that began with these pictures, from its twelfth step on. No zeros come before
        the first picture, so that those do not count in the norms.

        Args:
            pictures: uint8 BGR (B, T, S, S, 3), T >= 45; the first (T - 45) % 4 are passed over, so that the last step
                ends with the last picture.
        """
        scores, _ = self._advance(pictures[:, (pictures.shape[1] - RECEPTIVE_FIELD) % STEP_FRAMES :], None)
        return scores

    @torch.no_grad()
    def whole(self, pictures: torch.Tensor, frames: torch.Tensor) -> torch.Tensor:
        """Return the mean score over the warm steps of each clip, (B, classes), computed in pieces.

        Args:
            pictures: As of `forward`, of any length.
            frames: (B,), how many of the last pictures count for each clip, at least 45: its steps before them are
                left out, and no later one depends on what comes earlier.
        """
        pictures = pictures[:, (pictures.shape[1] - RECEPTIVE_FIELD) % STEP_FRAMES :]
        pieces: list[torch.Tensor] = []
        state: NetState | None = None
        for piece in pictures.split(PIECE_FRAMES, dim=1):
            scores, state = self._advance(piece, state)
            pieces.append(scores)
        steps = torch.cat(pieces, dim=1)  # (B, N, classes)
        own = ((frames - RECEPTIVE_FIELD) // STEP_FRAMES + 1).to(steps.device)
        late = torch.arange(steps.shape[1], 0, -1, device=steps.device)[None] <= own[:, None]
        return (steps * late[..., None]).sum(dim=1) / own[:, None]

    def _advance(self, pictures: torch.Tensor, state: NetState | None) -> tuple[torch.Tensor, NetState]:
        x = pictures.permute(0, 1, 4, 2, 3).float().div(255)
        maps, state = self.net(x, state or self.net.start(padded=False))
        return self.head(self.dropout(maps.mean(dim=(3, 4)))).float(), state

    def official(self) -> tuple[Mapping[str, torch.Tensor], Mapping[str, torch.Tensor]]:
        """Return the parameters of the network, without norms, and of the head by official name, on the CPU."""
        return _parameters(folded(self.net)), _parameters(self.head)


def _parameters(module: nn.Module) -> Mapping[str, torch.Tensor]:
    return {key: value.detach().float().cpu().contiguous() for key, value in module.state_dict().items()}
