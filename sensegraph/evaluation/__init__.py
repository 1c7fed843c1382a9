"""How well a graph does on files whose truth is known: `sensegraph eval`."""
