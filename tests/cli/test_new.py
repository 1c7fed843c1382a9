"""`sensegraph new`: what it writes works as it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli import refused, say
from tests.clips import cut


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_new_node_runs_and_its_test_passes() -> None:
    """In a graph, and under pytest."""
    assert say("new", "node", "fresh-blur").out.startswith("wrote fresh_blur.py\nwrote test_fresh_blur.py\n")
    test = [sys.executable, "-m", "pytest", "-q", "test_fresh_blur.py"]
    done = subprocess.run(test, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout
    Path("g.yaml").write_text(
        "version: 1\nparams: {source: {default: auto}}\nnodes:\n  camera: {type: CameraSource, source: $source}\n"
        "  blur: {type: ./fresh_blur.py:FreshBlur, inputs: {frames: camera.frames}}\n"
    )
    assert say("check", "--trust", "g.yaml").code == 0
    clip = cut(Path("clip.mp4"), 0.5)
    assert say("run", "g.yaml", "--source", clip, "--out", "o.mp4", "--in-process").code == 0
    assert Path("o.mp4").stat().st_size > 1000


@pytest.mark.parametrize("name", ["mine", "null", "two-words", "mine.yaml", "no"])
def test_a_new_graph_passes_check(name: str) -> None:
    """Whatever its name means in YAML."""
    file = f"{name.removesuffix('.yaml').replace('-', '_')}.yaml"
    assert say("new", "graph", name).out.startswith(f"wrote {file}\n")
    assert say("check", file).code == 0


@pytest.mark.parametrize(
    "name", ["../x", "a b", "", "1a", "class", "_", "_1", "none", "node", "numpy", "json", "sensegraph"]
)
def test_a_name_that_would_not_work_is_refused(name: str) -> None:
    """It is no name of a class, or hides a module that the node needs."""
    assert "Choose another word." in (told := refused("new", "node", name)) or "Use letters" in told
    assert not list(Path().iterdir())


@pytest.mark.parametrize("there", ["fresh.py", "test_fresh.py"])
def test_nothing_is_written_over_and_nothing_half_written(there: str) -> None:
    """The node and its test come together or not at all."""
    Path(there).write_text("mine")
    assert f"{there}: is there already" in refused("new", "node", "fresh")
    assert [(path.name, path.read_text()) for path in Path().iterdir()] == [(there, "mine")]


def test_a_graph_is_not_written_over() -> None:
    """The second time it is refused."""
    say("new", "graph", "mine")
    assert "mine.yaml: is there already" in refused("new", "graph", "mine")
