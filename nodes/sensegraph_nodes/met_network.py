"""The metabolic rate that the MET converter of the official weights reads from the features of a pixel network."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping

from sensegraph.models.pixel.heads import MetConverter, read_met
from sensegraph.payload import Features
from sensegraph_nodes import official
from sensegraph_nodes.official import NoHeadError

log = logging.getLogger(__name__)

SMOOTHING_S = 0.25 / -math.log(0.8)
"""Time constant of the live rate, 1.12 s: that of quic/sense, a fifth at each of four steps a second."""


class MetNetwork:
    """The converter of whatever weights the features come from; found at the first of them.

    Args:
        checkpoints: Folder with the official weights; empty for those that were imported.
    """

    def __init__(self, checkpoints: str) -> None:
        self._folder = checkpoints
        self._space = ""
        self._converter: MetConverter | None = None
        self._live: float | None = None

    def met(self, features: Features) -> float | None:
        """Return the rate that features show, in MET, at least 0; None where there is no converter for them.

        Raises:
            ModelError: The converter cannot be read.
        """
        if features.space != self._space:
            self._space, self._live = features.space, None
            self._converter = self._find(features.space)
        return None if self._converter is None else self._converter.met(features.vector)

    def smooth(self, met: float, seconds: float) -> float:
        """Return the rate, in MET, averaged over the last second or so, after `seconds` at `met`."""
        kept = math.exp(-seconds / SMOOTHING_S)
        self._live = met if self._live is None else met + (self._live - met) * kept
        return self._live

    def report(self) -> Mapping[str, str]:
        """Return which features the rate was read from, if from any."""
        return {"network": self._space} if self._converter else {}

    def _find(self, space: str) -> MetConverter | None:
        if not official.is_official(space):
            return None
        try:
            return read_met(official.head_file("met", space, self._folder))
        except NoHeadError as error:
            log.warning("calories: %s\n  Until then the table values of the recognised exercise are taken.", error)
            return None
