"""Agreement: how often a shadow says what its main node says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar

from sensegraph.node import Node, Port


class Agreement(Node):
    """Compares the results of two nodes at the same media times.

    Two results are the same when their labels are, or, where they have none, what they say in a few words.
    """

    inputs: ClassVar[Mapping[str, Port]] = {
        "shadow": Port(object, "results of the shadow"),
        "main": Port(object, "results of the node that it stands beside", join="exact"),
    }

    def __init__(self) -> None:
        self._same = self._missing = 0
        self._differences: Counter[tuple[str, str]] = Counter()

    def process(self, shadow: Any, main: Any) -> None:
        """Compare a result with the other one of the same time, if there is one."""
        if main is None:
            self._missing += 1
            return
        says = _answer(shadow), _answer(main)
        if says[0] == says[1]:
            self._same += 1
        else:
            self._differences[says] += 1

    def state(self) -> Mapping[str, Any]:
        """Return all counts: they are in the process of a shadow, which may crash."""
        differences = [[*says, count] for says, count in self._differences.items()]
        return {"same": self._same, "missing": self._missing, "differences": differences}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on counting from there."""
        self._same, self._missing = state["same"], state["missing"]
        self._differences = Counter({(one, other): count for one, other, count in state["differences"]})

    def report(self) -> Mapping[str, Any]:
        """Return the share of agreement, 0..1, of how many, how many had no counterpart, and the commonest others."""
        compared = self._same + self._differences.total()
        return {
            "agreement": self._same / compared if compared else 0.0,
            "compared": compared,
            "missing": self._missing,
            "differences": [[*says, count] for says, count in self._differences.most_common(10)],
        }


def _answer(result: Any) -> str:
    if isinstance(result, Mapping):
        return repr(dict(result))
    return str(result.label) if hasattr(result, "label") else str(result.headline())
