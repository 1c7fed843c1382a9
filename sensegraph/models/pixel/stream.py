"""One stream of pictures through a backbone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensegraph.errors import ModelError
from sensegraph.models.pixel.architecture import FEATURES, RECEPTIVE_FIELD, SIZE, STEP_FRAMES
from sensegraph.models.pixel.prepare import Pixels, describe, prepare
from sensegraph.models.pixel.runtime import Runtime
from sensegraph.models.pixel.state import StreamState


@dataclass(frozen=True, slots=True, eq=False)
class Feature:
    """What a backbone says after every fourth picture.

    Attributes:
        pooled: float32 (1280,), spatial mean of `map`; owned by the receiver, like `map`.
        map: float32 (1280, 8, 8) for pictures of 256x256, 0..6.
        warm: Whether the stream had seen the 45 pictures that decide a feature: true from the 12th on, 3 s at 16 fps.
        time: The time given with the newest picture, in seconds; None where none was given.
        frame: Number of pictures of the stream up to this one, a multiple of 4.
    """

    pooled: NDArray[np.float32]
    map: NDArray[np.float32]
    warm: bool
    time: float | None
    frame: int


class Stream:
    """A stream; made by `Backbone.stream`. Pictures come at 16 fps, without gaps: `reset` after one.

    Not for two threads at once; several streams of one backbone are.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._state = self._blank()

    @property
    def state(self) -> StreamState:
        """What is remembered; assign one to go on from there, e.g. that of another stream of the same kind.

        A state is never changed, so keeping a reference is enough to keep it.

        Raises:
            ModelError: The assigned state is of another network or runtime, or damaged.
        """
        return self._state

    @state.setter
    def state(self, state: StreamState) -> None:
        self._check(state)
        self._state = state

    @property
    def frames(self) -> int:
        """Pictures so far."""
        return self._state.frames

    @property
    def warm(self) -> bool:
        """Whether the stream has seen the 45 pictures that decide a feature."""
        return self._state.warm

    def reset(self) -> None:
        """Forget everything, as after a gap in the video: zeros come before the next picture."""
        self._state = self._blank()

    def push(self, frame: NDArray[np.uint8], time_s: float | None = None) -> Feature | None:
        """Take the next picture.

        Args:
            frame: uint8 BGR, (H, W, 3) of any size, which may change; only read, and not kept.
            time_s: When it was taken, in seconds; passed on.

        Returns:
            the feature at every fourth picture, else None.

        Raises:
            ValueError: The frame is not such a picture. Nothing is remembered of it.
        """
        features = self._advance(prepare(frame)[None], time_s)
        return features[0] if features else None

    def push_model_input(self, u8_256: Pixels) -> NDArray[np.float32]:
        """Take pictures that are prepared already.

        Args:
            u8_256: uint8 BGR, (T, 256, 256, 3), any T >= 1; only read, and not kept. Another size is accepted from
                the start of a stream on, as the networks are fully convolutional; the official weights were not
                trained for it.

        Returns:
            float32 (N, 1280): the pooled feature of each fourth picture of the stream; N may be 0.

        Raises:
            ValueError: The array has another shape or type, or not the size of the stream's earlier pictures.
        """
        features = self.features(u8_256)
        return np.stack([feature.pooled for feature in features]) if features else np.zeros((0, FEATURES), np.float32)

    def features(self, u8_256: Pixels) -> list[Feature]:
        """Take pictures as `push_model_input` does, and return the whole features, without times."""
        known = isinstance(u8_256, np.ndarray) and u8_256.dtype == np.uint8 and u8_256.ndim == 4
        if not known or u8_256.shape[3] != 3 or not u8_256.size:
            raise ValueError(
                f"expected a uint8 array of shape (T, {SIZE}, {SIZE}, 3) in BGR, T >= 1, but got {describe(u8_256)}"
            )
        return self._advance(u8_256, None)

    def _advance(self, pictures: Pixels, time: float | None) -> list[Feature]:
        before, (count, height, width, _) = self._state, pictures.shape
        if not before.frames:
            memory = self._runtime.memory(height, width)
            before = self._blank(height, width, {name: kept.empty() for name, kept in memory.items()})
        elif (before.height, before.width) != (height, width):
            raise ValueError(
                f"the stream has pictures of {before.height}x{before.width} (height, width), but got {height}x{width}: "
                "call reset() first"
            )
        outputs, arrays = self._runtime.advance(before.arrays, pictures)
        total = before.frames + count
        self._state = StreamState(before.net, before.runtime, height, width, total, arrays)
        first = before.frames - before.frames % STEP_FRAMES
        return [
            Feature(pooled, feature_map, frame >= RECEPTIVE_FIELD, time, frame)
            for (feature_map, pooled), frame in zip(
                outputs, range(first + STEP_FRAMES, total + 1, STEP_FRAMES), strict=True
            )
        ]

    def _blank(self, height: int = 0, width: int = 0, arrays: dict[str, NDArray[Any]] | None = None) -> StreamState:
        return StreamState(self._runtime.architecture.name, self._runtime.name, height, width, 0, arrays or {})

    def _check(self, state: StreamState) -> None:
        net, name = self._runtime.architecture.name, self._runtime.name
        if (state.net, state.runtime) != (net, name):
            raise ModelError(
                f"the state is of {state.net} in the runtime '{state.runtime}', the stream of {net} in '{name}': "
                "load the backbone that it was made with"
            )
        if not state.frames:
            return
        memory = self._runtime.memory(state.height, state.width)
        damaged = sorted(set(memory) ^ set(state.arrays)) or [
            key for key in memory if not memory[key].fits(state.arrays[key])
        ]
        if damaged:
            raise ModelError(f"the state is damaged at {', '.join(damaged)}: start the stream anew")
