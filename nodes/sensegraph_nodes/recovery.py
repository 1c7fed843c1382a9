"""Recovery: after an effort the metabolic rate falls slowly."""

from __future__ import annotations

import math

from sensegraph_nodes.met_table import RESTING_MET

RECOVERY_S = 60.0
"""Time constant of the fast part of recovery, that of quic/sense too; textbooks give 30 to 90 s."""


class Recovery:
    """Follows what is asked of a body and keeps its metabolic rate from falling faster than oxygen uptake does.

    With the rate m(t) that the work asks for, in MET, above the resting rate of 1:

        de/dt = (max(m - 1, 0) - e) / 60 s          e: oxygen uptake above rest
        rate  = max(m, 1 + e)

    While an effort lasts the rate is m, so a steady one costs what the table says; when it ends the rate falls
    exponentially, from the higher the longer the effort was. It is the shape of the fast part of what is called
    EPOC; the slow part, of hours, is left out.

    Attributes:
        excess: e, in MET.
    """

    def __init__(self) -> None:
        self.excess = 0.0

    def step(self, met: float, seconds: float) -> float:
        """Return the metabolic rate after `seconds` at the rate `met`, both in MET; exact for any length of step."""
        excess = max(met - RESTING_MET, 0.0)
        self.excess = excess + (self.excess - excess) * math.exp(-seconds / RECOVERY_S)
        return max(met, RESTING_MET + self.excess)
