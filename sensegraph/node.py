"""The contract of a node: ports, parameters, and what is called when."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

EVERY = "*"
"""Name of an input that stands for any number of inputs, named by the graph file."""


STAMP_PARAMETERS = ("stamp", "stamps")
"""Parameters of `process` that are no inputs."""


@dataclass(frozen=True, slots=True)
class Port:
    """A typed input or output of a node.

    Attributes:
        type: Python type of the payload: `np.ndarray`, a dataclass, `dict`, `str`, ...; `object` takes all.
        doc: What it carries, in a few words.
        dtype: Element type of an array, e.g. `uint8`.
        shape: Shape of an array; None stands for any size.
        colour: Channel order of a picture, `bgr`, `rgb` or `grey`.
        rate_hz: Packets per second of media time. On an input, the rate that is needed. On an output, the rate
            that is made; None means that of the node's first input.
        optional: The input may be left unconnected; `process` then gets None.
        join: How this input is joined with the node's first input, at the first input's time t:
            `hold` = the newest packet at or before t; `exact` = the packet at t or None; `nearest` = the packet
            nearest to t within `tolerance_s` or None; `since` = the list of all packets since the last set.
        tolerance_s: See `join`.
        live: Policy of the edge in live pace when the graph file names none: `latest` for pictures, else `block`.
        records: Whether what comes in on this input is written to a disk; None means: where the node `writes` a file.
        privacy: Privacy labels of an output (`sensegraph.label`), besides those that a graph file puts to it.
        anonymous: What leaves on this output does not show what came in, so that it bears no labels of that.
    """

    type: Any
    doc: str = ""
    dtype: str | None = None
    shape: tuple[int | None, ...] | None = None
    colour: str | None = None
    rate_hz: float | None = None
    optional: bool = False
    join: str = "hold"
    tolerance_s: float = 0.05
    live: str = "block"
    records: bool | None = None
    privacy: tuple[str, ...] = ()
    anonymous: bool = False

    @property
    def may_show(self) -> bool:
        """Whether a payload is a picture or may be one: an array of two or more dimensions, a list, or anything."""
        flat = self.shape is not None and len(self.shape) < 2
        return self.colour is not None or (_may_show(self.type) and not flat)

    @property
    def holds_arrays(self) -> bool:
        """Whether a payload of this type may hold an array."""
        return _may_hold(self.type)


def pictures(doc: str = "pictures", **changes: Any) -> Port:
    """Return a port of uint8 (H, W, 3) BGR pictures; `changes` are further attributes of `Port`."""
    settings = {"dtype": "uint8", "shape": (None, None, 3), "colour": "bgr", "live": "latest"}
    return Port(np.ndarray, doc, **(settings | changes))


def _may_show(kind: Any) -> bool:
    origin = typing.get_origin(kind) or kind
    if origin in (list, tuple):
        return any(map(_may_show, typing.get_args(kind)))
    return origin in (object, Any, np.ndarray)


def _may_hold(kind: Any) -> bool:
    if kind in (bool, int, float, str, bytes, type(None)):
        return False
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return any(_may_hold(hints[field.name]) for field in dataclasses.fields(kind))
    parts = [part for part in typing.get_args(kind) if part is not ...]
    return any(map(_may_hold, parts)) if parts and typing.get_origin(kind) is not np.ndarray else True


class Lender(Protocol):
    """Gives arrays that can be sent without a copy."""

    def lend(self, shape: Sequence[int], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return an array whose content is undefined."""
        ...


