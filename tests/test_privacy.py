"""Privacy labels: read, followed through the graph, and kept to where pictures would be written or seen."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensegraph import Node, Port, Source, pictures
from sensegraph.check import check
from sensegraph.errors import GraphError, Problem
from sensegraph.evaluation.watch import Watcher
from sensegraph.label import Label
from sensegraph.launch import execute, prepare
from sensegraph.load import load, load_text
from sensegraph.node import EVERY
from sensegraph.payload import Landmarks, Scores
from sensegraph.plan import make_pools, make_shared, worker_plans
from sensegraph.resources import graphs_dir
from sensegraph.spec import GraphSpec, Medium, Pace
from tests.cli import refused, say

# --- nodes ---------------------------------------------------------------------------------------------------------


class Camera(Source):
    """Three pictures."""

    outputs: ClassVar[Mapping[str, Port]] = {"frames": pictures()}

    def read(self) -> Iterator[dict[str, Any]]:
        for number in range(3):
            yield {"frames": np.full((48, 64, 3), number, np.uint8)}


class Still(Camera):
    """A camera whose author says that its pictures are not to be kept."""

    outputs: ClassVar[Mapping[str, Port]] = {"frames": pictures(privacy=("no-record",))}


class Pass(Node):
    """Pictures of pictures."""

    inputs: ClassVar[Mapping[str, Port]] = {"frames": pictures()}
    outputs: ClassVar[Mapping[str, Port]] = {"frames": pictures()}

    def process(self, frames: np.ndarray) -> dict[str, Any]:
        return {"frames": frames}


class Blind(Pass):
    """Pictures that show nobody."""

    outputs: ClassVar[Mapping[str, Port]] = {"frames": pictures(anonymous=True)}


class Mix(Node):
    """One picture of two, and what may be one."""

    inputs: ClassVar[Mapping[str, Port]] = {"left": pictures(), "right": pictures()}
    outputs: ClassVar[Mapping[str, Port]] = {"frames": pictures(), "anything": Port(object)}

    def process(self, left: np.ndarray, right: np.ndarray) -> None: ...


class Name(Node):
    """What is in a picture."""

    inputs: ClassVar[Mapping[str, Port]] = {"frames": pictures()}
    outputs: ClassVar[Mapping[str, Port]] = {"scores": Port(Scores), "values": Port(np.ndarray, shape=(None,))}

    def process(self, frames: np.ndarray) -> dict[str, Any]:
        return {"scores": Scores("wave", 0.5, (("wave", 0.5),), True, 0)}


class Two(Name):
    """Two results of a picture."""

    outputs: ClassVar[Mapping[str, Port]] = {"first": Port(dict), "second": Port(dict)}


class Draw(Node):
    """A picture of results."""

    inputs: ClassVar[Mapping[str, Port]] = {"scores": Port(Scores)}
    outputs: ClassVar[Mapping[str, Port]] = {"frames": pictures()}

    def process(self, scores: Scores) -> None: ...


class Look(Node):
    """Keeps nothing."""

    inputs: ClassVar[Mapping[str, Port]] = {"frames": Port(object)}

    def process(self, frames: object) -> None: ...


class Keep(Look):
    """Writes pictures somewhere, and says so of its input."""

    inputs: ClassVar[Mapping[str, Port]] = {"frames": Port(object, records=True)}


class Film(Look):
    """Writes what comes into a file."""

    def __init__(self, path: str = "film") -> None:
        self.path = path

    def writes(self) -> tuple[str, ...]:
        return (self.path,)


class Brightness(Film):
    """Writes a file that shows nothing of what comes."""

    inputs: ClassVar[Mapping[str, Port]] = {"frames": Port(object, records=False)}


class Lines(Film):
    """Writes any number of streams into a file."""

    inputs: ClassVar[Mapping[str, Port]] = {EVERY: Port(object)}


HERE = "tests.test_privacy"


def spec_of(text: str) -> GraphSpec:
    """Return the graph of a text, in which `Camera` stands for the class of this file."""
    kinds = [name for name, each in globals().items() if isinstance(each, type) and each.__module__ == __name__]
    for name in kinds:
        text = text.replace(f"type: {name}", f'type: "{HERE}:{name}"')
    return load_text(text, Path("g.yaml"), {}, {})


def problems(text: str, nodes: str = "") -> list[str]:
    """Return what is wrong with a chain of camera, pass, film, and further nodes."""
    return [str(each) for each in refusals(spec_of(CHAIN.format(nodes=nodes) + text))]


def refusals(spec: GraphSpec) -> Sequence[Problem]:
    """Return what `check` finds."""
    try:
        check(spec)
    except GraphError as error:
        return error.problems
    return []


CHAIN = """version: 1
nodes:
  camera: {{type: Camera}}
  pass: {{type: Pass, inputs: {{frames: camera.frames}}}}
  film: {{type: Film, inputs: {{frames: pass.frames}}}}
  look: {{type: Look, inputs: {{frames: pass.frames}}}}
{nodes}"""

# --- reading -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[no-tap]", "privacy must be a mapping"),
        ("{camera: [no-tap]}", "privacy: 'camera' is not an output"),
        ("{camera.frames: no-tap}", "privacy.camera.frames: 'no-tap' is no list of labels"),
        ("{camera.frames: []}", "privacy.camera.frames: [] is no list of labels"),
        ("{camera.frames: [no-tpa]}", "there is no label 'no-tpa'\n  Did you mean 'no-tap'?"),
        ("{camera.frames: [5]}", "there is no label 5\n  Choose host-only, no-record, no-tap."),
        ("{camra.frames: [no-tap]}", "there is no node 'camra'\n  Did you mean 'camera'?"),
        ("{camera.frame: [no-tap]}", "'camera.frame' is not an output; camera has: frames\n  Did you mean 'frames'?"),
        ("{look.frames: [no-tap]}", "'look.frames' is not an output; look has no outputs"),
    ],
)
def test_what_is_no_label_is_told_with_its_place(tmp_path: Path, written: str, said: str) -> None:
    """Line and column, the thing, the remedy."""
    (tmp_path / "g.yaml").write_text(
        "version: 1\nnodes:\n  camera: {type: CameraSource}\n"
        f"  look: {{type: WindowSink, inputs: {{frames: camera.frames}}}}\nprivacy: {written}\n"
    )
    answer = refused("check", tmp_path / "g.yaml")
    assert said in answer
    assert answer.startswith(f"{tmp_path}/g.yaml:5:")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Of the labels, and of what they forbid."""
    path = tmp_path / "g.yaml"
    path.write_text(
        "version: 1\nnodes:\n  camera: {type: CameraSource}\n"
        "  film: {type: VideoSink, path: f.mp4, inputs: {frames: camera.frames}}\n"
        "privacy: {camera.frames: [no-record, private], film.frames: [no-tap]}\n"
    )
    answer = refused("check", path)
    assert [line.split(": ")[0] for line in answer.splitlines() if not line.startswith("  ")] == [
        f"{path}:4:57", f"{path}:5:38", f"{path}:5:48"
    ]  # fmt: skip


