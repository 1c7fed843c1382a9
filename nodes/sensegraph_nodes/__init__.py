"""The standard nodes of sensegraph, one noun per file."""
