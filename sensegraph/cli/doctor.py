"""`sensegraph doctor`: whether this machine has what a run needs."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from pathlib import Path

import click

from sensegraph import __version__
from sensegraph.errors import SensegraphError
from sensegraph.models import catalogue
from sensegraph.models.pixel import store
from sensegraph.resources import display_available, graphs_dir, sample
from sensegraph.rundir import run_folder


@click.command()
def doctor() -> int:
    """Check libraries, models, cameras, the display and folders."""
    click.echo(f"sensegraph {__version__}, Python {platform.python_version()}, {platform.platform()}")
    checks: list[tuple[str, Callable[[], str]]] = [
        ("libraries", _libraries),
        ("models", _models),
        ("imported weights", _imported),
        ("shipped graphs", _graphs),
        ("sample", lambda: str(sample("workout.mp4"))),
        ("run folder", _run_folder),
        ("cameras", _cameras),
        ("display", lambda: "there is one" if display_available() else "none: windows step aside"),
        ("processes", lambda: "forked from a zygote" if sys.platform == "linux" else "fresh interpreters"),
    ]
    bad = 0
    for name, look in checks:
        try:
            click.echo(f"  ok   {name}: {look()}")
        except (SensegraphError, OSError, ImportError) as error:
            bad += 1
            click.echo(f"  bad  {name}: {error}")
    return 2 if bad else 0


def _libraries() -> str:
    import av
    import cv2
    import onnxruntime
    import zmq

    versions = {
        "OpenCV": cv2.__version__,
        "PyAV": av.__version__,
        "onnxruntime": onnxruntime.__version__,
        "ZeroMQ": zmq.zmq_version(),
    }
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def _models() -> str:
    for name in catalogue.NETS:
        catalogue.verify(name)
    return f"{len(catalogue.NETS)} in {catalogue.cache_folder()}"


def _imported() -> str:
    for name in store.names():
        store.verify(name)
    return ", ".join(store.names()) or "none, and none are needed"


def _graphs() -> str:
    if not any(graphs_dir().glob("*.yaml")):
        raise OSError(f"there are none in {graphs_dir()}; reinstall sensegraph")
    return str(graphs_dir())


def _run_folder() -> str:
    with run_folder() as folder:  # made and removed, as for a run
        return str(folder.parent)


def _cameras() -> str:
    found = sorted(map(str, Path("/dev").glob("video*")))
    return ", ".join(found) or "none found in /dev (a file, a URL or the sample will do)"
