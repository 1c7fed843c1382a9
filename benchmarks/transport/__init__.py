"""The data plane beside its peers: `python -m benchmarks.transport` (make bench-transport)."""
