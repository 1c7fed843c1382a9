"""The wheel: what it holds, and that it works from any folder in a venv that has nothing of the checkout."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

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
    done = subprocess.run([*map(str, words)], cwd=folder, capture_output=True, text=True, timeout=90)
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
    assert tops == {"sensegraph", "sensegraph_nodes", "sensegraph-0.1.0.dist-info", "sensegraph-0.1.0.data"}


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
