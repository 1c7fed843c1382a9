"""`sensegraph record` and `replay`: what was recorded comes again, and what differs is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sensegraph.recording.file import Kind, RecordFile
from sensegraph.recording.head import Head, to_bytes
from sensegraph.recording.journal import Journal
from sensegraph.recording.recording import Recording
from sensegraph.recording.tape import RECORDER
from tests.cli import Answer, refused, say
from tests.recording.scene import GRAPH, LIVE, set_up


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    set_up(tmp_path)


def record(*words: str) -> None:
    """Record the graph to run.sgr, results beside it."""
    answer = say("record", "means.yaml", "-o", "run.sgr", "--results", "before.jsonl", "--in-process", *words)
    assert answer.code == 0, answer


def verified(*words: str) -> Answer:
    """Compare run.sgr with what comes of it now."""
    return say("replay", "run.sgr", *words, "--verify", "--in-process")


@pytest.mark.parametrize("flags", [(), LIVE], ids=["fast", "live, with drops"])
@pytest.mark.parametrize("pace", ["fast", "live", "x3"])
def test_a_replay_gives_the_same_bytes(flags: tuple[str, ...], pace: str) -> None:
    """At any pace; in live pace every node gets the sets that it got, whatever was dropped."""
    record(*flags, *(["--count", "20"] if pace == "live" else []))
    answer = say("replay", "run.sgr", "--pace", pace, "--results", "after.jsonl", "--in-process")
    assert answer.code == 0, answer
    assert Path("after.jsonl").read_bytes() == Path("before.jsonl").read_bytes()
    replaced = [edge for edge, reason, _ in Recording("run.sgr").drops() if reason == "replaced"]
    assert bool(replaced) == (flags == LIVE)


@pytest.mark.parametrize("flags", [(), LIVE], ids=["fast", "live, with drops"])
def test_the_same_graph_is_verified(flags: tuple[str, ...]) -> None:
    """Exit code 0, and how much was compared."""
    record(*flags)
    answer = verified()
    assert answer.code == 0, answer
    lines = len(Path("before.jsonl").read_text().splitlines())
    assert answer.out == f"the same: {lines} packets of mean.mean, both.both\n"


@pytest.mark.parametrize("flags", [(), LIVE], ids=["fast", "live, with drops"])
def test_the_first_node_that_differs_is_named(flags: tuple[str, ...]) -> None:
    """In the order of the graph, not of the streams, with frame, time, and what was and is; exit code 3."""
    record(*flags, "--streams", "both.both,camera.frames,mean.mean")
    answer = verified("--set", "mean.plus_from=13")
    assert answer.code == 3, answer
    frames = [p.stamp.frame for p in _packets("mean.mean")]
    frame = min(each for each in frames if each >= 13)
    start = f"'mean' differs first: mean.mean, frame {frame}, {frame / 30:.3f} s: mean was "
    assert answer.out.startswith(start)


def _packets(stream: str) -> list[object]:
    recording = Recording("run.sgr")
    return [recording.packet(record, dict) for _, record in recording.index([stream])[stream]]  # type: ignore[misc]


def test_a_changed_node_file_is_told_with_the_difference() -> None:
    """By its digest."""
    record()
    source = Path("mine.py").read_text()
    Path("other").mkdir()
    Path("other/mine.py").write_text(source.replace('"most": int(frames.max())', '"most": int(frames.min())'))
    Path("other/means.yaml").write_text(GRAPH)
    answer = verified("other/means.yaml")
    assert answer.code == 3, answer
    assert answer.out.startswith("'both' differs first: both.both, frame 0, 0.000 s: most was 255, is 0\n")


def test_an_output_that_is_missing_is_a_difference() -> None:
    """Not only one that has another value."""
    record()
    source = Path("mine.py").read_text()
    Path("less.py").write_text(source.replace('return {"both"', 'return None if frames[0, 0, 0] == 9 else {"both"'))
    Path("less.yaml").write_text(GRAPH.replace("mine.py:Both", "less.py:Both"))
    assert "both.both, frame 9, 0.300 s: the packet of the recording is missing" in verified("less.yaml").out


@pytest.mark.parametrize("share", [0.7, 0.99])
def test_a_truncated_recording_is_verified_as_far_as_it_goes(share: float) -> None:
    """It says so; a difference in that part is found."""
    record(*LIVE, "--count", "60")
    data = Path("run.sgr").read_bytes()
    Path("run.sgr").write_bytes(data[: round(share * len(data))])
    answer = verified()
    assert answer.code == 0, answer
    assert "the recording was cut off" in answer.err
    assert ", compared up to " in answer.out
    assert verified("--set", "mean.plus_from=1").code == 3


def test_a_recording_cut_in_its_beginning_is_refused() -> None:
    """Nothing of it can be compared, and that is not called the same."""
    record()
    data = Path("run.sgr").read_bytes()
    for length in (30, 2500):
        Path("run.sgr").write_bytes(data[:length])
        refused("replay", "run.sgr", "--verify", "--in-process")


def test_the_streams_may_be_chosen() -> None:
    """By name, or all of them."""
    record("--streams", "both.both")
    assert Recording("run.sgr").head.streams == ["both.both"]
    record("--streams", "all")
    assert Recording("run.sgr").head.streams == ["camera.frames", "mean.mean", "both.both"]
    told = refused("record", "means.yaml", "-o", "x.sgr", "--streams", "mean.men,both")
    assert "there is no stream 'mean.men'\n  Did you mean 'mean.mean'?" in told
    assert "there is no stream 'both'" in told
    assert not Path("x.sgr").exists()


def test_a_source_that_was_not_recorded_is_told() -> None:
    """With what the recording holds."""
    record("--streams", "both.both")
    assert "camera.frames was not recorded, it holds both.both" in refused("replay", "run.sgr")


def test_lossy_recordings_play_but_prove_nothing() -> None:
    """Their pictures are not those that were seen."""
    record("--lossy")
    assert say("replay", "run.sgr", "--results", "after.jsonl", "--in-process").code == 0
    assert "its pictures are JPEG" in refused("replay", "run.sgr", "--verify")


def test_a_recording_with_losses_proves_nothing() -> None:
    """Where packets of a source came too fast to be recorded, that is told, not compared."""
    record()
    edge = f"camera.frames>{RECORDER}camera.frames.packets"
    Journal("run.sgr").dropped(edge, [_packets("mean.mean")[3]], "replaced")  # type: ignore[list-item]
    assert "1 packets of camera.frames came too fast to be recorded" in refused("replay", "run.sgr", "--verify")
    assert "1 packets of camera.frames were not recorded" in say("replay", "run.sgr", "--in-process").err


def test_a_result_that_was_not_recorded_is_not_compared() -> None:
    """The others are."""
    record()
    edge = f"mean.mean>{RECORDER}mean.mean.packets"
    Journal("run.sgr").dropped(edge, [_packets("mean.mean")[39]], "replaced")  # type: ignore[list-item]
    assert verified().code == 0
    assert verified("--set", "mean.plus_from=39").out.startswith("'both' differs first")


def test_what_acts_or_writes_is_left_out() -> None:
    """A replay presses no key again and writes over no file."""
    sinks = (
        "  press: {type: ./mine.py:Press, inputs: {mean: mean.mean}}\n"
        "  lines: {type: JsonlSink, path: lines.jsonl, inputs: {done: press.done}}\n"
        "  table: {type: JsonlSink, path: table.jsonl, inputs: {mean: mean.mean}}\n"
    )
    Path("means.yaml").write_text(GRAPH + sinks)
    record()
    for name in ("pressed", "lines.jsonl", "table.jsonl"):
        Path(name).unlink()
    answer = verified()
    assert answer.code == 0, answer
    assert "left out, because they write files or act: press, lines, table" in answer.err
    assert not any(Path(name).exists() for name in ("pressed", "lines.jsonl", "table.jsonl"))
    assert say("replay", "run.sgr", "means.yaml", "--in-process").code == 0
    assert Path("table.jsonl").exists()  # here the graph is the user's own word
    assert not Path("pressed").exists()


def test_the_graph_in_a_recording_is_not_trusted() -> None:
    """It runs only where the file says the same, or the user does."""
    record()
    Path("means.yaml").write_text(GRAPH + "# changed\n")
    told = refused("replay", "run.sgr")
    assert "its graph is not what" in told
    assert "--trust" in told
    assert say("replay", "run.sgr", "--trust", "--in-process").code == 0
    assert say("replay", "run.sgr", "means.yaml", "--in-process").code == 0


def test_a_graph_file_that_came_with_a_recording_is_not_trusted() -> None:
    """A relative path names whatever lies beside the reader."""
    file = RecordFile(_empty("run.sgr"))
    file.append(Kind.HEAD, to_bytes(Head("means.yaml", GRAPH, streams=["camera.frames"], sources=["camera.frames"])))
    assert "its graph is not what means.yaml says now" in refused("replay", "run.sgr")


def _empty(name: str) -> str:
    record()
    Path(name).write_bytes(b"sensegraph recording 1\n")
    return name


BAD_HEADS = {
    "other types": b"\x82\xa5graph\x01\xa4text\xa0",
    "a list": b"\x90",
    "no msgpack": b"\xc1",
    "missing fields": b"\x80",
}


@pytest.mark.parametrize("body", BAD_HEADS.values(), ids=BAD_HEADS.keys())
def test_a_hostile_head_is_refused(body: bytes) -> None:
    """With an error of ours."""
    RecordFile(_empty("run.sgr")).append(Kind.HEAD, body)
    assert "its head cannot be read" in refused("replay", "run.sgr")


@pytest.mark.parametrize("body", [b"\x90", b"\xc1", b"\x92\xa4mean\x91\x92\xa1x\x91\x01", b"\x92\xa4mean\x90"])
def test_hostile_decisions_are_refused(body: bytes) -> None:
    """They are checked against the wiring of the graph."""
    record(*LIVE, "--count", "5")
    RecordFile("run.sgr").append(Kind.SET, body)
    answer = say("replay", "run.sgr", "--in-process")
    assert answer.code == 2, answer
    assert "run.sgr" in answer.err


def test_the_recording_may_not_be_a_file_of_the_graph() -> None:
    """Neither what it reads nor what it writes."""
    told = refused("record", "means.yaml", "-o", "same.jsonl", "--results", "same.jsonl")
    assert "is a file of 'results'" in told
    assert "mine.py: is there and is no recording" in refused("record", "means.yaml", "-o", "mine.py")


@pytest.mark.parametrize("pace", ["3", "x0", "xx", "slow", "xnan"])
def test_a_pace_is_a_word_or_a_factor(pace: str) -> None:
    """Anything else is told."""
    record("--count", "2")
    assert "is no pace" in refused("replay", "run.sgr", "--pace", pace)


def test_the_contents_tell_streams_decisions_and_the_run() -> None:
    """As JSON: which packets, how many were dropped where and why, with what it was made."""
    record(*LIVE)
    told = json.loads(say("replay", "run.sgr", "--contents").out)
    assert told["pace"] == "live"
    assert told["complete"] is True
    assert told["params"] == {"real": "true", "slow": "0.05"}
    assert told["streams"]["camera.frames"]["packets"] == 40
    ran = told["sets_of"]["mean"]
    assert told["dropped"]["camera.frames>mean.frames"] == {"replaced": 40 - ran}
    assert "numpy" in told["versions"]
    assert len(told["digests"][str(Path("mine.py").resolve())]) == 64


def test_every_recorded_packet_has_its_stamp() -> None:
    """Frame, time, source and gap."""
    record()
    stamps = [packet.stamp for packet in _packets("mean.mean")]  # type: ignore[attr-defined]
    assert [(stamp.frame, stamp.time_ns) for stamp in stamps] == [(n, n * 33_333_333) for n in range(40)]
    assert [stamp.frame for stamp in stamps if stamp.gap] == [7]
    assert {stamp.source for stamp in stamps} == {"camera"}