def test_a_label_that_a_class_makes_up_is_told() -> None:
    """At the node."""

    class Odd(Camera):
        outputs: ClassVar[Mapping[str, Port]] = {"frames": pictures(privacy=("no-recrod",))}

    globals()["Odd"] = Odd
    Odd.__qualname__ = "Odd"
    said = problems("", "  odd: {type: Odd}\n")
    del globals()["Odd"]
    assert said == [
        "g.yaml:7:15: odd.type: Odd gives its output 'frames' the label 'no-recrod', which there is not\n"
        "  Did you mean 'no-record'?"
    ]


# --- following -----------------------------------------------------------------------------------------------------


def test_the_way_from_the_label_to_the_sink_is_told() -> None:
    """The sink and its edge, the nodes between, and where the label is."""
    assert problems("privacy: {camera.frames: [no-record]}") == [
        "g.yaml:5:60: film.inputs.frames: pass.frames is no-record, but 'film' would write it to a disk: "
        "camera -> pass -> film\n  The label of camera.frames is at g.yaml:7:11. Take 'film' out, or put a node "
        "between them that makes it anonymous."
    ]


def test_the_label_of_a_class_holds_without_one_in_the_file() -> None:
    """It is told whose it is."""
    (said,) = problems("", "  still: {type: Still}\n  keep: {type: Keep, inputs: {frames: still.frames}}\n")
    assert "keep.inputs.frames: still.frames is no-record, but 'keep' would write it to a disk: still -> keep" in said
    assert "The class of 'still' labels still.frames." in said


