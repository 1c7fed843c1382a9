"""The resampler against its definition."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sensegraph.packet import NANOSECONDS, Packet, Stamp
from sensegraph.testing import drive
from sensegraph_nodes.resample import PERIOD_NS, ROUNDING_NS, Resampler16fps

GAP_NS = NANOSECONDS // 2


def run(frames: list[tuple[int, bool]]) -> list[tuple[int, int, bool]]:
    """Return (k, number of the input frame, gap) of each output for inputs (time_ns, gap)."""
    packets = [
        Packet(np.full((2, 2, 3), index % 256, np.uint8), Stamp(time_ns, frame=index, gap=gap))
        for index, (time_ns, gap) in enumerate(frames)
    ]
    out = drive(Resampler16fps(), packets=True, frames=packets)["frames"]
    assert all(packet.stamp.time_ns == packet.stamp.frame * PERIOD_NS for packet in out)
    return [(packet.stamp.frame, int(packet.payload[0, 0, 0]), packet.stamp.gap) for packet in out]


def steady(rate_hz: float, count: int) -> list[tuple[int, bool]]:
    """Return the inputs of a steady stream."""
    return [(round(index * NANOSECONDS / rate_hz), False) for index in range(count)]


def defined(frames: list[tuple[int, bool]]) -> list[tuple[int, int, bool]]:
    """Return what `run` should, straight from the definition."""
    pieces: list[list[int]] = []
    for index, (time_ns, gap) in enumerate(frames):
        if not index or gap or time_ns - frames[index - 1][0] > GAP_NS:
            pieces.append([])
        pieces[-1].append(index)
    outputs: list[tuple[int, int, bool]] = []
    first = 0
    waiting = frames[0][1]
    for number, piece in enumerate(pieces):
        times = [frames[index][0] for index in piece]
        waiting = waiting or number > 0
        shown_ns = times[-1] - times[-2] if len(times) > 1 else PERIOD_NS
        end_ns = times[-1] + shown_ns - ROUNDING_NS
        if number + 1 < len(pieces):
            end_ns = min(end_ns, frames[pieces[number + 1][0]][0])
        for k in range(first, (end_ns + PERIOD_NS) // PERIOD_NS + 2):
            time_ns = k * PERIOD_NS
            if times[0] <= time_ns and (time_ns <= times[-1] or time_ns < end_ns):
                nearest = min(piece, key=lambda index: (abs(frames[index][0] - time_ns), index))
                outputs.append((k, nearest % 256, waiting))
                waiting, first = False, k + 1
    return outputs


streams = st.lists(
    st.tuples(
        st.one_of(
            st.integers(1, 100_000_000),
            st.sampled_from([PERIOD_NS, PERIOD_NS // 2, 33_333_333, GAP_NS, GAP_NS + 1]),
            st.integers(1, 3 * NANOSECONDS),
        ),
        st.booleans(),
    ),
    min_size=1,
    max_size=60,
)


@given(st.integers(0, NANOSECONDS), streams, st.booleans())
def test_outputs_are_those_of_the_definition(start_ns: int, steps: list[tuple[int, bool]], told: bool) -> None:
    """Whatever the times of the input, the output is what the definition says."""
    frames, time_ns = [], start_ns
    for step_ns, gap in steps:
        frames.append((time_ns, gap and told))
        time_ns += step_ns
    assert run(frames) == defined(frames)


def test_sixteen_frames_come_through_as_they_are() -> None:
    """Input at 16 fps is not touched, also when a file has rounded its times to milliseconds."""
    assert run(steady(16, 40)) == [(k, k, False) for k in range(40)]
    rounded = [(round(index * 62.5) * 1_000_000, False) for index in range(40)]
    assert run(rounded) == [(k, k, False) for k in range(40)]


def test_thirty_frames_a_second_become_sixteen() -> None:
    """Two seconds at 30 fps are 32 frames, the nearest ones."""
    out = run(steady(30, 60))
    assert [k for k, _, _ in out] == list(range(32))
    assert [number for _, number, _ in out[:6]] == [0, 2, 4, 6, 7, 9]


def test_slow_input_is_repeated() -> None:
    """At 4 fps every frame is shown about four times, the last one too; of two equally near the earlier."""
    assert [number for _, number, _ in run(steady(4, 3))] == [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2]


def test_an_hour_does_not_drift() -> None:
    """After an hour at 29.97 fps output k is still within half a frame of k/16 s."""
    times = [round(index * 1001 * NANOSECONDS / 30_000) for index in range(107_000, 107_060)]
    blank = np.zeros((2, 2, 3), np.uint8)
    frames = [Packet(blank, Stamp(time, capture_ns=time)) for time in times]
    for packet in drive(Resampler16fps(), packets=True, frames=frames)["frames"][:-1]:
        assert packet.stamp.time_ns == packet.stamp.frame * PERIOD_NS
        assert abs(packet.stamp.time_ns - packet.stamp.capture_ns) <= 17_000_000


def test_a_gap_is_not_filled() -> None:
    """Where no frame comes for more than half a second no frame is made up; what follows knows of it."""
    frames = [*steady(16, 4), *((2 * NANOSECONDS + index * PERIOD_NS, False) for index in range(2))]
    out = run(frames)
    assert [k for k, _, _ in out] == [0, 1, 2, 3, 32, 33]
    assert [gap for _, _, gap in out] == [False, False, False, False, True, False]
    assert [number for _, number, _ in out][4:] == [4, 5]


def test_a_gap_that_is_told_restarts_without_a_pause() -> None:
    """No frame of before a gap is shown after it."""
    frames = [(0, False), (60_000_000, False), (110_000_000, True), (180_000_000, False)]
    out = run(frames)
    assert next((number, gap) for _, number, gap in out if number >= 2) == (2, True)
    assert all(later[0] > earlier[0] for earlier, later in pairwise(out))


def test_one_frame_is_one_frame() -> None:
    """A picture makes one output."""
    assert run([(0, False)]) == [(0, 0, False)]
