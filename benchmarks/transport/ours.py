"""A run of ours in a process of its own: `python -m benchmarks.transport.ours GRAPH`; GRAPH is a file."""

from __future__ import annotations

import sys
from pathlib import Path

import sensegraph
from benchmarks.transport.frames import tell

NODES = "benchmarks.transport.nodes"


def graph(path: Path, camera: str, *, hops: int = 0, hop: str = "", viewers: int = 1, viewer: str = "",
          edge: str = "policy: block, queue: 8") -> Path:  # fmt: skip
    """Write the graph of a camera, nodes that pass frames on, and viewers; the texts are further fields of each."""
    lines = ["version: 1", "nodes:", f"  camera: {{type: {NODES}:Camera, {camera}}}"]
    last = "camera"
    for number in range(hops):
        inputs = f"inputs: {{frames: {{from: {last}.frames, {edge}}}}}"
        last = f"hop{number}"
        lines.append(f"  {last}: {{type: {NODES}:Hop, {hop + ', ' if hop else ''}{inputs}}}")
    for number in range(viewers):
        inputs = f"inputs: {{frames: {{from: {last}.frames, {edge}}}}}"
        lines.append(f"  viewer{number}: {{type: {NODES}:Viewer, {viewer + ', ' if viewer else ''}{inputs}}}")
    path.write_text("\n".join(lines) + "\n")
    return path


def main() -> None:
    """Run the graph in live pace and print what its first viewer saw, and how the frames travelled."""
    summary = sensegraph.run(sys.argv[1], pace="live")
    edges = summary.last.edges.values()
    carriers = sorted({carrier for edge in edges for carrier, amount in edge["carried"].items() if amount})
    dropped = sum(sum(edge["dropped"].values()) for edge in edges)
    tell(dict(summary.reports["viewer0"]) | {
        "unaccounted": summary.unaccounted, "carriers": carriers, "dropped": dropped,
        "copies": sum(edge["copied"] for edge in edges) / max(1, sum(sum(edge["carried"].values()) for edge in edges)),
        "seconds": summary.last.elapsed_s,
    })  # fmt: skip


if __name__ == "__main__":
    main()
