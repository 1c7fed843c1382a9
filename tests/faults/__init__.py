"""Faults by their number in docs/faults.md, where no other folder of tests is nearer."""
