"""A small line of text on the left, above the line that our overlay draws at the bottom."""

import cv2
import numpy as np

from sensegraph.training.render.array import Array


def write_caption(picture: Array, text: str) -> None:
    """Write light text with a soft dark edge into a picture, uint8 RGB (H,W,3)."""
    h, w = picture.shape[:2]
    fine, scale = 4, h / 480
    mask = np.zeros((h * fine, w * fine), np.uint8)
    at = (round(14 * scale * fine), round((480 - 60) * scale * fine))
    font, size, weight = cv2.FONT_HERSHEY_SIMPLEX, 0.46 * scale * fine, max(1, round(1.3 * scale * fine))
    cv2.putText(mask, text, at, font, size, 255, weight, cv2.LINE_AA)
    ink = cv2.resize(mask, (w, h), interpolation=cv2.INTER_AREA)[..., None].astype(float) / 255
    edge = cv2.GaussianBlur(ink, (0, 0), 2.0 * scale)[..., None]
    out = picture * (1 - 0.75 * np.clip(edge * 1.6, 0, 1))
    picture[:] = np.clip(out * (1 - ink) + 245 * ink, 0, 255).astype(np.uint8)
