"""`sensegraph eval`: a graph against files whose truth is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sensegraph.models import catalogue
from sensegraph.resources import sample
from tests.cli import refused, say
from tests.clips import cut

NODES = """
import json
from sensegraph import Packet, Port, Source, SourceError, Stamp
from sensegraph.payload import Counts, Event, Scores

class Script(Source):
    kind = ""
    def __init__(self, path: str = "", sure: float = 0.9) -> None:
        self.path, self.sure = path, sure
    def read(self):
        for line in open(self.path):
            if line.startswith("broken") and self.kind != "scores":
                return
            if line.startswith("broken"):
                raise SourceError("it is broken")
            seconds, kind, label = json.loads(line)
            if kind == self.kind:
                yield {kind: Packet(self.said(seconds, label), Stamp(int(seconds * 1e9)))}

class Head(Script):
    kind, outputs = "scores", {"scores": Port(Scores)}
    def said(self, seconds, label):
        return Scores(label, self.sure, ((label, self.sure),), True, 0)

class Counter(Script):
    kind, outputs = "counts", {"counts": Port(Counts)}
    def said(self, seconds, label):
        return Counts(label, 1, {label: 1})

class Signals(Script):
    kind, outputs = "events", {"events": Port(Event)}
    def said(self, seconds, label):
        return Event(label, seconds - 1, seconds, seconds, 0.9, 1)
"""
GRAPH = """# Says what a file says.
version: 1
params:
  source: {default: auto, help: file}
  sure: {default: 0.9, help: probability}
  report: {default: none, help: a name that the command has too}
nodes:
  head: {type: ./script.py:Head, path: $source, sure: $sure, process: one}
  reps: {type: ./script.py:Counter, path: $source, process: one}
  signs: {type: ./script.py:Signals, path: $source, process: one}
"""


def script(
    name: str, *named: tuple[float, float, str], counts: tuple[float, ...] = (), events: tuple[float, ...] = ()
) -> None:
    """Write a file in which the first label is named, counted and signalled at these times."""
    first = named[0][2] if named else "Squats"
    rows = []
    for number in range(1, 41):
        label = next((label for start, end, label in named if start <= number / 4 <= end), "Doing nothing")
        rows.append((number / 4, "scores", label))
    rows += [(time, kind, first) for kind, times in (("counts", counts), ("events", events)) for time in times]
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in sorted(rows)))


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("script.py").write_text(NODES)
    Path("said.yaml").write_text(GRAPH)
    Path("clips").mkdir()
    script("clips/a", (1, 8, "Squats"), counts=(2.25, 4.25, 8.25), events=(9.5,))
    script("clips/b", (5, 5.25, "Wave"), events=(5.25,))
    Path("clips/truth.csv").write_text("file,start_s,end_s,label,reps\na,0,8,Squats,2\na,9,10,Squats,\nb,0,10,none,0\n")


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_figures_are_printed_and_written(jobs: int) -> None:
    """As a table, as JSON, and as a page; the files of the truth lie beside it, and may be run side by side."""
    answer = say(
        "eval", "said.yaml", "clips/truth.csv", "--jobs", jobs, "--json", "out/f.json", "--report", "out/r.html"
    )
    assert answer.code == 0, answer
    assert "positives     25 of 25 = 100.0 % of the windows right" in answer.out
    assert "negatives     2 of 33 = 6.1 % of the windows named" in answer.out
    assert "counts        0 of 1 = 0.0 % exact, 1 of 1 = 100.0 % within one, mean error 1.00" in answer.out
    assert "events        1 of 1 = 100.0 % found, 1 false, F1 0.667" in answer.out
    assert "wrote out/f.json\nwrote out/r.html\n" in answer.out
    assert "1 of 2: a" in answer.err
    figures = json.loads(Path("out/f.json").read_text())
    assert [each["file"] for each in figures["segments"]] == ["a", "a", "b"]
    assert figures["about"]["command"].startswith("sensegraph eval said.yaml clips/truth.csv --jobs")
    assert figures["run"]["files"]["b"]["windows"] == 40
    assert Path("out/r.html").read_text().startswith("<!DOCTYPE html>")


def test_parameters_of_the_graph_are_flags_and_settings() -> None:
    """They reach the graph and the record; a flag that the command has too is the command's."""
    words = ("eval", "said.yaml", "clips/truth.csv", "--quiet", "--json", "f.json")
    for given in (("--sure", "0.25"), ("--set", "head.sure=0.25")):
        answer = say(*words, *given)
        assert (answer.code, answer.err) == (0, "")
        figures = json.loads(Path("f.json").read_text())
        assert list(figures["about"]["params"].values()) == ["0.25"]
        recall = {point["threshold"]: point["recall"] for point in figures["open_set"]}
        assert (recall[0.25], recall[0.26]) == (1.0, 0.0)
    assert say("eval", "said.yaml", "--help").out.count("--report") == 1


