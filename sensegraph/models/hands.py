"""The 21 BlazeHand landmarks of each hand of the person that the pose tracker follows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from sensegraph.models import catalogue
from sensegraph.models.crop import Crop
from sensegraph.models.palms import PalmDetector
from sensegraph.models.session import load_session

Floats = npt.NDArray[np.float32]
Frame = npt.NDArray[np.uint8]
Kind = Literal["lite", "full"]

LEFT, RIGHT = 0, 1
SIDES = (LEFT, RIGHT)
JOINTS = 21
WRIST, INDEX_KNUCKLE, MIDDLE_KNUCKLE, RING_KNUCKLE = 0, 5, 9, 13
CORE = [0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18]  # fingertips move too much to place the next crop
FOLLOW_SCALE, FOLLOW_RAISE = 2.0, 0.1  # from the box of the core joints to the next crop: MediaPipe's hand graph
HAND_PX = 224

POSE_WRIST, POSE_LITTLE, POSE_INDEX = 15, 17, 19  # of the left hand; the right one's follow each
POSE_SCALE = 3.0  # side of a new hand's crop, in distances from the wrist to the knuckles: a hand and a half
POSE_VISIBLE = 0.5

PRESENT = 0.5
REACH = 0.45  # farthest that a hand's wrist is from the pose's, in sides of its crop: half a hand and a margin
NEARER = 0.15  # a wrist is the nearer one only by this much, in sides of the crop
TWIN = 0.2  # two hands are nearer than this, as the mean distance of their joints in sides, only when they are one

LOOK_PATIENCE, LOOK_EVERY = 8, 2  # frames: so long every frame is looked at where the pose has a hand, then fewer
SEARCH_EVERY, SEARCH_RARELY = 4, 16  # frames between two runs of the palm detector, at first and after many in vain


@dataclass(frozen=True, slots=True, eq=False)
class Hand:
    """A hand in one frame.

    Attributes:
        joints: float32 (21, 3): x px, y px and depth z px of the frame.
        presence: 0..1.
        rightness: 0..1, the net's own opinion: a right hand in a picture that is not mirrored.
        crop: Where it is looked for in the next frame.
    """

    joints: Floats
    presence: float
    rightness: float
    crop: Crop


class HandTracker:
    """Follows the hands of one person; what it answers depends only on the frames since the last reset.

    A hand belongs to the wrist of the pose that it sits on, so its side is the pose's. A new one is looked for at
    the wrist and the knuckles of the pose, then followed by its own joints. The palm detector runs only when a
    wrist can be seen but there is no hand at it, and ever more rarely while that is in vain.
    """

    def __init__(
        self, kind: Kind = "lite", landmark_path: str | Path | None = None, palm_path: str | Path | None = None
    ) -> None:
        """Load both nets.

        Args:
            kind: `lite` is fast, `full` is exact and takes twice the time.
            landmark_path: ONNX file of `hand_landmark_lite` or `_full`; None for the cached one.
            palm_path: ONNX file of `palm_detection_lite`; None for the cached one.

        Raises:
            ModelError: A net is missing or cannot be loaded.
        """
        self._palms = PalmDetector(palm_path or catalogue.find("palm_detection_lite"))
        self.use(kind, landmark_path)
        self._pixels: Frame = np.empty((HAND_PX, HAND_PX, 3), np.uint8)
        self.reset()

    def use(self, kind: Kind, landmark_path: str | Path | None = None) -> None:
        """Follow the hands with a net of that kind from the next frame on; the arguments and errors are those above."""
        self._session = load_session(landmark_path or catalogue.find(f"hand_landmark_{kind}"))
        self._input = self._session.get_inputs()[0].name

    def reset(self) -> None:
        """Forget the hands, for example after a cut in the video."""
        self._crops: list[Crop | None] = [None, None]
        self._frames_missing = [0, 0]
        self._pause = SEARCH_EVERY  # frames between this search and the next
        self._frames_since_search = SEARCH_EVERY

    def track(self, frame_bgr: Frame, pose: Floats | None) -> tuple[Floats, Floats]:
        """Return the hands of the person in the next frame, the person's left one first.

        Args:
            frame_bgr: uint8 BGR image, shape (H, W, 3); it is not kept.
            pose: (33, 4) x px, y px, z px, visibility 0..1 of the person in this frame; None when nobody is there.

        Returns:
            float32 (2, 21, 3): x px, y px and depth z px relative to the wrist, smaller is nearer; and float32
            (2,): presence 0..1. Both are zero for a hand that is not seen.
        """
        self._frames_since_search += 1
        hands: list[Hand | None] = [None, None] if pose is None else self._hands(frame_bgr, pose)
        for side, hand in enumerate(hands):
            self._crops[side] = None if hand is None else hand.crop
            self._frames_missing[side] = self._frames_missing[side] + 1 if pose is not None and hand is None else 0
        return _stacked(hands)

    def _hands(self, frame_bgr: Frame, pose: Floats) -> list[Hand | None]:
        wrists = _wrists(pose)
        hands = [self._follow(frame_bgr, wrists, side) or self._begin(frame_bgr, pose, side) for side in SIDES]
        hands = _without_twin(hands, wrists)
        wanted = [side for side in SIDES if hands[side] is None and _in_view(pose[POSE_WRIST + side], frame_bgr)]
        if any(self._frames_missing[side] == 0 for side in wanted):  # one was there a moment ago
            self._pause = SEARCH_EVERY
        if wanted and self._frames_since_search >= self._pause:
            hands = self._search(frame_bgr, wrists, hands, wanted)
        return hands

    def _follow(self, frame_bgr: Frame, wrists: Floats, side: int) -> Hand | None:
        """Return the hand of a side near its place in the last frame, as long as it sits on the side's wrist."""
        crop = self._crops[side]
        hand = None if crop is None else self._look(frame_bgr, crop)
        if hand is None or not _inside(wrists[side], frame_bgr) or not _reaches(hand, wrists[side]):
            return None
        return hand if _nearest(hand, wrists) in (side, None) else None

    def _begin(self, frame_bgr: Frame, pose: Floats, side: int) -> Hand | None:
        """Return the hand where the pose has it; the second look is from its own joints, as all later ones."""
        missing = self._frames_missing[side]
        if (missing > LOOK_PATIENCE and missing % LOOK_EVERY) or not _in_view(pose[POSE_WRIST + side], frame_bgr):
            return None
        return self._take(frame_bgr, _pose_crop(pose, side), _wrists(pose), [side])[1]

    def _search(
        self, frame_bgr: Frame, wrists: Floats, hands: list[Hand | None], wanted: list[int]
    ) -> list[Hand | None]:
        """Return the hands and those that the palm detector has found for the wanted sides."""
        self._frames_since_search = 0
        found = list(hands)
        for crop in self._palms.detect(frame_bgr):
            side, hand = self._take(frame_bgr, crop, wrists, [each for each in wanted if found[each] is None])
            if hand is not None:
                found[side] = hand
        found = _without_twin(found, wrists)
        self._pause = SEARCH_EVERY if found != hands else min(2 * self._pause, SEARCH_RARELY)
        return found

    def _take(self, frame_bgr: Frame, crop: Crop, wrists: Floats, sides: list[int]) -> tuple[int, Hand | None]:
        """Return the side and the hand in a crop, if it is one of those sides'."""
        near = any(math.dist((crop.x, crop.y), wrists[side]) < crop.side for side in sides)
        first = self._look(frame_bgr, crop) if near else None
        hand = None if first is None else self._look(frame_bgr, first.crop)
        if hand is None:
            return LEFT, None
        side = _owner(hand, wrists)
        return side, hand if side in sides and _reaches(hand, wrists[side]) else None

    def _look(self, frame_bgr: Frame, crop: Crop) -> Hand | None:
        """Return the hand in a crop, None when there is none or its middle is outside the picture."""
        height, width = frame_bgr.shape[:2]
        if not crop.fits(width, height):
            return None
        to_frame = crop.cut(frame_bgr, self._pixels)
        blob = cv2.dnn.blobFromImage(self._pixels, scalefactor=1 / 255, swapRB=True)
        raw, presence, rightness, _world = self._session.run(None, {self._input: blob})
        if presence[0, 0] < PRESENT:
            return None
        joints = raw.reshape(JOINTS, 3)
        places = joints[:, :2] @ to_frame[:, :2].T + to_frame[:, 2]
        following = _joint_crop(places)
        if not _inside(places.mean(axis=0), frame_bgr) or not following.fits(width, height):
            return None
        depth = joints[:, 2:] * (crop.side / HAND_PX)
        points = np.concatenate([places, depth], axis=1).astype(np.float32)
        return Hand(points, float(presence[0, 0]), float(rightness[0, 0]), following)