@pytest.mark.parametrize("label", ["host-only", "no-tap"])
def test_another_label_does_not_forbid_a_sink_of_the_graph(label: str) -> None:
    """Its nodes may see it, and its disk is here."""
    assert problems(f"privacy: {{camera.frames: [{label}]}}") == []


def test_pictures_pass_labels_on_and_results_do_not() -> None:
    """What may be a picture counts as one; one that is anonymous, results and plain arrays do not."""
    graph = check(spec_of(
        CHAIN.format(nodes="  blind: {type: Blind, inputs: {frames: camera.frames}}\n"
                           "  mix: {type: Mix, inputs: {left: blind.frames, right: pass.frames}}\n"
                           "  name: {type: Name, inputs: {frames: pass.frames}}\n"
                           "  draw: {type: Draw, inputs: {scores: name.scores}}\n")
        + "privacy: {camera.frames: [host-only], name.scores: [no-tap]}"
    ))  # fmt: skip
    host, tap = frozenset({Label.HOST_ONLY}), frozenset({Label.NO_TAP})
    assert graph.privacy == {
        "camera.frames": host, "pass.frames": host, "mix.frames": host, "mix.anything": host,
        "name.scores": tap, "draw.frames": tap,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("port", "shows"),
    [
        (pictures(), True), (pictures(colour="grey", shape=(None, None)), True), (Port(object), True),
        (Port(Any), True),
        (Port(np.ndarray), True), (Port(npt.NDArray[np.uint8]), True), (Port(np.ndarray, shape=(None, 8, 8)), True),
        (Port(list[np.ndarray]), True), (Port(tuple[npt.NDArray[np.uint8], ...]), True),
        (Port(np.ndarray, shape=(None,)), False), (Port(np.ndarray, shape=(4, 8, 8, 3)), True), (Port(dict), False),
        (Port(Landmarks), False), (Port(list[float]), False), (Port(str), False), (Port(int), False),
    ],
)  # fmt: skip
def test_what_may_be_a_picture_counts_as_one(port: Port, shows: bool) -> None:
    """Arrays of that form, lists of arrays, and what can be anything; results cannot."""
    assert port.may_show == shows


@pytest.mark.parametrize(
    ("sink", "forbidden"),
    [
        ("{type: Keep, inputs: {frames: camera.frames}}", True),
        ("{type: Film, inputs: {frames: camera.frames}}", True),
        ("{type: Lines, inputs: {any: camera.frames}}", True),
        ('{type: Film, path: "-", inputs: {frames: camera.frames}}', False),
        ("{type: Brightness, inputs: {frames: camera.frames}}", False),
        ("{type: Look, inputs: {frames: camera.frames}}", False),
        ("{type: VideoSink, path: o.mp4, inputs: {frames: camera.frames}}", True),
        ("{type: JsonlSink, path: o.jsonl, inputs: {frames: camera.frames}}", True),
        ("{type: WindowSink, inputs: {frames: camera.frames}}", False),
    ],
)
def test_a_node_that_writes_a_file_records_unless_its_port_says_not(sink: str, forbidden: bool) -> None:
    """By `records` of the port, else by `writes`; the terminal is no disk."""
    text = f"version: 1\nnodes:\n  camera: {{type: Still}}\n  sink: {sink}\n"
    if forbidden:
        with pytest.raises(GraphError, match="camera -> sink"):
            check(spec_of(text))
    else:
        check(spec_of(text))


KINDS = [Camera, Still, Pass, Blind, Mix, Name, Draw, Look, Keep, Film, Brightness]


