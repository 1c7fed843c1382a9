"""Stops at awkward moments, by Ctrl-C, by the terminal, by kill -9 of everybody."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import subprocess
import termios
import time

import pytest

from tests.bench import PIPES, Bench, needs_proc, worker_pids

pytestmark = needs_proc
ENDLESS = ", count: 100000, real: true"


@pytest.mark.fault(22)
def test_the_second_ctrl_c_does_not_wait(bench: Bench) -> None:
    """A node is busy for a minute: the first one waits for it, the second one kills it; nothing is left."""
    process = bench.start("--pace", "live", source=ENDLESS, kind="Slow", middle=", each_s: 60.0")
    while "sg:twice" not in {name for _, name in worker_pids(bench)}:
        assert process.poll() is None
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.5)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=5)
    assert process.returncode == 130, out + err
    assert "Traceback" not in out + err
    bench.assert_nothing_left()


@pytest.mark.slow
@pytest.mark.fault(22, 42)
def test_ctrl_c_while_a_node_waits_for_its_restart(bench: Bench) -> None:
    """It is not started again, and the rest goes in order."""
    process = bench.start("--pace", "live", source=ENDLESS, middle=", at: 20, how: worse")
    assert process.stderr
    restarts = 0
    while restarts < 4:  # the next one comes after 0.8 s
        restarts += "restarting" in process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=15)
    assert process.returncode == 130, out + err
    assert "Traceback" not in out + err
    bench.assert_nothing_left()


@pytest.mark.slow
@pytest.mark.fault(22)
def test_ctrl_c_while_a_graph_drains(bench: Bench) -> None:
    """Its source has ended, a slow node has not: what was read is dealt with all the same."""
    process = bench.start("--pace", "fast", source=", count: 8", kind="Slow", middle=", each_s: 0.3")
    bench.wait_for(3)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=15)
    assert process.returncode == 130, out + err
    assert bench.numbers() == list(range(8))
    bench.assert_nothing_left()


@pytest.mark.fault(23)
def test_a_terminal_that_is_closed_stops_in_order(bench: Bench) -> None:
    """The system sends SIGHUP, and nothing can be printed any more."""
    ours, theirs = pty.openpty()
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
    process = bench.start(
        "--pace", "live", source=ENDLESS, streams=streams | {"preexec_fn": lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)}
    )
    os.close(theirs)
    bench.wait_for(10)
    os.close(ours)
    assert process.wait(20) == 143
    numbers = bench.numbers()
    assert numbers == list(range(0, 2 * len(numbers), 2))
    bench.assert_nothing_left()


@pytest.mark.fault(23)
def test_results_whose_reader_leaves_end_the_run(bench: Bench) -> None:
    """`--results - | head -1` of a camera does not run for ever."""
    process = bench.start("--pace", "live", "--results", "-", source=ENDLESS)
    assert process.stdout
    assert process.stdout.readline().startswith('{"time": ')
    process.stdout.close()
    assert process.stderr
    said = process.stderr.read()
    assert process.wait(20) == 3
    assert "Traceback" not in said
    assert "Broken pipe" in said
    bench.assert_nothing_left()


@pytest.mark.fault(25, 26)
def test_after_kill_9_of_everybody_the_next_run_tidies_up(bench: Bench) -> None:
    """No process is left, and the folder with the sockets of the dead run goes; that of one that lives stays."""
    other = bench.start("--pace", "live", source=ENDLESS)
    bench.wait_for(5)
    (lives,) = bench.runtime.glob("sensegraph-*")
    process = bench.start("--pace", "live", source=ENDLESS)
    while len(list(bench.runtime.glob("sensegraph-*/w0"))) < 2:
        time.sleep(0.05)
    (dead,) = set(bench.runtime.glob("sensegraph-*")) - {lives}
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=10)
    assert dead.exists()
    assert bench.run()[0] == 0
    assert not dead.exists()
    assert lives.exists()
    os.killpg(other.pid, signal.SIGINT)
    other.communicate(timeout=20)
    bench.assert_nothing_left()


@pytest.mark.fault(44)
def test_a_flood_of_prints_stops_nobody(bench: Bench) -> None:
    """A node prints 10,000 lines with each packet, letters of all kinds among them: all is dealt with."""
    nodes = bench.folder / "mine.py"
    loud = "        print('ünïcode \\u2603\\n' * 10_000)\n        bad = "
    nodes.write_text(nodes.read_text().replace("        bad = ", loud))
    process = bench.start(streams=PIPES | {"stdout": subprocess.DEVNULL})
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert bench.numbers() == list(range(0, 120, 2))
    bench.assert_nothing_left()


@pytest.mark.fault(44)
def test_what_a_node_raises_tells_no_secret(bench: Bench) -> None:
    """Its own text is told, without the password in it."""
    nodes = bench.folder / "mine.py"
    nodes.write_text(nodes.read_text().replace("a bad number", "rtsp://me:s3cr3t@cam.local/1 is bad"))
    code, said = bench.run(middle=f", at: 20, how: raise, once: '{bench.folder}/once'")
    assert code == 0, said
    assert "s3cr3t" not in said
    assert "rtsp://***@cam.local/1 is bad" in " ".join(said.split())
