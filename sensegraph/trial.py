"""Trying what a graph would be now, in a process of its own: a user's code may do anything while it is imported.

Started by `reload.Reload` as `python -m sensegraph.trial FILE`, with a `Request` on standard input. What came of it is
written into the file: `{"workers": [...]}`, what the plans of that graph have in `reload.TRIED`, or `{"error": text}`.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

from sensegraph.errors import SensegraphError
from sensegraph.launch import prepare
from sensegraph.load import load
from sensegraph.plan import worker_plans
from sensegraph.reload import Request, tried
from sensegraph.spec import Pace

LONGEST_S = 30
"""A file that takes longer to be imported hangs."""


def main() -> None:
    """Try the graph of a request; the system ends it when that takes too long."""
    signal.alarm(LONGEST_S)
    request = Request(**json.load(sys.stdin))
    Path(sys.argv[1]).write_text(json.dumps(try_out(request)))


def try_out(request: Request) -> dict[str, Any]:
    """Return the workers that the request would have now, or what is wrong with it."""
    try:
        spec = load(Path(request.graph), request.params, request.sets)
        graph, pace = prepare(
            spec, results=request.results, out=request.out, headless=request.headless, pace=Pace(request.pace)
        )
    except SensegraphError as error:
        return {"error": str(error)}
    return {"workers": tried(worker_plans(graph, pace, Path(), b""))}


if __name__ == "__main__":
    main()
