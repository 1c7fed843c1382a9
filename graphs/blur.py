"""A node of your own, for hello.yaml."""

import cv2
import numpy as np

from sensegraph import Node, pictures


class Blur(Node):
    """Blur every picture."""

    inputs = {"frames": pictures()}
    outputs = {"frames": pictures()}

    def __init__(self, size: int = 9) -> None:
        self.size = size

    def process(self, frames: np.ndarray) -> dict[str, np.ndarray]:
        """Return the blurred picture."""
        return {"frames": cv2.blur(frames, (self.size, self.size))}
