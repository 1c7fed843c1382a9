"""Train a pixel backbone with a head on clips: from scratch, or on from weights that are there.

What a dataset is: `clip`, `media`, `annotations`, `dataset`, `probe`. How a clip becomes pictures: `reel`, `view`,
`mirror`, `samples`. What is trained and how: `norms`, `classifier`, `start`, `plan`, `trainer`, `progress`. What comes
out: `evaluation`, `storage`, `results`.
"""
