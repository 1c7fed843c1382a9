"""Pictures in a recording: each by itself, without loss as FFV1, else as JPEG.

Measured on one thread at 640 x 480 (a sample and three clips): FFV1 8 ms and a tenth of the raw size, PNG 6 ms and a
fifth, lossless H.264 3 ms and a quarter; JPEG 1 ms and a twentieth to a thirtieth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt

from sensegraph.errors import TransportError

MAX_PIXELS = 8192 * 8192
SMALLEST_BYTES = 4096
"""A smaller picture is kept as it is."""

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Form:
    """A way to keep a picture, in FFmpeg's words; with `level` 1 no FFV1 picture needs anything besides itself."""

    codec: str
    pix_fmt: str
    options: dict[str, str]


FORMS: Final = {
    "ffv1": Form("ffv1", "bgr0", {"level": "1", "coder": "0"}),
    "jpeg": Form("mjpeg", "yuvj444p", {"qmin": "2", "qmax": "2"}),
}


def is_picture(payload: object) -> bool:
    """Whether a payload is one: a uint8 array (H, W, 3), not too small."""
    return (
        isinstance(payload, np.ndarray) and payload.dtype == np.uint8 and payload.ndim == 3
        and payload.shape[2] == 3 and payload.nbytes >= SMALLEST_BYTES
    )  # fmt: skip


@dataclass
class PictureCoder:
    """Codes and decodes pictures; keeps what FFmpeg needs for the last size of each form."""

    _encoders: dict[str, Any] = field(default_factory=dict)
    _decoders: dict[str, Any] = field(default_factory=dict)

    def encode(self, picture: Picture, form: str) -> bytes:
        """Return the coded picture.

        Args:
            picture: uint8 (H, W, 3), in any channel order.
            form: Key of `FORMS`.
        """
        height, width = picture.shape[:2]
        encoder = self._encoders.get(form)
        if encoder is None or (encoder.width, encoder.height) != (width, height):
            encoder = self._encoders[form] = _encoder(FORMS[form], width, height)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
        frame = frame.reformat(format=FORMS[form].pix_fmt)
        frame.pts = None
        return b"".join(bytes(part) for part in encoder.encode(frame))

    def decode(self, data: bytes, shape: tuple[int, ...], form: str) -> Picture:
        """Return the picture, uint8 (H, W, 3), read-only.

        Raises:
            TransportError: It is damaged, too large, or not of that shape.
        """
        if form not in FORMS or len(shape) != 3 or shape[2] != 3 or min(shape) < 1 or math.prod(shape[:2]) > MAX_PIXELS:
            raise TransportError(f"a picture of shape {shape} as '{form}' is not accepted")
        height, width = shape[:2]
        decoder = self._decoders.get(form)
        if decoder is None or (decoder.width, decoder.height) != (width, height):
            decoder = _decoder(FORMS[form], width, height)
        try:
            (frame,) = decoder.decode(av.Packet(data))
        except (av.FFmpegError, ValueError) as error:
            raise TransportError(f"a picture cannot be decoded: {error}") from error
        if (frame.height, frame.width) != (height, width):
            raise TransportError(f"a picture is not {width} x {height}, but {frame.width} x {frame.height}")
        self._decoders[form] = decoder
        picture: Picture = frame.to_ndarray(format="bgr24")
        picture.flags.writeable = False
        return picture


def _encoder(form: Form, width: int, height: int) -> Any:
    encoder: Any = av.CodecContext.create(form.codec, "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, form.pix_fmt
    encoder.time_base, encoder.options = Fraction(1, 1000), form.options
    encoder.gop_size, encoder.thread_count = 1, 1
    return encoder


def _decoder(form: Form, width: int, height: int) -> Any:
    decoder: Any = av.CodecContext.create(form.codec, "r")
    decoder.width, decoder.height, decoder.thread_count = width, height, 1
    decoder.options = {"max_pixels": str(MAX_PIXELS)}
    return decoder