@st.composite
def graphs(draw: st.DrawFn) -> str:
    """Return the text of a graph of random nodes, each fed by earlier ones, with random labels."""
    streams: dict[str, Port] = {"n0.frames": pictures()}
    lines = ["version: 1", "nodes:", "  n0: {type: Camera}"]
    for number, kind in enumerate(draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=9)), start=1):
        fitting = {
            name: [s for s, port in streams.items() if wanted.type is object or port.type in (wanted.type, object)]
            for name, wanted in kind.inputs.items()
        }
        fitting = {name: [s for s in each if not s.endswith("values") or kind in (Look, Keep, Film, Brightness)]
                   for name, each in fitting.items()}  # fmt: skip
        if not all(fitting.values()):
            continue
        inputs = {name: draw(st.sampled_from(each)) for name, each in fitting.items()}
        lines.append(f"  n{number}: {{type: {kind.__name__}{f', inputs: {json.dumps(inputs)}' if inputs else ''}}}")
        streams |= {f"n{number}.{name}": port for name, port in kind.outputs.items()}
    labels = st.lists(st.sampled_from([label.value for label in Label]), min_size=1, max_size=3, unique=True)
    put = draw(st.dictionaries(st.sampled_from(sorted(streams)), labels, max_size=3))
    return "\n".join([*lines, f"privacy: {json.dumps(put)}"])


def bears(spec: GraphSpec, stream: str) -> bool:
    """Whether a stream bears `no-record`, found by going backwards from it."""
    node, _, name = stream.partition(".")
    port = globals()[spec.nodes[node].type.partition(":")[2]].outputs[name]
    if "no-record" in port.privacy or any(e.stream == stream and "no-record" in e.labels for e in spec.privacy):
        return True
    shows = port.type is object or port.colour is not None
    into = [f"{edge.source}.{edge.output}" for edge in spec.edges if edge.target == node]
    return shows and not port.anonymous and any(bears(spec, each) for each in into)


@given(graphs())
def test_no_way_leads_from_a_label_to_a_sink_that_records(text: str) -> None:
    """A graph with such a way is refused, with the way, sink by sink; one without has no problem."""
    spec = spec_of(text)
    sinks = {
        edge.target: f"{edge.source}.{edge.output}"
        for edge in spec.edges
        if spec.nodes[edge.target].type.partition(":")[2] in ("Keep", "Film")
    }
    forbidden = {sink for sink, stream in sinks.items() if bears(spec, stream)}
    edges = {(edge.source, edge.target) for edge in spec.edges}
    found = refusals(spec)
    assert {each.what.partition(".")[0] for each in found} == forbidden
    for problem in found:
        assert {*itertools.pairwise(problem.what.rpartition(": ")[2].split(" -> "))} <= edges


# --- keeping to it -------------------------------------------------------------------------------------------------

PRIVATE = """version: 1
nodes:
  camera: {type: Camera}
  name: {type: Name, inputs: {frames: camera.frames}}
privacy: {LABELS}
"""


@pytest.mark.parametrize(
    ("label", "does"), [("no-record", "would write it to a disk"), ("no-tap", "is no node of the graph file")]
)
def test_a_video_that_a_flag_asks_for_is_refused(label: str, does: str) -> None:
    """With the flag as the place."""
    spec = spec_of(PRIVATE.replace("LABELS", f"camera.frames: [{label}]"))
    with pytest.raises(GraphError) as error:
        prepare(spec, out="o.mp4")
    said = f"--out: recording.inputs.frames: camera.frames is {label}, but 'recording' {does}: camera -> recording\n"
    assert str(error.value).startswith(said)
    assert "Leave --out out" in str(error.value)


def test_results_that_may_not_be_kept_are_left_out_and_told() -> None:
    """The others are written; where none is left the flag is refused with the reason."""
    said: list[str] = []
    more = PRIVATE.replace("privacy", "  again: {type: Name, inputs: {frames: camera.frames}}\nprivacy")
    graph, _ = prepare(spec_of(more.replace("LABELS", "name.scores: [no-tap]")), results="r.jsonl", say=said.append)
    assert [edge.stream for edge in graph.edges if edge.target == "results"] == ["again.scores"]
    assert said == ["left out of the results: name.scores is no-tap"]
    with pytest.raises(GraphError, match=r"makes results: name\.scores is no-record"):
        prepare(spec_of(PRIVATE.replace("LABELS", "name.scores: [no-record]")), results="r.jsonl")