class Node:
    """A step of a graph: payloads in, payloads out.

    Parameters are the typed keyword arguments of `__init__`, which only stores them: the class is also made
    where nothing may be opened. The class docstring is its help. Ports are class attributes.

    Attributes:
        inputs: Name -> port. The first one sets the pace: `process` runs once for each of its packets, with the
            other inputs joined to it. `{"*": port}` takes any inputs, each packet by itself, in order of time.
        outputs: Name -> port.
        needs_display: The node opens a window: it is taken out when there is no display.
        acts: The node does something that must not happen again when a recording is played (it presses keys, starts
            programs): it is then left out.
        changeable: Parameters that may get another value while the node runs (`sensegraph set`, a `ladder`).
        restamps: The node's outputs carry times of their own, so no bounds are promised for it. A source whose items
            are not in order of time over all its outputs says so too.
        lenders: Output -> where `loan` takes arrays from; set by whoever runs the node.
    """

    inputs: ClassVar[Mapping[str, Port]] = {}
    outputs: ClassVar[Mapping[str, Port]] = {}
    needs_display: ClassVar[bool] = False
    acts: ClassVar[bool] = False
    changeable: ClassVar[frozenset[str]] = frozenset()
    restamps: ClassVar[bool] = False
    lenders: Mapping[str, Lender] = MappingProxyType({})

    def models(self) -> Sequence[str]:
        """Return the names of the catalogue's models that this node needs; they are fetched before the start.

        Raises:
            ModelError: What it needs beside them is not there; nothing is started then.
        """
        return ()

    def reads(self) -> Sequence[str]:
        """Return the paths of the files that this node reads, so that no sink writes over them."""
        return ()

    def writes(self) -> Sequence[str]:
        """Return the paths of the files that this node writes; `-` is the terminal."""
        return ()

    def silent(self) -> Mapping[str, str]:
        """Return the outputs that nothing is sent on with these parameters -> what to do about it, a sentence.

        An input that is optional is then left unconnected, any other one is refused.
        """
        return {}

    def describe(self) -> str:
        """Return what runs with these parameters, in a few words, where that is worth telling at the start."""
        return ""

    def open(self) -> None:
        """Acquire models, devices and files. Runs in the node's own process, before the first packet."""

    def process(self, *args: Any, **payloads: Any) -> Mapping[str, Any] | Iterable[Mapping[str, Any]] | None:
        """Turn one set of payloads into outputs.

        Has one parameter for each input port. Two more are filled when they are declared: `stamp` (the `Stamp`
        of the first input's packet) and `stamps` (port name -> `Stamp` or None).

        Returns:
            Output port -> payload (or `Packet`, where the time is the node's own), several such mappings in
            order, or None.

        Raises:
            sensegraph.Stop: The node wants the whole graph to end (a window that was closed).
        """
        raise TypeError(f"{type(self).__name__} has no process()")

    def change(self, name: str, value: Any) -> None:
        """Take another value of a parameter in `changeable`, valid by its type; called between two packets.

        A node that has computed something from it in `open` computes that anew here.
        """
        setattr(self, name, value)

    def state(self) -> Mapping[str, Any] | None:
        """Return what must survive a crash of the node's process: plain values and arrays; None for nothing.

        Asked for after every packet, so it should be small.
        """
        return None

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned in the process before this one, after `open`."""

    def finish(self) -> Mapping[str, Any] | Iterable[Mapping[str, Any]] | None:
        """Return what is left to send when the first input has ended."""
        return None

    def close(self) -> None:
        """Release what `open` acquired. Runs even after an error."""

    def loan(self, output: str, shape: Sequence[int], dtype: npt.DTypeLike = np.uint8) -> npt.NDArray[Any]:
        """Return an array to be filled and then sent on `output`, without being copied on its way.

        Where another process reads that output, the array lies in the memory it shares with them; else it is an
        ordinary one. Its content is undefined. Once sent it must not change any more; an array that is not sent goes
        back by itself.
        """
        if output not in self.outputs:
            raise ValueError(f"'{output}' is not an output of {type(self).__name__} ({', '.join(self.outputs)})")
        lender = self.lenders.get(output)
        return np.empty(tuple(shape), dtype) if lender is None else lender.lend(shape, dtype)

    def report(self) -> Mapping[str, Any]:
        """Return what is worth telling at the end of a run, e.g. `{"reps": {"Squats": 7}}`; plain JSON values."""
        return {}


class Source(Node):
    """A node without inputs: `read` is a generator of outputs."""

    def live(self) -> bool:
        """Whether the source makes packets at its own pace (a camera), not as fast as they are taken (a file)."""
        return False

    def length_s(self) -> float | None:
        """Length in seconds once opened, for progress; None where it is not known or endless."""
        return None

    def read(self) -> Iterator[Mapping[str, Any]]:
        """Yield output port -> payload or `Packet`; a plain payload is stamped with the present moment."""
        raise TypeError(f"{type(self).__name__} has no read()")


class Stop(Exception):
    """Raised in a node to end the whole graph in order, e.g. when the user closes the window."""


def results_of(kind: type[Node]) -> list[str]:
    """Return the outputs of a node whose payload is a result."""
    return [port for port, each in kind.outputs.items() if hasattr(each.type, "row") or each.type is dict]
