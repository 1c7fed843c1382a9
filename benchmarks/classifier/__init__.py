"""Classifiers of one's own, from a handful of clips: `python -m benchmarks.classifier [--shared FOLDER]`."""
