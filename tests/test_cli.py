"""The command line, run as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import av
import pytest

from sensegraph.resources import graphs_dir
from tests.clips import cut

Say = Callable[..., subprocess.CompletedProcess[str]]

GRAPHS = sorted(graphs_dir().glob("*.yaml"))


@pytest.fixture
def say(tmp_path: Path) -> Say:
    """Return a function that runs `sensegraph` in an empty folder; no answer may hold a traceback."""

    def run(*words: object, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("sensegraph")), *map(str, words)]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, env=os.environ | environment, timeout=90,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        return done

    return run


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Return the first 2 s of the sample."""
    return cut(tmp_path / "clip.mp4", 2.0)


def frames(path: Path) -> int:
    """Return how many frames a video has."""
    with av.open(str(path)) as video:
        return sum(1 for _ in video.decode(video=0))


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
def test_every_shipped_graph_passes_check_and_says_what_it_shows(say: Say, path: Path) -> None:
    """It opens with a comment, which `sensegraph graphs` repeats, and `check` finds nothing."""
    first = path.read_text().splitlines()[0]
    assert first.startswith("# ")
    assert f"{path.stem:14} {first[2:]}" in say("graphs").stdout
    assert "no problem" in say("check", path.stem).stdout
    assert "no problem" in say("check", "--trust", path).stdout


def test_check_tells_the_problems_of_every_file_and_exits_with_2(say: Say, tmp_path: Path) -> None:
    """A bad file among good ones decides, and each is told."""
    (tmp_path / "bad.yaml").write_text("version: 1\nnodes:\n  a: {type: CamraSource}\n")
    done = say("check", "fitness", "bad.yaml", "none.yaml", code=2)
    assert "fitness: " in done.stdout
    assert "bad.yaml:3:13: a.type: there is no node type 'CamraSource'\n  Did you mean 'CameraSource'?" in done.stderr
    assert "none.yaml" in done.stderr


def test_the_parameters_of_a_graph_are_flags_with_ranges_and_help(say: Say) -> None:
    """`run GRAPH --help` shows what the graph declares."""
    told = " ".join(say("run", "fitness", "--help").stdout.split())
    assert "--weight FLOAT body weight [kg, 20 to 300, default 70.0]" in told
    assert "female | male | unknown" in told


BAD_FLAGS = {
    "out of range": (["--weight", "0"], "--weight: 0.0 kg is out of range\n  Use 20 to 300 kg."),
    "no number": (["--weight", "abc"], "--weight: 'abc' is not a number"),
    "no choice": (["--gender", "x"], "--gender: 'x' is not one of the choices\n  Choose female, male, unknown."),
    "a slip": (["--wieght", "70"], "--weight"),
    "no node": (["--set", "no.such=1"], "--set no.such: there is no node 'no'"),
    "no such parameter": (["--set", "calories.wieght=70"], "Did you mean 'weight'?"),
    "a wrong value": (["--set", "calories.weight=abc"], "calories.weight: 'abc': input should be a valid number"),
    "no assignment": (["--set", "calories.weight"], "--set calories.weight: is not NODE.PARAM=VALUE"),
    "no pace": (["--pace", "slow"], "'slow' is not one of 'live', 'fast'"),
    "no video name": (["--out", "x.avi"], "videos are written as .mp4; name it x.mp4"),
    "a folder": (["--out", "."], "is a directory"),
    "no weights": (["--model", "efficientnet"], "`model: landmarks` needs no such file and works now."),
}


@pytest.mark.parametrize(("flags", "said"), BAD_FLAGS.values(), ids=BAD_FLAGS.keys())
def test_a_wrong_flag_ends_with_2_and_says_what_would_be_right(
    say: Say, clip: Path, flags: list[str], said: str
) -> None:
    """Once, with the name of the flag, before anything is written."""
    done = say("run", "fitness", "--source", clip, "--headless", *flags, code=2)
    assert done.stderr.count(said) == 1
    assert not list(clip.parent.glob("*.avi"))


def test_a_text_that_is_set_needs_no_quotes(say: Say, clip: Path) -> None:
    """Dots, colons and hashes are part of it; numbers and lists are read as in a file."""
    sets = ["--set", "view.title=Day 2: ...squats #1", "--set", "view.top=0", "--set", "view.skeleton=false"]
    say("run", "fitness", "--source", clip, "--headless", "--out", "out.mp4", *sets)
    assert "--set view.top" in say("run", "fitness", "--set", "view.top=[1", code=2).stderr


def test_what_a_run_reads_is_never_written_over(say: Say, clip: Path) -> None:
    """Not by `--out`, not by `--results`, not through a link; and two outputs never share a file."""
    before = clip.read_bytes()
    clip.with_name("link.mp4").symlink_to(clip)
    for flags in (["--out", clip], ["--results", clip], ["--out", "link.mp4"]):
        done = say("run", "fitness", "--source", clip, "--headless", *flags, code=2)
        assert "would be written over: 'camera' reads it" in done.stderr
    done = say("run", "fitness", "--source", clip, "--headless", "--out", "x.mp4", "--results", "x.mp4", code=2)
    assert "'x.mp4' would be written over" in done.stderr
    assert clip.read_bytes() == before
    assert not clip.with_name("x.mp4").exists()


