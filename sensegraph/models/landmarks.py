"""The 33 BlazePose landmarks of one person, followed from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from sensegraph.models import catalogue
from sensegraph.models.crop import Crop
from sensegraph.models.person import PersonDetector
from sensegraph.models.session import load_session

Floats = npt.NDArray[np.float32]
Frame = npt.NDArray[np.uint8]

POINTS = 33
SHOULDERS = [11, 12]
HIPS = [23, 24]
RAW_POINTS = 39  # six auxiliary ones follow the 33: the first two of them place the next crop
CROP_CENTRE, CROP_EDGE = 33, 34

LANDMARK_PX = 256

PATIENCE_FRAMES = 16  # so long after a loss the detector runs on every frame
SEARCH_EVERY = 3  # then on every third: a newcomer is found within 0.2 s at 16 fps


@dataclass(frozen=True, slots=True)
class Gate:
    """Least presence and visibilities with which a pose counts as a person, 0..1 each."""

    presence: float
    shoulders: float
    hips: float


START = Gate(presence=0.9, shoulders=0.9, hips=0.6)
KEEP = Gate(presence=0.5, shoulders=0.5, hips=0.3)


@dataclass(frozen=True, slots=True)
class Pose:
    """One person in one frame.

    Attributes:
        points: float32 (33, 4): x px, y px, z px (depth relative to the hips, smaller is nearer), visibility
            0..1. Points may lie outside the frame.
        world: float32 (33, 3): x, y, z in metres with the origin between the hips, axes as in the picture.
        presence: Confidence that the crop shows a person, 0..1.
    """

    points: Floats
    world: Floats
    presence: float


class PoseTracker:
    """Follows one person through a video; what it answers depends only on the frames since the last reset.

    The detector runs only while nobody is followed, and more rarely when nobody has been there for a second.
    """

    def __init__(self, detector_path: str | Path | None = None, landmark_path: str | Path | None = None) -> None:
        """Load both nets.

        Args:
            detector_path: ONNX file of `pose_detection`; None for the cached one.
            landmark_path: ONNX file of `pose_landmark_full`; None for the cached one.

        Raises:
            ModelError: A net is missing or cannot be loaded.
        """
        self._detector = PersonDetector(detector_path or catalogue.find("pose_detection"))
        self._session = load_session(landmark_path or catalogue.find("pose_landmark_full"))
        self._input = self._session.get_inputs()[0].name
        self._pixels: Frame = np.empty((LANDMARK_PX, LANDMARK_PX, 3), np.uint8)
        self.reset()

    def reset(self) -> None:
        """Forget the person, for example after a cut in the video."""
        self._crop: Crop | None = None
        self._frames_alone = 0

    def track(self, frame_bgr: Frame) -> Pose | None:
        """Return the pose of the person in the next frame.

        Args:
            frame_bgr: uint8 BGR image, shape (H, W, 3); it is not kept.

        Returns:
            The pose in pixels of this frame, None when nobody is there.

        Raises:
            ValueError: `frame_bgr` is no such image.
        """
        shape = frame_bgr.shape
        if frame_bgr.dtype != np.uint8 or len(shape) != 3 or shape[2] != 3 or not frame_bgr.size:
            raise ValueError(f"frame must be uint8 with shape (H, W, 3), but got {frame_bgr.dtype} {shape}")
        height, width = shape[:2]
        followed = self._crop is not None
        crop = self._crop if followed else self._search(frame_bgr)
        if crop is None or not crop.fits(width, height):
            self._lose()
            return None
        pose, following = self._place(frame_bgr, crop)
        if not _is_person(pose, KEEP if followed else START):
            self._lose()
            return None
        self._crop, self._frames_alone = following, 0
        return pose

    def _search(self, frame_bgr: Frame) -> Crop | None:
        overdue = self._frames_alone - PATIENCE_FRAMES
        if overdue > 0 and overdue % SEARCH_EVERY:
            return None
        return self._detector.detect(frame_bgr)

    def _lose(self) -> None:
        self._crop = None
        self._frames_alone += 1

    def _place(self, frame_bgr: Frame, crop: Crop) -> tuple[Pose, Crop]:
        """Place the landmarks inside a crop; return them and the crop for the next frame."""
        to_frame = crop.cut(frame_bgr, self._pixels)
        blob = cv2.dnn.blobFromImage(self._pixels, scalefactor=1 / 255, swapRB=True)
        raw, presence, world = self._session.run(None, {self._input: blob})

        landmarks = raw.reshape(RAW_POINTS, -1)
        places = landmarks[:, :2] @ to_frame[:, :2].T + to_frame[:, 2]
        depth = landmarks[:POINTS, 2:3] * (crop.side / LANDMARK_PX)
        points = np.concatenate([places[:POINTS], depth, _sigmoid(landmarks[:POINTS, 3:4])], axis=1)

        metres = world.reshape(RAW_POINTS, 3)[:POINTS]
        metres = np.concatenate([metres[:, :2] @ crop.rotation().T, metres[:, 2:]], axis=1)
        metres -= metres[HIPS].mean(axis=0)
        pose = Pose(points.astype(np.float32), metres.astype(np.float32), float(presence[0, 0]))
        return pose, Crop.around(places[CROP_CENTRE], places[CROP_EDGE])


def _is_person(pose: Pose, gate: Gate) -> bool:
    """Return whether a pose is believed: on a desk without a body the net invents one with hidden hips."""
    visibility = pose.points[:, 3]
    shoulders, hips = visibility[SHOULDERS].mean(), visibility[HIPS].mean()
    return bool(pose.presence >= gate.presence and shoulders >= gate.shoulders and hips >= gate.hips)


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values.clip(-50, 50))), dtype=np.float32)
