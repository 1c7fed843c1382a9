"""Directions and rotations in three dimensions: x to the person's left, y up, z forward, right-handed."""

import cv2
import numpy as np

from sensegraph.training.render.array import Array

UP = np.array([0.0, 1, 0])
FORWARD = np.array([0.0, 0, 1])


def unit(vector: Array) -> Array:
    """Scale a vector (3,) to length 1; the zero vector stays zero."""
    return np.asarray(vector / (np.linalg.norm(vector) + 1e-9))


def moved(point: Array, x: float, y: float, z: float) -> Array:
    """A point (3,) moved by x, y and z metres."""
    return point + np.array([x, y, z])


def rotation(axis: Array, degrees: float) -> Array:
    """Rotation matrix (3,3) about an axis of any length."""
    return np.asarray(cv2.Rodrigues(unit(axis) * np.radians(degrees))[0])


def heading(degrees: float) -> Array:
    """Rotation matrix (3,3) that turns forward towards +x, the person's left."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def swing(start: Array, end: Array) -> Array:
    """Smallest rotation (3,3) that takes one direction to another."""
    a, b = unit(start), unit(end)
    axis = np.cross(a, b)
    sine = float(np.linalg.norm(axis))
    if sine < 1e-8:
        return np.eye(3)
    return np.asarray(cv2.Rodrigues(axis / sine * np.arctan2(sine, float(a @ b)))[0])


def frame(side: Array, up: Array) -> Array:
    """Matrix with the columns side, up and forward; `up` is kept, `side` is made perpendicular to it."""
    up = unit(up)
    forward = unit(np.cross(side, up))
    return np.stack([np.cross(up, forward), up, forward], 1)
