"""JsonlSink and CsvSink: whole lines, stable bytes, nothing twice."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sensegraph.errors import SinkError
from sensegraph.packet import Packet, Stamp
from sensegraph.payload import Counts, Scores
from sensegraph.testing import drive
from sensegraph_nodes.csv import CsvSink
from sensegraph_nodes.jsonl import JsonlSink

SCORES = Scores("Squats", 0.91234, (("Squats", 0.95), ("Übung", 0.05)), True, 52)
COUNTS = Counts("Squats", 3, {"Squats": 3})

WRITER = """
import sys
from sensegraph.packet import Stamp
from sensegraph_nodes.jsonl import JsonlSink
node = JsonlSink(sys.argv[1])
node.open()
print("ready", flush=True)
for i in range(10**9):
    node.process(stamp=Stamp(i * 1000), exercise={"label": "x" * (i % 3000)})
"""


def at(seconds: float, payload: object) -> Packet[object]:
    """Return a packet of this time."""
    return Packet(payload, Stamp(round(seconds * 1e9)))


def test_a_line_of_json_for_each_result(tmp_path: Path) -> None:
    """time, frame, stream come first, in this order; letters stand as they are; in order of time."""
    path = tmp_path / "new" / "results.jsonl"
    sink = JsonlSink(str(path))
    drive(sink, exercise=[at(3.25, SCORES)], reps=[at(3.1234567, COUNTS)], events=[at(4, {"event": "start"})])
    assert path.read_text(encoding="utf-8").splitlines() == [
        '{"time": 3.123457, "stream": "reps", "label": "Squats", "count": 3}',
        '{"time": 3.25, "frame": 52, "stream": "exercise", "label": "Squats", "score": 0.9123, "warm": true, '
        '"top": [["Squats", 0.95], ["Übung", 0.05]]}',
        '{"time": 4.0, "stream": "events", "event": "start"}',
    ]
    assert sink.report() == {"path": str(path), "lines": 3}


def test_other_payloads_become_a_value(tmp_path: Path) -> None:
    """Numbers, arrays and numpy numbers can be written."""
    path = tmp_path / "out.jsonl"
    values = [3, np.arange(3), {"x": np.float32(0.5)}]
    drive(JsonlSink(str(path)), thing=[at(i, value) for i, value in enumerate(values)])
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [row.get("value", row.get("x")) for row in rows] == [3, [0, 1, 2], 0.5]


def test_a_table_has_fixed_columns(tmp_path: Path) -> None:
    """Fields without a column stand in the last one."""
    path = tmp_path / "out.csv"
    sink = CsvSink(str(path), columns=("label", "count"))
    drive(sink, exercise=[at(1, SCORES)], reps=[at(2, COUNTS)])
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["time", "frame", "stream", "label", "count", "more"]
    assert rows[1][:5] == ["1.0", "52", "exercise", "Squats", ""]
    assert json.loads(rows[1][5])["score"] == 0.9123
    assert rows[2] == ["2.0", "", "reps", "Squats", "3", ""]
    assert sink.report()["lines"] == 2


def test_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    """`-` writes to the terminal."""
    drive(JsonlSink("-"), reps=[at(1, COUNTS)])
    assert capfd.readouterr().out == '{"time": 1.0, "stream": "reps", "label": "Squats", "count": 3}\n'


@pytest.mark.fault(5)
def test_a_killed_writer_leaves_whole_lines(tmp_path: Path) -> None:
    """After kill -9 every line but the last is whole and none is missing; the kernel may stop inside a write."""
    path = tmp_path / "out.jsonl"
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        while path.stat().st_size < 200_000:
            pass
        process.send_signal(signal.SIGKILL)
    *lines, _ = path.read_bytes().split(b"\n")
    assert len(lines) > 100
    times = [json.loads(line)["time"] for line in lines]
    assert times == [round(i * 1e-6, 6) for i in range(len(times))]


@pytest.mark.fault(5)
@pytest.mark.parametrize("kind", [JsonlSink, CsvSink])
def test_a_restarted_sink_goes_on_without_repeats(tmp_path: Path, kind: type[JsonlSink | CsvSink]) -> None:
    """In the same run a sink that is started again drops half a line and what is written already."""
    path = tmp_path / "out"
    drive(kind(str(path)), reps=[at(1, COUNTS), at(2, COUNTS)], other=[at(1.5, {"label": "a"})])
    before = path.read_text()
    with path.open("ab") as file:
        file.write('{"time": 3, "stream": "Ü'.encode()[:-1])
    sink = kind(str(path))
    sink.epoch = 1
    drive(sink, reps=[at(2, COUNTS), at(3, COUNTS)], other=[at(2, {"label": "b"})])
    after = path.read_text()
    assert after.startswith(before)
    assert len(after.removeprefix(before).splitlines()) == 2
    fresh = kind(str(path))
    drive(fresh, reps=[at(2, COUNTS)])
    assert len(path.read_text()) < len(before)


@pytest.mark.fault(20)
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    """A write that fails gives one clear line."""
    with pytest.raises(SinkError, match=r"/dev/full: No space left on device; it has 0 lines\n  Free space"):
        drive(JsonlSink("/dev/full"), reps=[at(1, COUNTS)])
    with pytest.raises(SinkError, match="it cannot be written: Is a directory"):
        JsonlSink(str(tmp_path)).open()
