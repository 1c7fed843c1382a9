"""The command line. Commands are imported when they are used, so each starts quickly."""

from __future__ import annotations

import errno
import os
import signal
import sys
from typing import TextIO

import click

from sensegraph import __version__
from sensegraph.cli.lazy import LazyGroup
from sensegraph.errors import SensegraphError
from sensegraph.secrets import masked

COMMANDS = {
    "run": "run:run",
    "record": "record:record",
    "replay": "replay:replay",
    "eval": "eval:evaluate",
    "check": "check:check",
    "profile": "profile:profile",
    "show": "show:show",
    "edges": "edges:edges",
    "nodes": "nodes:nodes",
    "graphs": "graphs:graphs",
    "new": "new:new",
    "models": "models:models",
    "train": "train:train",
    "project": "project:project",
    "record-clips": "record_clips:record_clips",
    "flip": "flip:flip",
    "top": "top:top",
    "why": "why:why",
    "trace": "trace:trace",
    "set": "set:set_",
    "doctor": "doctor:doctor",
}


@click.group(cls=LazyGroup, commands_at=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sensegraph")
def cli() -> None:
    """Real-time video understanding as a graph of nodes.

    Start with `sensegraph run fitness`.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the command is imported and can clean up from here on


def printable(text: str) -> str:
    """Return a text in which nothing steers a terminal: other than a new line, what cannot be seen is written out."""
    return "".join(each if each.isprintable() or each == "\n" else ascii(each)[1:-1] for each in text)


def tell(text: str) -> None:
    """Print an error; what it quotes of a file is not trusted, and what it quotes of an address is no secret."""
    click.echo(printable(masked(text)), err=True)


def main() -> int:
    """Run the command line and return its exit code; every error is told once, without a traceback."""
    try:
        result = cli.main(standalone_mode=False)
        return result if isinstance(result, int) else 0
    except SensegraphError as error:
        tell(str(error))
        return error.exit_code
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (KeyboardInterrupt, click.Abort):
        return 130
    except (BrokenPipeError, SystemExit):
        # Whoever read our output is gone (`| head`), which rich tells by SystemExit: nothing more can be said to them.
        silence(sys.stdout)
        return 0
    except Exception as error:  # a mistake of ours: one line for the user, the traceback on request
        if isinstance(error, OSError) and error.errno == errno.ENOSPC and error.filename is None:
            silence(sys.stdout)
            tell(f"standard output cannot be written: {error.strerror}\n  Make room, or write elsewhere.")
            return 2
        if os.environ.get("SENSEGRAPH_DEBUG"):
            raise
        tell(f"an error of sensegraph itself: {type(error).__name__}: {error}")
        click.echo("  Set SENSEGRAPH_DEBUG=1 to see where, and please report it.", err=True)
        return 1


def silence(*streams: TextIO) -> None:
    """Send what is still to be written there to nowhere."""
    for stream in streams:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
