"""Training of classifiers: synthetic motion, temporal nets, custom heads (extra `train`)."""