def test_the_others_keep_their_names_among_the_results() -> None:
    """The first of a node is called like the node, a second one by its port as well, whatever is left out."""
    text = PRIVATE.replace("privacy", "  two: {type: Two, inputs: {frames: camera.frames}}\nprivacy")
    graph, _ = prepare(spec_of(text.replace("LABELS", "two.first: [no-tap]")), results="r.jsonl")
    names = {edge.stream: edge.input for edge in graph.edges if edge.target == "results"}
    assert names == {"name.scores": "name", "two.second": "two_second"}


def test_an_evaluation_tells_what_it_goes_without(tmp_path: Path) -> None:
    """It reads the results that a run writes."""
    path, said = tmp_path / "g.yaml", list[str]()
    path.write_text((graphs_dir() / "fitness.yaml").read_text() + "privacy: {reps.counts: [no-record]}\n")
    _, streams = Watcher(path, {}, {}).check(said.append)
    assert (streams.decisions, streams.counts) == ("exercise", ())
    assert said == ["left out of the results: reps.counts is no-record"]


@pytest.mark.parametrize(("label", "told"), [("no-tap", 0), ("no-record", 1)])
def test_no_few_words_are_told_of_what_nobody_may_see(label: str, told: int) -> None:
    """Neither in the status line nor in `top`, which show the same."""
    graph, pace = prepare(spec_of(PRIVATE.replace("LABELS", f"name.scores: [{label}]")))
    summary = execute(graph, pace=pace, in_process=True)
    assert summary.last.nodes["name"]["packets"] == 3
    assert len(summary.last.nodes["name"]["headlines"]) == told


FAILING = '''
import numpy as np
from sensegraph import Node, Packet, Port, Source, Stamp, pictures

class Camera(Source):
    """Pictures and their numbers."""
    outputs = {"frames": pictures(), "n": Port(dict)}
    def read(self):
        for n in range(5):
            stamp = Stamp(n * 100_000_000, frame=n)
            yield {"frames": Packet(np.full((48, 64, 3), 77, np.uint8), stamp), "n": Packet({"n": n}, stamp)}

class Fail(Node):
    """Fails at the third."""
    inputs = {"frames": pictures(), "n": Port(dict)}
    def process(self, frames, n):
        if n["n"] == 3:
            raise ValueError("three")
'''


