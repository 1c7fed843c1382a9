"""What a node failed on twice: kept in a file, so that the run goes on without it and somebody can look at it later.

A file holds no pickle: msgpack with the messages of `codec`, as they travel between processes.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgpack

from sensegraph.codec import decode, encode
from sensegraph.errors import SensegraphError, TransportError
from sensegraph.join import JoinedSet
from sensegraph.node import Node
from sensegraph.packet import Packet, Stamp

SUFFIX = ".letter"
VERSION = 1
NOBODY = bytes(16)
"""In the place of the run, which is over when a letter is read."""
MOST_FILES = 100
MOST_BYTES = 256 << 20


def folder() -> Path:
    """Return where letters are kept: in the user's state folder; it may not exist."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "sensegraph" / "dead-letters"
    xdg = os.environ.get("XDG_STATE_HOME", "")
    base = Path(xdg) if os.path.isabs(xdg) else Path.home() / ".local" / "state"
    return base / "sensegraph" / "dead-letters"


def write(name: str, kind: str, params: Mapping[str, Any], joined: JoinedSet) -> Path:
    """Keep what a node was given; of more than a hundred letters the oldest are removed.

    Args:
        name: The node's name in its graph.
        kind: Its type, as a graph names it.
        params: Its parameters, plain values.
        joined: What it failed on.

    Returns:
        the file, readable by its owner alone: it may hold pictures of people.

    Raises:
        OSError: It cannot be written.
        TransportError: It holds what cannot travel.
    """
    inputs = {
        port: _packed(payload, joined.stamps[port]) for port, payload in joined.payloads.items() if payload is not None
    }
    at = joined.stamp
    content = {"version": VERSION, "node": name, "type": kind, "params": dict(params),
               "stamp": [at.time_ns, at.source, at.frame, at.gap], "inputs": inputs}  # fmt: skip
    place = folder()
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = sorted(place.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime_ns)
    for old in kept[: max(0, len(kept) - MOST_FILES + 1)]:
        old.unlink(missing_ok=True)
    path = place / f"{name}-{os.getpid()}-{at.time_ns}{SUFFIX}"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgpack.packb(content, default=str))
    return path


def read(path: str | Path, node: Node | type[Node]) -> dict[str, Any]:
    """Return what a node was given when it failed: arguments for its `process`, arrays read-only.

    An input that had nothing is None. `stamp` and `stamps` are added where `process` takes them.

    Args:
        path: The file.
        node: The node or its class; it has the inputs of the one that failed.

    Raises:
        SensegraphError: The file cannot be read, or it is for another node.
    """
    try:
        with Path(path).open("rb") as file:
            content = msgpack.unpackb(file.read(MOST_BYTES), max_bin_len=MOST_BYTES, strict_map_key=True)
        if content["version"] != VERSION:
            raise ValueError(f"it is of version {content['version']}, this program knows {VERSION}")
        if unknown := set(content["inputs"]) - set(node.inputs):
            raise ValueError(f"it is for a node with the inputs {', '.join(sorted(unknown))}: '{content['type']}'")
        time_ns, source, frame, gap = content["stamp"]
        stamp = Stamp(int(time_ns), 0, str(source), int(frame), bool(gap))
        joined = JoinedSet(stamp, dict.fromkeys(node.inputs), dict.fromkeys(node.inputs))
        for port, said in content["inputs"].items():
            joined.payloads[port], joined.stamps[port] = _unpacked(said, node.inputs[port].type)
    except (OSError, ValueError, KeyError, TypeError, TransportError, msgpack.UnpackException) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise SensegraphError(f"{path}: is no dead letter that can be read: {why}") from None
    return joined.arguments(inspect.signature(node.process).parameters)


def _packed(payload: Any, stamp: Any) -> Any:
    if isinstance(stamp, list):
        return [[_parts(each, at) for each, at in zip(payload, stamp, strict=True)]]
    return _parts(payload, stamp)


def _parts(payload: Any, stamp: Stamp) -> list[bytes]:
    return [bytes(part) for part in encode(Packet(payload, stamp), NOBODY, 0)]


def _unpacked(said: Any, hint: Any) -> tuple[Any, Any]:
    """Return payload and stamp of an input, lists of them where it had several."""
    if said and isinstance(said[0], list):
        packets = [_packet(parts, hint) for parts in said[0]]
        return [each.payload for each in packets], [each.stamp for each in packets]
    packet = _packet(said, hint)
    return packet.payload, packet.stamp


def _packet(parts: list[bytes], hint: Any) -> Packet[Any]:
    item, _ = decode(parts, hint, NOBODY)
    if not isinstance(item, Packet):
        raise ValueError("there is no packet in it")
    return item
