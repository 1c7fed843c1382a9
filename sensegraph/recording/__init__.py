"""Recording what flows in a run, and playing it back: `sensegraph record` and `sensegraph replay`."""
