"""The program `sensegraph`, also as `python -m sensegraph`."""

import os
import signal
import sys

# While modules are imported, an exception may come out anywhere, as a traceback: a signal ends the program at once.
signal.signal(signal.SIGINT, lambda *_: os._exit(130))
signal.signal(signal.SIGTERM, lambda *_: os._exit(143))
signal.signal(signal.SIGHUP, lambda *_: os._exit(143))


def main() -> None:
    """Run the command line and exit with its code."""
    from sensegraph.cli import main as answer

    sys.exit(answer())


if __name__ == "__main__":
    main()
