"""Shadows: they are compared with others, and can neither delay nor fail them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sensegraph.check import check, check_file
from sensegraph.errors import GraphError
from sensegraph.flags import kinds_of
from sensegraph.launch import execute, prepare
from sensegraph.load import load
from sensegraph.shadow import AGREEMENT, told, with_agreements, without_shadows
from sensegraph.spec import Pace, Policy

NODES = """
import os, signal, time
from sensegraph.errors import SensegraphError
from sensegraph import Node, Packet, Port, Source, Stamp

class Numbers(Source):
    outputs = {"n": Port(dict)}
    def __init__(self, count: int = 80):
        self.count = count
    def read(self):
        for n in range(self.count):
            time.sleep(0.01)
            yield {"n": Packet({"n": n}, Stamp(n * 10_000_000, frame=n))}

class Twice(Node):
    inputs = {"n": Port(dict)}
    outputs = {"twice": Port(dict)}
    def process(self, n):
        return {"twice": {"n": 2 * n["n"]}}

DIED = os.path.join(os.path.dirname(__file__), "died")

class Other(Twice):
    def __init__(self, how: str = ""):
        self.how = how
    def open(self):
        if self.how == "open":
            raise SensegraphError("no such thing")
        if self.how == "slow open":
            time.sleep(60)
    def process(self, n):
        if self.how == "raise" or (self.how == "once" and n["n"] > 20 and not os.path.exists(DIED)):
            open(DIED, "w").close()
            raise ValueError("bad")
        if self.how == "exit":
            os._exit(9)
        if self.how == "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        return {"twice": {"n": 2 * n["n"] + (self.how == "odd" and n["n"] % 4 == 0)}}
"""
GRAPH = """version: 1
nodes:
  numbers: {type: './mine.py:Numbers'}
  twice: {type: './mine.py:Twice', inputs: {n: numbers.n}}
"""
SHADOW = "  other: {{type: './mine.py:Other', how: '{how}', shadow: twice, inputs: {{n: {n}}}}}\n"
QUEUED = "{from: numbers.n, policy: drop_oldest, queue: 100}"


def write(folder: Path, more: str = "") -> Path:
    """Write a graph."""
    (folder / "mine.py").write_text(NODES)
    path = folder / "graph.yaml"
    path.write_text(GRAPH + more)
    return path


def run(folder: Path, more: str, pace: str = "fast") -> tuple[bytes, str]:
    """Run a graph as the program does; returns its results and what it printed."""
    path = write(folder, more)
    command = [sys.executable, "-m", "sensegraph", "run", str(path), "--results", "r.jsonl", "--pace", pace]
    done = subprocess.run(command, cwd=folder, timeout=60, check=False, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)  # fmt: skip
    assert done.returncode == 0, done.stdout
    return (folder / "r.jsonl").read_bytes(), " ".join(done.stdout.split())


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The results of the graph without a shadow."""
    results, _ = run(tmp_path_factory.mktemp("plain"), "")
    assert len(results.splitlines()) == 160
    return results


@pytest.mark.parametrize("how", ["exit", "stop", pytest.param("slow open", marks=pytest.mark.slow)])
def test_whatever_a_shadow_does_the_results_stay_the_same(tmp_path: Path, plain: bytes, how: str) -> None:
    """It dies, is stopped or never opens: not a byte differs, none is missing, and the run ends well and soon."""
    beside, said = run(tmp_path, SHADOW.format(how=how, n="numbers.n"))
    assert beside == plain
    assert "shadow 'other' beside 'twice': the same in " in said


def test_a_shadow_that_fails_for_good_is_given_up(tmp_path: Path, plain: bytes) -> None:
    """And told, once."""
    beside, said = run(tmp_path, SHADOW.format(how="open", n="numbers.n"))
    assert beside == plain
    assert said.count("node 'other': no such thing It is a shadow: the run goes on without it.") == 1