def test_a_stream_can_be_chosen() -> None:
    """Any that has labels."""
    answer = say("eval", "said.yaml", "clips/truth.csv", "--stream", "reps")
    assert "positives     2 of 2 = 100.0 % of the windows right" in answer.out
    assert "there is no stream 'heads'\n  Did you mean 'head'?" in refused(
        "eval", "said.yaml", "clips/truth.csv", "--stream", "heads"
    )


TRUTH = ("said.yaml", "clips/truth.csv")
BAD = {
    "no truth": (["said.yaml"], "Missing argument 'TRUTH'"),
    "no such truth": (
        ["said.yaml", "clips/truht.csv"],
        "clips/truht.csv: there is no such file\n  Did you mean 'truth.csv'?",
    ),
    "no such graph": (["fitnes", "clips/truth.csv"], "Did you mean 'fitness'?"),
    "a source": ([*TRUTH, "--source", "x"], "--source: the truth names the files"),
    "no such parameter": (
        [*TRUTH, "--source-param", "sorce"],
        "the graph has no parameter 'sorce'\n  Did you mean 'source'?",
    ),
    "over the truth": (
        [*TRUTH, "--json", "clips/truth.csv"],
        "--json clips/truth.csv: would be written over: it is read",
    ),
    "over a clip": ([*TRUTH, "--report", "clips/a"], "--report clips/a: would be written over: it is read"),
    "over the graph": ([*TRUTH, "--report", "said.yaml"], "would be written over"),
    "both into one": ([*TRUTH, "--report", "x", "--json", "x"], "--report writes it too"),
    "in a file": ([*TRUTH, "--json", "said.yaml/f.json"], "--json said.yaml/f.json: cannot be written"),
    "a folder": ([*TRUTH, "--json", "clips"], "is a directory"),
    "no jobs": ([*TRUTH, "--jobs", "0"], "0 is not in the range"),
    "a value out of type": ([*TRUTH, "--sure", "very"], "--sure: 'very' is not a number"),
}


@pytest.mark.parametrize(("words", "said"), BAD.values(), ids=BAD.keys())
def test_what_is_wrong_is_told_before_anything_runs(words: list[str], said: str) -> None:
    """With exit code 2."""
    before = Path("clips/a").read_text(), Path("clips/truth.csv").read_text()
    assert said in refused("eval", *words)
    assert (Path("clips/a").read_text(), Path("clips/truth.csv").read_text()) == before


def test_all_that_is_wrong_with_a_truth_is_told_at_once() -> None:
    """With lines; labels are those of the graph's head."""
    Path("clips/truth.csv").write_text("file,start_s,end_s,label,reps\na,1,0,Squats,2\nc,0,1,Squast,x\n")
    told = refused("eval", "fitness", "clips/truth.csv")
    assert told.count("clips/truth.csv:2: ") == 1
    assert told.count("clips/truth.csv:3: ") == 3
    assert "label 'Squast' is no label of this graph\n  Did you mean 'Squats'?" in told


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_that_cannot_be_run_ends_the_evaluation(jobs: int) -> None:
    """It is named, and nothing is written."""
    Path("clips/b").write_text("broken\n")
    answer = say("eval", *TRUTH, "--jobs", jobs, "--json", "f.json")
    assert answer.code == 2
    assert "clips/b: node 'head': it is broken" in answer.err
    assert not Path("f.json").exists()


def test_a_graph_that_names_nothing_cannot_be_evaluated() -> None:
    """It is told what is missing."""
    assert "no node of this graph makes results" in refused("eval", "hello", "clips/truth.csv")


@pytest.mark.timeout(300)
@pytest.mark.skipif(not catalogue.onnx_path("pose_detection").is_file(), reason="run `sensegraph models get`")
def test_the_sample_is_evaluated_by_the_truth_of_its_renderer() -> None:
    """The first eleven seconds: a rest, then eight jumping jacks."""
    cut(Path("cut.mp4"), 11.0)
    first = json.loads(sample("workout.json").read_text())["segments"][:2]
    rows = [f"cut.mp4,{each['start']},{each['end']},{each['label']},{len(each['reps'])}" for each in first]
    Path("truth.csv").write_text("\n".join(["file,start_s,end_s,label,reps", *rows]).replace("rest", "none"))
    answer = say("eval", "fitness", "truth.csv", "--json", "f.json", "--report", "r.html")
    assert answer.code == 0, answer
    figures = json.loads(Path("f.json").read_text())
    assert figures["sums"]["windows"]["segment_accuracy"] == 1.0
    assert figures["sums"]["counts"]["exact"] == 1
    assert figures["run"]["nodes"]["backbone"]["packets"] > 160
    assert "Squats" in figures["untested"]
    assert "Jumping Jacks" in Path("r.html").read_text()