def _joint_crop(places: npt.NDArray[np.floating]) -> Crop:
    """Return the crop for the next frame from the joints of this one, (21, 2) px."""
    knuckles = (places[MIDDLE_KNUCKLE] + (places[INDEX_KNUCKLE] + places[RING_KNUCKLE]) / 2) / 2
    upright = Crop.upright(places[WRIST], knuckles - places[WRIST], 0.0)
    turned = places[CORE] @ upright.rotation()
    low, high = turned.min(axis=0), turned.max(axis=0)
    x, y = upright.rotation() @ ((low + high) / 2)
    box = Crop(float(x), float(y), float((high - low).max()), upright.angle)
    return box.raised(FOLLOW_RAISE).scaled(FOLLOW_SCALE)


def _pose_crop(pose: Floats, side: int) -> Crop:
    """Return where the pose has a hand: MediaPipe's holistic graph weighs the knuckles like this."""
    wrist, little, index = (pose[each + side, :2] for each in (POSE_WRIST, POSE_LITTLE, POSE_INDEX))
    knuckles = (2 * index + little) / 3
    up = knuckles - wrist
    return Crop.upright(knuckles, up, POSE_SCALE * math.hypot(*up))


def _wrists(pose: Floats) -> Floats:
    """Return the wrists of the pose, (2, 2) px, the left one first."""
    return pose[POSE_WRIST : POSE_WRIST + 2, :2]


