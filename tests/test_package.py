"""The wheel: what it holds, and that it works from any folder in a venv that has nothing of the checkout."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import sensegraph
from sensegraph.models import catalogue
from sensegraph.resources import graphs_dir

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel that was built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the program in a new venv with the wheel; what it depends on is lent by the venv of the tests."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    site = next((folder / "lib").glob("python*/site-packages"))
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "sensegraph"


def said(*words: object, folder: Path) -> str:
    """Return what a command prints; it must end well."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([*map(str, words)], cwd=folder, env=clean, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_what_a_user_needs_and_nothing_else(wheel: Path) -> None:
    """Graphs, the sample, weights, licences and types are in it; tests, benchmarks and docs are not."""
    names = zipfile.ZipFile(wheel).namelist()
    for end in (
        "graphs/fitness.yaml", "graphs/blur.py", "samples/workout.mp4", "samples/workout.json",
        "weights/body-temporal.onnx", "weights/fitness.json", "weights/CARD.md",
        "licenses/LICENSE", "licenses/NOTICE", "sensegraph/py.typed", "sensegraph_nodes/py.typed",
    ):  # fmt: skip
        assert any(name.endswith(end) for name in names), end
    tops = {name.split("/")[0] for name in names}
    assert tops == {"sensegraph", "sensegraph_nodes", "sensegraph-0.1.0.dist-info"}


def test_the_installed_program_finds_all_that_comes_with_it(program: Path, tmp_path: Path) -> None:
    """Its own package, graphs, sample and weights, from a folder that has nothing to do with it."""
    python = program.with_name("python")
    place = said(python, "-c", "import sensegraph; print(sensegraph.__file__)", folder=tmp_path)
    assert Path(place.strip()).is_relative_to(program.parents[1])
    assert str(program.parents[1]) in said(program, "graphs", folder=tmp_path)
    assert "no problem" in said(program, "check", "--trust", "fitness", "hello", folder=tmp_path)
    code = "from sensegraph.resources import sample; print(sample('workout.mp4'))"
    clip = said(python, "-c", code, folder=tmp_path).strip()
    said(program, "run", "hello", "--source", clip, "--headless", "--quiet", "--out", "blurred.mp4", folder=tmp_path)
    assert (tmp_path / "blurred.mp4").stat().st_size > 100_000


def test_no_command_imports_torch(tmp_path: Path) -> None:
    """Checking and running a graph works where torch cannot be imported."""
    (tmp_path / "torch.py").write_text("raise SystemExit('torch was imported')\n")
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from sensegraph.cli import cli\n"
        "cli(['check', '--trust', 'fitness', 'calories', 'hello', 'two_cameras'], standalone_mode=False)\n"
        "import sensegraph_nodes.backbone, sensegraph.models.landmarks, sensegraph.models.temporal, sensegraph.launch\n"
        "assert 'torch' not in sys.modules\n"
    )
    said(sys.executable, "-c", code, folder=tmp_path)


def test_the_sdist_holds_the_sources_and_what_comes_with_them(tmp_path: Path) -> None:
    """All that the wheel is made of, and the documents; no tests, benchmarks or CI."""
    command = [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "graphs/fitness.yaml", "graphs/blur.py", "graphs/samples/workout.mp4", "graphs/samples/workout.json",
        "sensegraph/models/weights/body-temporal.onnx", "sensegraph/models/weights/fitness-head.npz",
        "LICENSE", "NOTICE", "README.md", "SECURITY.md", "docs/fitness.png", "pyproject.toml",
    } <= names  # fmt: skip
    assert not [name for name in names if name.startswith(("tests", "benchmarks", ".ci", ".venv", "out"))]


def test_every_module_of_the_checkout_is_in_the_wheel(wheel: Path) -> None:
    """No file is forgotten, and none is added."""
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "sensegraph").rglob("*.py")}
    there |= {path.relative_to(ROOT / "nodes").as_posix() for path in (ROOT / "nodes").rglob("*.py")}
    names = zipfile.ZipFile(wheel).namelist()
    assert {name for name in names if name.endswith(".py") and "/graphs/" not in name} == there


def test_the_installed_program_has_its_nodes_and_weights(program: Path, tmp_path: Path) -> None:
    """Standard nodes are found by entry point, weights in the package."""
    assert "CameraSource" in said(program, "nodes", folder=tmp_path)
    code = "from sensegraph.models.temporal import *; TemporalNet(); print(load_head('fitness').space)"
    assert "landmarks-body" in said(program.with_name("python"), "-c", code, folder=tmp_path)


@pytest.mark.skipif(not catalogue.onnx_path("pose_detection").is_file(), reason="run `sensegraph models get`")
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_process_of_a_run_imports_torch(program: Path, tmp_path: Path) -> None:
    """The installed program runs the sample to counted squats; a torch that leaves a mark is never touched."""
    site, mark = next((program.parents[1] / "lib").glob("python*/site-packages")), tmp_path / "torch-was-imported"
    (site / "torch.py").write_text(f"open({str(mark)!r}, 'w').close()\nraise ImportError('torch is for training')\n")
    clip = next((program.parents[1] / "lib").rglob("graphs/samples/workout.mp4"))
    told = said(program, "run", "fitness", "--source", clip, "--headless", "--results", "r.jsonl", folder=tmp_path)
    assert "Squats 5 x" in told
    assert not mark.exists()
    tried = subprocess.run([program.with_name("python"), "-c", "import torch"], capture_output=True, cwd=tmp_path)
    assert tried.returncode == 1  # the mark does work
    assert mark.exists()


def test_an_editable_install_finds_the_checkout(tmp_path: Path) -> None:
    """The venv of the tests is one: graphs are those of the checkout, from any folder, and the versions agree."""
    assert graphs_dir() == ROOT / "graphs"
    said(Path(sys.executable).with_name("sensegraph"), "check", "fitness", folder=tmp_path)
    assert importlib.metadata.version("sensegraph") == sensegraph.__version__
