"""README and docs are held to what they say: blocks run, commands parse, flags exist, links lead somewhere."""

from __future__ import annotations

import contextlib
import copy
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import click
import cv2
import numpy as np
import pytest

from sensegraph.check import check
from sensegraph.cli import cli
from sensegraph.graph import Graph
from sensegraph.load import find_graph, load
from sensegraph.models import catalogue
from sensegraph.resources import graphs_dir
from sensegraph.testing import drive
from sensegraph.training.motion.body import Body
from sensegraph.training.motion.exercise import perform
from tests.clips import piece

ROOT = Path(__file__).parents[1]
NAMES = ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
ALL = [*NAMES, "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PICTURE_KB = 250
STAND_INS = {
    "GRAPH": "fitness", "FILE": "count.yaml", "PATH": "out.mp4", "R.jsonl": "results.jsonl", "FOLDER": "graphs",
    "weights": "graphs", "DIR": "gym", "PROJECT": "gym",
}  # fmt: skip
"""What stands for a reader's own word in a command line of the docs, where one word does for all verbs."""

needs_models = pytest.mark.skipif(
    not catalogue.onnx_path("pose_detection").is_file(), reason="run `sensegraph models get`"
)


@dataclass(frozen=True)
class Block:
    """A fenced block of a document."""

    document: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def blocks(document: str, language: str) -> list[Block]:
    """Return the fenced blocks of a language, in their order."""
    text = (ROOT / document).read_text()
    found = [Block(document, text.count("\n", 0, m.start()) + 1, m[1], m[2]) for m in FENCE.finditer(text)]
    return [block for block in found if block.language == language]


def all_blocks(language: str, *, whole: bool = True) -> list[Any]:
    """Return the blocks of README and docs as pytest parameters."""
    found = [block for name in NAMES for block in blocks(name, language)]
    return [pytest.param(b, id=str(b)) for b in found if language != "yaml" or ("version:" in b.text) == whole]


def prose(document: str) -> str:
    """Return a document without its fenced blocks."""
    return FENCE.sub("", (ROOT / document).read_text())


def inline(text: str) -> Iterator[str]:
    """Yield what stands between backquotes, on one line each."""
    for match in re.finditer(r"`([^`]+)`", text):
        yield " ".join(match[1].split())


def commands(document: str) -> list[str]:
    """Return the sensegraph command lines of a document, without the path of the program."""
    lines = [line.split("#")[0] for block in blocks(document, "") for line in block.text.splitlines()]
    told = [re.sub(r"^\.venv/bin/", "", each.strip()) for each in [*lines, *inline(prose(document))]]
    return [each for each in told if each.startswith("sensegraph ")]


def checked(path: Path, sets: dict[str, str] | None = None) -> Graph:
    """Return a graph that was loaded and checked, its own node files too."""
    return check(load(path, {}, sets or {}), trust=True)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of squats, cut from the sample."""
    return piece(tmp_path_factory.mktemp("clip") / "clip.mp4", 16.0, 4.0)


@pytest.fixture
def desk(tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a reader who saved what the docs show under the names that they give."""
    graph, node = blocks("README.md", "yaml")[0], blocks("README.md", "python")[0]
    (tmp_path / "count.yaml").write_text(graph.text)
    (tmp_path / "invert.py").write_text(node.text)
    (tmp_path / "blur.yaml").write_text(blocks("docs/graph-files.md", "yaml")[0].text)
    (tmp_path / "blur.py").write_text(blocks("docs/writing-a-node.md", "python")[0].text)
    (tmp_path / "record.yaml").write_text(blocks("docs/from-sense.md", "yaml")[0].text)
    (tmp_path / "net.whl").touch()
    shutil.copytree(graphs_dir(), tmp_path / "graphs", ignore=shutil.ignore_patterns("samples"))
    shutil.copy(clip, tmp_path / "clip.mp4")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sensegraph(*args: str) -> str:
    """Run the command in the current folder; return what it printed."""
    done = subprocess.run([sys.executable, "-m", "sensegraph", *args], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{args}: {done.returncode}\n{done.stderr}"
    return done.stdout


# --- what README promises in figures -------------------------------------------------------------------------------


def test_the_graph_of_the_readme_has_ten_lines() -> None:
    """It says: change it in ten lines of YAML."""
    assert len(blocks("README.md", "yaml")[0].text.splitlines()) == 10


def test_the_node_of_the_readme_has_seven_lines() -> None:
    """It says: extend it in seven lines of Python; with the import, blank lines aside."""
    lines = blocks("README.md", "python")[0].text.splitlines()
    assert sum(bool(line.strip()) for line in lines) == 7


def test_the_picture_is_there_and_said_to_be_rendered() -> None:
    """A PNG of the sample's size that loads quickly; whoever sees it is told that nobody was filmed."""
    path = ROOT / "docs" / "fitness.png"
    picture = cv2.imread(str(path))
    assert picture is not None
    assert picture.shape == (480, 640, 3)
    assert path.stat().st_size <= PICTURE_KB * 1024
    shown = re.findall(
        r"!\[([^\]]*)\]\(docs/fitness\.png\)\n\n\*(.*?)\*\n", (ROOT / "README.md").read_text(), re.DOTALL
    )
    assert shown
    assert all("rendered figure" in alt and "rendered figure" in below for alt, below in shown)


# --- graphs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", all_blocks("yaml"))
def test_a_graph_that_is_shown_has_no_problem(desk: Path, block: Block) -> None:
    """`check --trust` finds nothing, with the node files of the docs beside it."""
    (desk / "shown.yaml").write_text(block.text)
    assert checked(desk / "shown.yaml").nodes


@pytest.mark.parametrize("block", all_blocks("yaml", whole=False))
def test_a_piece_of_a_graph_fits_under_nodes(desk: Path, block: Block) -> None:
    """It can be pasted into a copy of the fitness graph."""
    whole = (graphs_dir() / "fitness.yaml").read_text()
    (desk / "shown.yaml").write_text(whole.replace("\nnodes:\n", f"\nnodes:\n{block.text}"))
    assert len(checked(desk / "shown.yaml").nodes) == len(checked(graphs_dir() / "fitness.yaml").nodes) + 1


@pytest.mark.parametrize("document", NAMES)
def test_a_node_or_edge_in_the_text_fits_a_graph(desk: Path, document: str) -> None:
    """`invert: {type: ...}` and `frames: {from: ...}` between backquotes are as strict as a block."""
    head = "version: 1\nnodes:\n  camera: {type: CameraSource}\n  "
    for text in inline(prose(document)):
        if re.match(r"\w+: \{type: ", text):
            (desk / "shown.yaml").write_text(f"{head}{text}\n")
        elif re.match(r"frames: (\{from: )?camera\.", text):
            (desk / "shown.yaml").write_text(f"{head}window: {{type: WindowSink, inputs: {{{text}}}}}\n")
        else:
            continue
        assert len(checked(desk / "shown.yaml").nodes) == 2


# --- Python --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", all_blocks("python"))
@needs_models
def test_python_that_is_shown_runs(desk: Path, block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources and nodes are driven, tests are called, the rest is done by running it."""
    monkeypatch.syspath_prepend(str(desk))
    monkeypatch.delitem(sys.modules, "blur", raising=False)
    space: dict[str, Any] = {"__name__": "shown"}
    exec(compile(block.text, str(block), "exec"), space)
    ours = [value for value in space.values() if getattr(value, "__module__", "") == "shown"]
    for value in ours:
        if isinstance(value, type):
            pictures = [np.full((8, 8, 3), 100, np.uint8)] * 2
            given = {name: pictures for name in value.inputs}
            assert all(drive(value(), **given).values())
        elif value.__name__.startswith("test_"):
            value()
    if "sensegraph.run(" in block.text:
        rows = [json.loads(line) for line in (desk / "results.jsonl").read_text().splitlines()]
        assert {"exercise", "calories"} <= {row["stream"] for row in rows}
        assert "kcal" in str(space["summary"])
    else:
        assert ours


def test_the_exercise_that_is_shown_is_performed() -> None:
    """The trunk goes to both sides by turns and comes back upright, in every style."""
    space: dict[str, Any] = {"__name__": "shown"}
    exec(blocks("docs/training.md", "python")[0].text, space)
    (exercise,) = space["MOVES"].values()
    for seed in range(6):
        joints = perform(np.random.default_rng(seed), exercise, Body(), np.array([0, 0.5, 1, 1.5, 2]))
        nose = joints[:, 0, 0] - joints[:, 7:9, 0].mean(axis=1)
        assert np.abs(nose[[0, 2, 4]]).max() < 0.01
        assert nose[1] * nose[3] < -0.02


def test_the_test_in_contributing_passes() -> None:
    """It is the shape that tests of nodes are to have."""
    space: dict[str, Any] = {"np": np, "drive": drive, "picture": np.full((4, 4, 3), 7, np.uint8)}
    exec(blocks("README.md", "python")[0].text, space)
    for block in blocks("CONTRIBUTING.md", "python"):
        exec(block.text, space)
    space["test_invert_negates_each_picture"]()


# --- commands ------------------------------------------------------------------------------------------------------


def parse(words: list[str]) -> None:
    """Parse a command line as the program would, without running it."""
    command: click.Command = cli
    path = "sensegraph"
    while isinstance(command, click.Group):
        if words and words[0].startswith("-"):
            break
        assert words, f"{path} needs a verb"
        try:
            name, found, words = command.resolve_command(click.Context(command), words)
        except click.UsageError as error:
            raise AssertionError(f"there is no `{path} {words[0]}`") from error
        assert found is not None
        command, path = found, f"{path} {name}"
        if isinstance(command, click.Group) and not words:
            return  # `sensegraph models`: the group itself is meant
    if not words and any(isinstance(param, click.Argument) and param.required for param in command.params):
        return  # `sensegraph check` in a sentence: the verb is meant
    with contextlib.suppress(click.exceptions.Exit):  # --help and --version
        copy.copy(command).make_context(path, words)  # a copy: `run` adds the graph's flags to itself


def words_of(line: str) -> list[str]:
    """Return the words of a command line after `sensegraph`, with the reader's own words filled in."""
    own = {"nodes": "Renderer", "models": "pose_detection", "new": "mine"}
    words = [word for word in shlex.split(line)[1:] if word != "..."]
    if not words:
        return words
    stand_ins = STAND_INS | {
        "NAME": own.get(words[0], "fitness"),
        "FILE": "net.whl" if "--wheel" in words else "count.yaml",
    }
    return [stand_ins.get(word, word) for word in words]


@pytest.mark.parametrize("document", ALL)
def test_every_command_line_can_be_parsed(desk: Path, document: str) -> None:
    """Verbs, graphs, flags and the values they take; the project of the docs has been made."""
    (desk / "gym").mkdir()
    for line in commands(document):
        try:
            parse(words_of(line))
        except Exception as error:
            raise AssertionError(f"{document}: `{line}`: {error}") from error


def test_command_lines_are_found() -> None:
    """The search that the test above goes by is not blind."""
    assert len(commands("README.md")) >= 6
    assert len(commands("docs/from-sense.md")) >= 12


def told_flags() -> list[str]:
    """Return what from-sense.md gives as flags of ours: in prose, and in tables where sense is not the column."""
    flags, skip = [], 0
    for line in prose("docs/from-sense.md").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("|") else [line]
        if not line.startswith("|"):
            skip = 0
        elif cells[0] in ("sense", "page (routes)"):
            skip = 1
        flags += [text for cell in cells[skip:] for text in inline(cell) if text.startswith("--")]
    return flags


@pytest.mark.usefixtures("desk")
def test_the_flags_for_users_of_sense_exist() -> None:
    """Each flag is one of the fitness graph, and each `--set` names a parameter that a node has."""
    command = copy.copy(cli.get_command(click.Context(cli), "run"))
    assert command is not None
    context = command.make_context("run", ["fitness"])
    known = {option for param in command.get_params(context) for option in param.opts}
    flags = told_flags()
    assert len(flags) > 20
    for text in flags:
        words = shlex.split(text.replace("|", " "))
        assert {word for word in words if word.startswith("--")} <= known, text
        sets = dict(word.split("=", 1) for word in words if re.match(r"\w+\.\w+=", word) and word != "node.param=value")
        assert checked(find_graph("fitness"), sets).nodes


@pytest.mark.usefixtures("desk")
def test_what_only_tells_something_runs() -> None:
    """The verbs that are done at once are really called, as the docs write them."""
    lines = {line: words_of(line) for document in NAMES for line in commands(document)}
    alone, more = {("graphs",), ("nodes",)}, {"nodes", "check", "show"}
    seen = set()
    for words in map(tuple, lines.values()):
        told = words in alone or (words[:1] and words[0] in more and len(words) > 1)
        told = told and "--predict" not in words  # needs what `profile` has measured: tests/cli/test_profile.py
        if words not in seen and (told or "--help" in words or words == ("models", "list")):
            seen.add(words)
            assert sensegraph(*words)
    assert len(seen) >= 8


@needs_models
def test_the_run_of_the_readme_leaves_what_it_says(desk: Path) -> None:
    """A video and results, with rows like the one that is shown."""
    line = next(line for line in commands("README.md") if "--results" in line)
    assert "wrote results.jsonl" in sensegraph(*words_of(line))
    rows = [json.loads(row) for row in (desk / "results.jsonl").read_text().splitlines()]
    shown = json.loads(blocks("README.md", "json")[0].text)
    like = next(row for row in rows if row["stream"] == shown["stream"] and row["label"] == shown["label"])
    assert like.keys() == shown.keys()
    with av.open(str(desk / "out.mp4")) as video:
        assert video.streams.video[0].frames > 0


@needs_models
def test_the_classifier_of_the_readme_is_trained_and_names_its_classes(desk: Path) -> None:
    """Each line from the empty folder on, with clips of the sample where a camera would be; then another clip."""
    for label, begins in {"squat": (16.0, 18.0, 20.0), "jack": (2.5, 4.5, 6.5)}.items():
        for begin in begins:
            piece(desk / "FOLDER" / label / f"{label}_{begin:g}.mp4", begin, 2.0)
    (block,) = (block for block in blocks("README.md", "") if "project new" in block.text)
    lines = [shlex.split(line, comments=True)[1:] for line in block.text.splitlines()]
    assert [words[0] for words in lines] == ["project", "record-clips", "record-clips", "project", "train", "run"]
    for words in lines:
        if words[0] == "record-clips":  # no camera here
            begin = {"wave": 32.0, "nod": 48.0}[words[words.index("--class") + 1]]
            words += ["--source", str(piece(desk / f"{begin:g}.mp4", begin, 3.0)), "--number", "2"]
            words += ["--headless", "--countdown", "0", "--duration", "1"]
        if words[0] == "run":
            words += ["--source", str(piece(desk / "tried.mp4", 22.0, 1.6))]
            words += ["--headless", "--pace", "fast", "--results", "R.jsonl"]
        sensegraph(*words)
    rows = [json.loads(row) for row in (desk / "R.jsonl").read_text().splitlines()]
    assert {row["stream"] for row in rows} == {"custom"}
    assert (rows[0]["frame"], rows[0]["warm"], rows[-1]["frame"]) == (3, False, 25)
    assert [row["label"] for row in rows].count("squat") >= len(rows) - 1
    assert (desk / "gym" / "checkpoints" / "classifier" / "report.html").is_file()


def test_the_graph_and_the_node_of_a_reader_run(desk: Path) -> None:
    """blur.yaml with its flag, the seven lines in a graph of one's own, the recorder."""
    (desk / "mine.yaml").write_text(
        "version: 1\nparams:\n  source: {default: auto, help: any}\nnodes:\n"
        "  camera: {type: CameraSource, source: $source}\n"
        "  invert: {type: ./invert.py:Invert, inputs: {frames: camera.frames}}\n"
    )
    common = ("--source", "clip.mp4", "--headless", "--quiet", "--out")
    sensegraph("run", "mine.yaml", *common, "inverted.mp4")
    sensegraph("run", "blur.yaml", "--size", "15", *common, "blurred.mp4")
    sensegraph("run", "record.yaml", *common, "clips/squat_1.mp4")
    assert mean(desk / "inverted.mp4") == pytest.approx(255 - mean(desk / "clip.mp4"), abs=4)
    assert mean(desk / "blurred.mp4") == pytest.approx(mean(desk / "clip.mp4"), abs=4)
    assert mean(desk / "clips" / "squat_1.mp4") == pytest.approx(mean(desk / "clip.mp4"), abs=4)


def mean(video: Path) -> float:
    """Return the mean of the first picture of a video."""
    with av.open(str(video)) as container:
        return float(next(container.decode(video=0)).to_ndarray(format="bgr24").mean())


def test_a_new_node_passes_the_test_that_comes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`sensegraph new node invert`, then pytest, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    sensegraph("new", "node", "invert")
    sensegraph("new", "graph", "mine")
    assert checked(tmp_path / "mine.yaml").nodes
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "test_invert.py"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


# --- places --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", [*ALL, "sensegraph/models/weights/CARD.md"])
def test_links_lead_somewhere(document: str) -> None:
    """Files are there, and so are the headings."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(document)):
        if re.match(r"https?://", target):
            continue
        name, _, heading = target.partition("#")
        path = (ROOT / document).parent / name if name else ROOT / document
        assert path.exists(), f"{document}: {target}"
        if heading:
            titles = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
            assert heading in [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles], target


@pytest.mark.parametrize("document", ALL)
def test_targets_of_make_and_files_exist(document: str) -> None:
    """`make X` is in the Makefile; a path of the tree between backquotes is there."""
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    lines = [line for block in blocks(document, "") for line in block.text.splitlines()]
    for text in [*lines, *inline(prose(document))]:
        if made := re.match(r"make (?:\w+=\S+ )?([a-z-]+)", text):
            assert made[1] in targets, text
        if re.fullmatch(r"(sensegraph|nodes|graphs|tests|benchmarks|docs|\.ci)/[\w./-]+", text):
            assert (ROOT / text).exists(), f"{document}: {text}"


def test_the_tree_of_the_architecture_is_the_tree() -> None:
    """Every module of the framework's top is named there, and no other."""
    told = set(re.findall(r"\b(\w+\.py)\b", blocks("docs/architecture.md", "")[0].text.replace("transport/", "\n", 1)))
    inner = {path.name for path in (ROOT / "sensegraph" / "transport").glob("*.py")}
    there = {path.name for path in (ROOT / "sensegraph").glob("*.py") if not path.name.startswith("__")}
    assert there - told == set()
    assert told - there - inner == set()