def test_a_graph_runs_from_any_folder_and_leaves_what_was_asked_for(say: Say, clip: Path) -> None:
    """The shipped graph is found by its name; a window steps aside where there is no display, and it is said."""
    done = say("run", "hello", "--source", clip, "--out", "new/out.mp4", DISPLAY="", WAYLAND_DISPLAY="")
    assert "there is no display: the window 'window' is left out" in done.stderr
    assert frames(clip.with_name("new") / "out.mp4") == frames(clip) > 40
    assert "camera.frames > blur.frames" in done.stdout
    assert "wrote new/out.mp4" in done.stdout


def test_a_reader_that_leaves_ends_the_program_in_silence(clip: Path) -> None:
    """`| head -1` is no error."""
    program = Path(sys.executable).with_name("sensegraph")
    command = (
        f"'{program}' run hello --source '{clip}' --headless --out '{clip}.mp4' | head -1; exit ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_graph_that_only_shows_says_what_to_do_without_a_window(say: Say, clip: Path) -> None:
    """Nothing is left to run: the flags that give it a purpose are named."""
    told = say("run", "hello", "--source", clip, "--headless", code=2).stderr
    assert told == "hello: without its window the graph has nothing left to do\n  Add --out FILE or --results FILE.\n"


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
def test_show_draws_every_graph_in_every_form(say: Say, path: Path) -> None:
    """The SVG is XML, the JSON is JSON, and each form names every node."""
    told = {form: say("show", path, "--format", form).stdout for form in ("text", "mermaid", "svg", "json")}
    nodes = json.loads(told["json"])["nodes"]
    ElementTree.fromstring(told["svg"])
    assert told["mermaid"].startswith("flowchart LR")
    for text in told.values():
        assert all(name in text for name in nodes)


def test_show_escapes_what_a_graph_file_brings(say: Say, tmp_path: Path) -> None:
    """Markup in a type does not become markup in the drawing."""
    (tmp_path / "g.yaml").write_text("version: 1\nnodes:\n  a: {type: './x.py:<script>alert(1)</script>'}\n")
    drawing = say("show", "g.yaml", "--format", "svg").stdout
    ElementTree.fromstring(drawing)
    assert "<script>" not in drawing


def test_nodes_are_listed_and_told_in_words(say: Say) -> None:
    """Every standard node has a line; one of them is told with ports, ranges and defaults."""
    for name in ("CameraSource", "Resampler16fps", "BackboneNode", "ClassifierHead", "VideoSink"):
        assert name in say("nodes").stdout
    told = " ".join(say("nodes", "CalorieAccumulator").stdout.split())
    assert "input landmarks: Landmarks, optional" in told
    assert "param weight: number >= 20 <= 300 = 70.0 Body weight in kg." in told
    assert "Did you mean 'CameraSource'?" in say("nodes", "CamraSource", code=2).stderr


def test_a_new_node_runs_and_its_test_passes(say: Say, clip: Path) -> None:
    """What `new node` and `new graph` write works as it is, and is never written over."""
    say("new", "node", "soft-blur")
    subprocess.run([sys.executable, "-m", "pytest", "-q", "test_soft_blur.py"], cwd=clip.parent, check=True)
    assert "SoftBlur" in say("nodes", "./soft_blur.py:SoftBlur").stdout
    say("new", "graph", "mine")
    text = (clip.parent / "mine.yaml").read_text()
    soft = "  soft:     {type: ./soft_blur.py:SoftBlur, inputs: {frames: camera.frames}}\n"
    (clip.parent / "mine.yaml").write_text(text.replace("camera.frames", "soft.frames") + soft)
    say("check", "--trust", "mine.yaml")
    say("run", "mine.yaml", "--source", clip, "--headless", "--out", "soft.mp4")
    assert (clip.parent / "soft.mp4").stat().st_size > 10_000
    for kind, name in (("node", "soft_blur"), ("graph", "mine")):
        assert "is there already" in say("new", kind, name, code=2).stderr
    assert "cannot be a name" in say("new", "node", "../x", code=2).stderr


def test_models_are_told_with_where_they_come_from(say: Say) -> None:
    """`list` says which are here, `info` has licence and hash, a slip gets a suggestion."""
    assert "pose_detection" in say("models", "list").stdout
    told = say("models", "info", "pose_detection").stdout
    assert "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c" in told
    assert "Apache-2.0" in told
    assert "pose_detection" in say("models", "info", "pose_detecton", code=2).stderr


def test_missing_models_off_line_are_told_with_how_to_bring_them(say: Say, clip: Path, tmp_path: Path) -> None:
    """The run ends with 2 and names the file to carry over; nothing half-made stays."""
    empty = {"SENSEGRAPH_MODELS": str(tmp_path / "models"), "PIP_NO_INDEX": "1"}
    told = say("run", "fitness", "--source", clip, "--headless", code=2, **empty).stderr
    assert "the models (pose_detection, pose_landmark_full) are not here" in told
    assert "sensegraph models get --wheel mediapipe-0.10.21" in told
    assert not list((tmp_path / "models").glob("*.onnx"))
    assert "bad  models" in say("doctor", code=2, **empty).stdout


def test_an_unknown_word_is_told(say: Say) -> None:
    """Verbs and graphs that do not exist end with 2."""
    assert "No such command 'frobnicate'" in say("frobnicate", code=2).stderr
    assert "Did you mean 'fitness'?" in say("run", "fitnes", code=2).stderr
    assert "is a folder, not a graph file" in say("run", "..", code=2).stderr
