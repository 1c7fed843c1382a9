"""Gestures of arms, hands and head before a webcam, as short parametrised motions."""
