"""Real-time video understanding as a graph of nodes."""