@pytest.mark.parametrize(("how", "share"), [("", 1.0), ("odd", 0.75), ("once", 1.0)])
def test_agreement_is_counted(tmp_path: Path, how: str, share: float) -> None:
    """Packet for packet, by their times; also over a crash of the shadow."""
    path = write(tmp_path, SHADOW.format(how=how, n=QUEUED))
    graph, pace = prepare(load(path), pace=Pace.FAST)
    summary = execute(graph, pace=pace)
    (report,) = (report for name, report in summary.reports.items() if name.startswith(AGREEMENT))
    assert (summary.exit_code, summary.unaccounted) == (0, 0)
    assert report["agreement"] == share
    assert report["compared"] + report["missing"] == (80 if how != "once" else pytest.approx(80, abs=2))
    assert report["missing"] == 0 or how == "once"
    (line,) = told(graph, summary.last.nodes, summary.reports)
    assert line.startswith(f"shadow 'other' beside 'twice': the same in {share:.1%} of ")


def test_edges_into_a_shadow_hold_nobody_back(tmp_path: Path) -> None:
    """In fast pace too; those that it is compared by neither; between shadows all is as everywhere."""
    more = (
        SHADOW.format(how="", n="numbers.n")
        + "  third: {type: './mine.py:Other', shadow: true, inputs: {n: other.twice}}\n"
    )
    spec = load(write(tmp_path, more.replace("inputs: {n: other.twice}", "inputs: {n: other.twice}")))
    graph = check(with_agreements(spec, kinds_of(spec)), pace=Pace.FAST)
    policies = {edge.name: edge.policy for edge in graph.edges}
    assert policies == {
        "numbers.n>twice.n": Policy.BLOCK,
        "numbers.n>other.n": Policy.LATEST,
        "other.twice>third.n": Policy.BLOCK,
        f"other.twice>{AGREEMENT}other.twice.shadow": Policy.BLOCK,
        f"twice.twice>{AGREEMENT}other.twice.main": Policy.DROP_OLDEST,
    }
    assert list(without_shadows(spec).nodes) == ["numbers", "twice"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("  a: {type: './mine.py:Other', shadow: twic, inputs: {n: numbers.n}}\n", "a.shadow: there is no node 'twic'"),
        ("  a: {type: './mine.py:Other', shadow: 3, inputs: {n: numbers.n}}\n", "a.shadow: 3 is no node"),
        ("  a: {type: './mine.py:Other', shadow: a, inputs: {n: numbers.n}}\n", "a.shadow: a shadow itself is 'a'"),
        ("  a: {type: './mine.py:Other', shadow: numbers, inputs: {n: numbers.n}}\n", "no results that 'numbers'"),
        ("  a: {type: './mine.py:Other', shadow: true, inputs: {n: {from: numbers.n, policy: block}}}\n",
         "a shadow may not hold 'numbers' back"),
        ("  a: {type: './mine.py:Other', shadow: true, process: twice, inputs: {n: numbers.n}}\n",
         "a.process: a shadow cannot share the process of 'twice'"),
        ("  a: {type: './mine.py:Other', shadow: true, inputs: {n: numbers.n}}\n"
         "  b: {type: './mine.py:Other', inputs: {n: a.twice}}\n",
         "b.inputs.n: 'a' is a shadow: nothing may rest on it"),
    ],
)  # fmt: skip
def test_what_no_shadow_can_be_is_told(tmp_path: Path, more: str, said: str) -> None:
    """With its place and a remedy."""
    with pytest.raises(GraphError) as error:
        check_file(write(tmp_path, more))
    assert said in str(error.value)


def test_a_shadow_is_refused_in_one_process(tmp_path: Path) -> None:
    """It could delay the others there."""
    graph, pace = prepare(load(write(tmp_path, SHADOW.format(how="", n="numbers.n"))), pace=Pace.FAST)
    with pytest.raises(GraphError, match="other: a shadow needs a process of its own\n  Leave --in-process"):
        execute(graph, pace=pace, in_process=True)
