"""The exercises of the fitness head, a family in each file."""
