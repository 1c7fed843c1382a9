"""Moving packets along edges: one writer and one reader per edge, over memory or ZeroMQ."""
