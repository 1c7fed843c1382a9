"""CustomHead: names the classes of somebody's own classifier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from sensegraph.errors import ModelError
from sensegraph.models.classifier import fits, load_classifier, read_classifier
from sensegraph.node import Node, Port
from sensegraph.packet import Stamp
from sensegraph.payload import Features, Scores
from sensegraph_nodes.decision import LandmarkDecision


class CustomHead(Node):
    """Names the classes of a classifier of one's own, or says `Doing other things`.

    The classifier is a folder that `sensegraph train` wrote, or that of a classifier that was trained with sense. It
    answers from the first step on, before the backbone has seen its whole window (`warm` is false then): clips may be
    short. An empty picture is `No person visible`. The BackboneNode in front of it has the same `classifier`.

    Args:
        classifier: Its folder.
        threshold: Probability from which a class is named, instead of the classifier's own thresholds.
        top: How many of the best raw probabilities are sent along.
    """

    inputs: ClassVar[Mapping[str, Port]] = {"features": Port(Features, "embeddings of a backbone")}
    outputs: ClassVar[Mapping[str, Port]] = {"scores": Port(Scores, "what is done")}

    def __init__(
        self,
        classifier: str = "",
        threshold: Annotated[float, Field(gt=0, lt=1)] | None = None,
        top: Annotated[int, Field(ge=1, le=100)] = 5,
    ) -> None:
        self.classifier = classifier
        self.threshold = threshold
        self.top = top

    def models(self) -> Sequence[str]:
        """Return no model, once the classifier is known to be whole.

        Raises:
            ModelError: None is named, it is damaged, or it stands on another net than the one that runs here.
        """
        self._load()
        return ()

    def open(self) -> None:
        """Load the classifier."""
        self._decision = self._load()
        self._traits = read_classifier(Path(self.classifier)).traits > 0
        self._steps: dict[str, int] = {}

    def process(self, features: Features, stamp: Stamp) -> Mapping[str, Scores]:
        """Decide one step."""
        if not fits(self._decision.space, features.space):
            raise ModelError(
                f"the classifier {self.classifier} takes the features '{self._decision.space}', but got "
                f"'{features.space}'\n  Give the BackboneNode the same `classifier`, or train it again on these."
            )
        if stamp.gap:
            self._decision.reset()
        if self._traits:
            if not features.traits.size:
                raise ModelError(
                    f"the classifier {self.classifier} takes traits of hands, but the features have none\n"
                    "  Give the BackboneNode the same `classifier`."
                )
            features = replace(features, vector=np.concatenate([features.vector, features.traits]))
        scores = self._decision.step(features, stamp.frame)
        self._steps[scores.label] = self._steps.get(scores.label, 0) + 1
        return {"scores": scores}

    def report(self) -> Mapping[str, Any]:
        """Return how many steps each label was given."""
        return {"steps": self._steps}

    def _load(self) -> LandmarkDecision:
        if not self.classifier:
            remedy = "Name its folder: --classifier PROJECT/checkpoints/NAME. `sensegraph train PROJECT` makes one."
            raise ModelError(f"there is no classifier to run\n  {remedy}")
        return LandmarkDecision(load_classifier(Path(self.classifier)), self.threshold, self.top, cold=True)
