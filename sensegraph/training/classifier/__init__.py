"""A classifier of one's own from the clips of a project: a last layer on embeddings that are there; no torch."""
