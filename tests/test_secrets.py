"""Addresses without their secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from sensegraph.secrets import masked
from tests.cli import refused, say

SECRET = "rtsp://me:s3cr3t@127.0.0.1:9/x?token=s3cr3t"

MASKED = {
    "rtsp://me:p@ss@cam.local/1?token=abc": "rtsp://***@cam.local/1",
    "rtsp://me:p?s#s@cam.local/1": "rtsp://***@cam.local/1",
    "rtsp://me:p/ss@cam.local/1": "rtsp://***@cam.local/1",
    "http://cam.local:80/a@b.mp4": "http://***@b.mp4",  # rather too much than too little
    "http://cam.local/a?key=1: refused\n  Check 'http://me@cam.local/b?c' again.": (
        "http://cam.local/a: refused\n  Check 'http://***@cam.local/b' again."
    ),
    "why? me@here: no address": "why? me@here: no address",
}


@pytest.mark.fault(44)
@pytest.mark.parametrize(("text", "told"), MASKED.items(), ids=range(len(MASKED)))
def test_user_password_and_query_are_not_shown(text: str, told: str) -> None:
    """Alone or within a text, which is else as it was."""
    assert masked(text) == told


@pytest.mark.fault(44)
@pytest.mark.parametrize(
    "words",
    [
        ("run", "fitness", "--source", SECRET, "--headless"),
        ("run", "fitness", "--weight", SECRET),
        ("run", "fitness", "--set", f"camera.width={SECRET}"),
        ("run", SECRET),
        ("replay", SECRET),
        ("why", "fitness", SECRET),
    ],
    ids=lambda words: words[0],
)
def test_no_message_of_a_command_tells_a_secret(words: tuple[str, ...]) -> None:
    """Whatever place a user gives an address."""
    assert "s3cr3t" not in refused(*words)


GRAPH = "version: 1\nparams: {source: {default: '%s'}}\nnodes: {camera: {type: CameraSource, source: $source}}\n"


@pytest.mark.fault(44)
def test_a_recording_and_the_help_hold_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are passed on to others."""
    monkeypatch.chdir(tmp_path)
    Path("g.yaml").write_text(GRAPH % SECRET)
    assert "s3cr3t" not in say("run", "g.yaml", "--help").out
    Path("g.yaml").write_text(GRAPH % "x.mp4")
    say("record", "g.yaml", "--source", SECRET, "-o", "run.sgr", "--in-process")
    assert b"s3cr3t" not in Path("run.sgr").read_bytes()