@pytest.mark.parametrize(
    ("labels", "kept", "said"),
    [
        ("camera.frames: [no-record, no-tap]", [b"\xa1n"], " without frames (no-record, no-tap)"),
        ("camera.frames: [no-tap], camera.n: [no-record]", [], ", and not kept: frames (no-tap), n (no-record)"),
    ],
)
def test_a_dead_letter_holds_nothing_that_is_labelled(
    tmp_path: Path, labels: str, kept: list[bytes], said: str
) -> None:
    """The packet is skipped all the same, and the note says what was not kept, and why."""
    (tmp_path / "mine.py").write_text(FAILING)
    path = tmp_path / "g.yaml"
    path.write_text(
        "version: 1\nnodes:\n  camera: {type: ./mine.py:Camera}\n"
        "  fail: {type: ./mine.py:Fail, inputs: {frames: camera.frames, n: camera.n}}\n"
        f"privacy: {{{labels}}}\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "sensegraph", "run", str(path)], capture_output=True, text=True, timeout=60, check=False,
        env=os.environ | {"XDG_STATE_HOME": str(tmp_path / "state"), "COLUMNS": "400"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "frame 3 at 0.300 s was skipped" in done.stderr
    assert said in done.stderr
    letters = [each.read_bytes() for each in tmp_path.rglob("*.letter")]
    assert len(letters) == len(kept)
    for letter, word in zip(letters, kept, strict=True):
        assert word in letter
        assert b"\x4d" * 100 not in letter


@pytest.mark.parametrize(
    ("labels", "shared"), [("camera.frames: [no-tap]", True), ("camera.frames: [no-record]", False)]
)
def test_shared_memory_made_of_files_takes_nothing_that_may_not_be_written(
    tmp_path: Path, labels: str, shared: bool
) -> None:
    """It goes through the socket there; nameless memory is no disk."""
    graph = check(spec_of(PRIVATE.replace("LABELS", labels)), pace=Pace.FAST)
    for medium, expected in ((Medium.FILES, shared), (Medium.MEMORY, True)):
        plan = worker_plans(graph, Pace.FAST, tmp_path, bytes(16), medium)[0]
        assert bool(make_pools(plan, make_shared(plan), {"camera": Camera()})) == expected


def test_who_insists_on_shared_memory_made_of_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the start."""
    monkeypatch.setattr("sensegraph.launch.available_medium", lambda: Medium.FILES)
    text = PRIVATE.replace("camera.frames}", "{from: camera.frames, transport: shm!}}")
    graph, pace = prepare(spec_of(text.replace("LABELS", "camera.frames: [no-record]")))
    with pytest.raises(GraphError, match="makes shared memory of files, and what flows here is no-record"):
        execute(graph, pace=pace)


# --- telling -------------------------------------------------------------------------------------------------------


def test_check_edges_show_and_nodes_tell_the_labels(tmp_path: Path) -> None:
    """`check` and `edges` also where they lead; `check` also behind which nodes they were not followed."""
    path = tmp_path / "g.yaml"
    path.write_text(
        "version: 1\nnodes:\n  camera: {type: CameraSource}\n"
        "  view: {type: Renderer, inputs: {frames: camera.frames}}\n"
        "  own: {type: ./mine.py:Pass, inputs: {frames: view.frames}}\n"
        "  further: {type: ./mine.py:Pass, inputs: {frames: own.frames}}\n"
        "privacy: {camera.frames: [no-tap, no-record]}\n"
    )
    (tmp_path / "mine.py").write_text("from sensegraph import Node\nclass Pass(Node):\n    pass\n")
    lines = say("check", path).out.splitlines()
    assert lines[1:] == [
        "  camera.frames is no-record, no-tap", "  view.frames is no-record, no-tap",
        "  not followed behind own: it is not imported without --trust",
    ]  # fmt: skip
    edges = json.loads(say("edges", path, "--json").out)
    assert edges["camera.frames>view.frames"]["privacy"] == ["no-record", "no-tap"]
    assert "no-record, no-tap" in say("edges", path).out
    told = {form: say("show", path, "--format", form).out for form in ("text", "json", "mermaid", "svg")}
    assert "privacy  camera.frames is no-record, no-tap" in told["text"]
    assert json.loads(told["json"])["privacy"] == {"camera.frames": ["no-record", "no-tap"]}
    assert all("no-record" in each for each in told.values())
    (tmp_path / "blind.py").write_text(
        "from sensegraph import Node, pictures\nclass Blind(Node):\n"
        "    outputs = {'frames': pictures(anonymous=True, privacy=('no-tap',))}\n"
    )
    assert "pictures, anonymous, no-tap" in say("nodes", f"{tmp_path}/blind.py:Blind").out


def test_a_label_goes_with_its_node(tmp_path: Path) -> None:
    """Without a display the node that only a window showed is gone, and what is said of it."""
    path = tmp_path / "g.yaml"
    path.write_text(
        "version: 1\nnodes:\n  camera: {type: CameraSource}\n"
        "  view: {type: Renderer, inputs: {frames: camera.frames}}\n"
        "  window: {type: WindowSink, inputs: {frames: view.frames}}\n"
        "  mean: {type: BackboneNode, inputs: {frames: resample.frames}}\n"
        "  resample: {type: Resampler16fps, inputs: {frames: camera.frames}}\n"
        "privacy: {camera.frames: [no-tap], view.frames: [no-tap]}\n"
    )
    graph, _ = prepare(load(path), headless=True)
    assert graph.privacy.keys() == {"camera.frames", "resample.frames"}