def _inside(place: npt.NDArray[np.floating], frame_bgr: Frame) -> bool:
    height, width = frame_bgr.shape[:2]
    return bool(0 <= place[0] < width and 0 <= place[1] < height)


def _in_view(wrist: Floats, frame_bgr: Frame) -> bool:
    """Return whether a wrist of the pose, (4,), can be seen in the picture."""
    return bool(wrist[3] >= POSE_VISIBLE) and _inside(wrist, frame_bgr)


def _distance(hand: Hand, wrist: Floats) -> float:
    """Return how far a hand's wrist is from one of the pose, (2,), in sides of the hand's crop."""
    return float(np.linalg.norm(hand.joints[WRIST, :2] - wrist)) / hand.crop.side


def _reaches(hand: Hand, wrist: Floats) -> bool:
    return _distance(hand, wrist) < REACH


def _nearest(hand: Hand, wrists: Floats) -> int | None:
    """Return the side whose wrist a hand is nearer to, None when both are about as near."""
    left, right = (_distance(hand, wrist) for wrist in wrists)
    return None if abs(left - right) < NEARER else LEFT if left < right else RIGHT


def _owner(hand: Hand, wrists: Floats) -> int:
    """Return the side that a hand belongs to; the net's own opinion counts only between two near wrists."""
    nearest = _nearest(hand, wrists)
    return nearest if nearest is not None else RIGHT if hand.rightness >= 0.5 else LEFT


def _without_twin(hands: list[Hand | None], wrists: Floats) -> list[Hand | None]:
    """Return the hands; where both are the same one, only that of its owner."""
    left, right = hands
    if left is None or right is None:
        return hands
    apart = np.linalg.norm(left.joints[:, :2] - right.joints[:, :2], axis=1).mean()
    if apart > TWIN * max(left.crop.side, right.crop.side):
        return hands
    return [left, None] if _owner(left, wrists) == LEFT else [None, right]


def _stacked(hands: list[Hand | None]) -> tuple[Floats, Floats]:
    empty = np.zeros((JOINTS, 3), np.float32)
    points = np.stack([empty if hand is None else hand.joints for hand in hands])
    return points, np.array([0.0 if hand is None else hand.presence for hand in hands], np.float32)
