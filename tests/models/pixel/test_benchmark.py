import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_benchmark_says_what_it_compares_with() -> None:
    """Without a checkout of the reference the tables are printed all the same, and say what stands in for it."""
    pytest.importorskip("torch")
    command = [sys.executable, "-m", "benchmarks.models", "mobilenet", "--rounds", "1", "--steps", "1"]
    environment = {key: value for key, value in os.environ.items() if key != "SENSE_CHECKOUT"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert "set SENSE_CHECKOUT to a checkout" in done.stdout
    assert "targets of" not in done.stdout
    ways = ("torch", "onnx", "staged", "onnx int8", "staged int8")
    assert all(any(line.startswith(f"{way:12}") for line in done.stdout.splitlines()) for way in ways)
    assert done.stdout.count("deviation of") == 2
