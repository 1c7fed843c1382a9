"""Recordings of graphs with privacy labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from sensegraph.errors import GraphError
from sensegraph.launch import prepare
from sensegraph.load import load
from sensegraph.recording.file import Kind, RecordReader
from sensegraph.recording.recording import Recording
from sensegraph.recording.taps import with_recorders
from tests.cli import Answer, refused, say
from tests.recording.scene import set_up

RECORD = ("record", "means.yaml", "-o", "run.sgr", "--in-process")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def label(labels: str) -> None:
    """Write the graph anew, with these labels."""
    graph = set_up(Path())
    graph.write_text(f"{graph.read_text()}privacy: {{{labels}}}\n")


def record(*words: str) -> Answer:
    """Record the graph to run.sgr."""
    answer = say(*RECORD, *words)
    assert answer.code == 0, answer
    return answer


@pytest.mark.parametrize("which", [(), ("--streams", "all")])
def test_what_may_not_be_recorded_is_left_out_and_told(which: tuple[str, ...]) -> None:
    """The results of it are kept; no picture is in the file."""
    label("camera.frames: [no-record]")
    told = record(*which).err
    assert "left out of the recording: camera.frames is no-record\n" in told
    assert "it lacks what a source sends, so it cannot be replayed\n" in told
    assert Recording("run.sgr").head.streams == ["mean.mean", "both.both"]
    assert len(list(RecordReader("run.sgr").scan(Kind.PACKET))) == 80


@pytest.mark.parametrize("labels", ["no-record", "no-tap"])
def test_asked_for_by_name_it_is_refused(labels: str) -> None:
    """With every such stream, besides those that there are not; nothing is written."""
    label(f"camera.frames: [{labels}], both.both: [{labels}]")
    said = refused(*RECORD, "--streams", "camera.frames,mean.mean,both.both,no.no")
    assert f"--streams: nothing of this may be recorded: camera.frames is {labels}; both.both is {labels}\n" in said
    assert "there is no stream 'no.no'" in said
    assert not Path("run.sgr").exists()


def test_where_nothing_may_be_recorded_that_is_told() -> None:
    """Instead of an empty recording."""
    label("camera.frames: [no-tap], mean.mean: [no-tap], both.both: [no-record]")
    assert "both.both is no-record" in refused(*RECORD)


@pytest.mark.parametrize(("labels", "does"), [("no-tap", "is no node"), ("no-record", "would write it to a disk")])
def test_no_recorder_gets_a_labelled_stream(labels: str, does: str) -> None:
    """Whoever puts it there: the check of the graph refuses it."""
    label(f"camera.frames: [{labels}]")
    with pytest.raises(GraphError, match=f"'record:camera.frames' {does}"):
        prepare(with_recorders(load(Path("means.yaml")), ["camera.frames"], "run.sgr"))


def test_a_stream_that_only_must_stay_here_is_recorded() -> None:
    """The disk is here."""
    label("camera.frames: [host-only]")
    assert "left out" not in record().err
    assert say("replay", "run.sgr", "--verify", "--in-process").code == 0


@pytest.mark.parametrize("flags", [(), ("--verify",)])
def test_a_recording_without_its_source_is_not_played(flags: tuple[str, ...]) -> None:
    """With the label, and what can be done with it."""
    label("camera.frames: [no-tap]")
    record()
    said = refused("replay", "run.sgr", *flags)
    assert "it cannot be played, because it may not hold what comes from the sources: camera.frames is no-tap" in said
    assert "--contents" in said
    assert say("replay", "run.sgr", "--contents").code == 0


def test_an_older_recording_is_compared_but_for_what_has_a_label_now() -> None:
    """And that is told; where nothing is left to compare it is refused."""
    label("mean.mean: [host-only]")
    record()
    label("mean.mean: [no-record]")
    answer = say("replay", "run.sgr", "means.yaml", "--verify", "--in-process")
    assert answer.code == 0, answer
    assert answer.out == "the same: 40 packets of both.both; not compared: mean.mean is no-record\n"
    label("mean.mean: [no-record], both.both: [no-tap]")
    said = refused("replay", "run.sgr", "means.yaml", "--verify", "--in-process")
    assert "nothing may be recorded again to compare it: mean.mean is no-record; both.both is no-tap" in said


def test_a_budget_of_a_node_that_is_left_out_goes_with_it() -> None:
    """A replay takes out what writes files."""
    graph = set_up(Path())
    graph.write_text(
        graph.read_text() + "  lines: {type: JsonlSink, path: l.jsonl, inputs: {mean: mean.mean}}\n"
        "budgets: [{from: camera, to: lines, ms: 500}]\n"
    )
    record()
    assert say("replay", "run.sgr", "--in-process").code == 0
