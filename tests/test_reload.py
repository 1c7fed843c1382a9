"""Files that change during a run: what is tried, what is told, what is replaced, and that nothing is lost by it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli import refused

ENDS = '''
import time
from sensegraph import Node, Packet, Port, Source, Stamp

class Numbers(Source):
    """Numbers at 60 Hz, by the clock."""
    outputs = {"n": Port(int)}
    def live(self) -> bool:
        return True
    def read(self):
        n = 0
        while True:
            time.sleep(1 / 60)
            yield {"n": Packet(n, Stamp(n * 16_666_667, frame=n))}
            n += 1

class Write(Node):
    """Writes what comes to a file, one a line."""
    inputs = {"text": Port(str)}
    def __init__(self, path: str) -> None:
        self.path = path
    def open(self) -> None:
        self.file = open(self.path, "a")
    def process(self, text) -> None:
        self.file.write(text + "\\n")
        self.file.flush()
    def close(self) -> None:
        self.file.close()
'''
STEP = '''
import sys
from pathlib import Path
sys.path.insert(0, str(Path(__file__).parent))
from factor import FACTOR
from sensegraph import Node, Port

class Count(Node):
    """How many came, by what it remembers; with the number, its multiple, and two words."""
    inputs = {"n": Port(int)}
    outputs = {"text": Port(str)}
    changeable = frozenset({"live"})
    def __init__(self, live: str = "a", fixed: str = "x") -> None:
        self.live, self.fixed = live, fixed
    def open(self) -> None:
        self.count = 0
    def state(self):
        return {"count": self.count}
    def restore(self, state) -> None:
        self.count = state["count"]
    def process(self, n):
        self.count += 1
        return {"text": f"{n} {self.count} {FACTOR * n} {self.live} {self.fixed}"}
'''
GRAPH = """version: 1
nodes:
  numbers: {{type: ./ends.py:Numbers}}
  count: {{type: ./step.py:Count, {params} inputs: {{n: numbers.n}}{group}}}
  write: {{type: ./ends.py:Write, path: '{out}', inputs: {{text: count.text}}{group}}}
"""


class Bench:
    """A run with `--reload` whose files are edited while it goes on."""

    def __init__(self, folder: Path, group: str) -> None:
        self.folder, self.group = folder, group
        self.out, self.said = folder / "out.txt", folder / "said.txt"
        (folder / "ends.py").write_text(ENDS)
        self.save("factor.py", "FACTOR = 2")
        self.save("step.py", STEP)
        self.graph()
        command = [str(Path(sys.executable).with_name("sensegraph")), "run", str(folder / "graph.yaml"), "--reload"]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=self.said.open("w"), start_new_session=True,
            env=os.environ | {"XDG_RUNTIME_DIR": str(folder), "COLUMNS": "400"},
        )  # fmt: skip

    def save(self, name: str, text: str) -> None:
        """Save as editors do: a new file takes the place of the old one."""
        new = self.folder / f"{name}~"
        new.write_text(text)
        new.replace(self.folder / name)

    def graph(self, params: str = "") -> None:
        self.save("graph.yaml", GRAPH.format(params=params, out=self.out, group=self.group))

    def rows(self) -> list[list[str]]:
        """Return what was written: number, count, multiple, `live`, `fixed`."""
        text = self.out.read_text() if self.out.exists() else ""
        return [line.split() for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def until(self, what: str, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not holds() and time.monotonic() < deadline and self.process.poll() is None:
            time.sleep(0.02)
        assert holds(), f"not {what}: {self.said.read_text()}"

    def until_row(self, holds: Callable[[list[str]], bool]) -> None:
        self.until("written", lambda: bool(self.rows()) and holds(self.rows()[-1]))

    def until_said(self, text: str) -> None:
        self.until(f"said: {text}", lambda: text in self.said.read_text())

    def end(self) -> int:
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(30)

    def assert_nothing_lost(self) -> None:
        """Each number was written once and counted once, and nothing was started anew because it had failed."""
        numbers = [int(row[0]) for row in self.rows()]
        assert numbers == list(range(len(numbers)))
        assert [int(row[1]) for row in self.rows()] == [n + 1 for n in numbers]
        assert "restarting" not in self.said.read_text()


@pytest.fixture
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Return a run that goes on; with two of its nodes in one process where the test says so."""
    made = Bench(tmp_path, getattr(request, "param", ""))
    yield made
    if made.process.poll() is None:
        made.process.kill()
        made.process.wait()


def test_a_run_follows_its_files_and_loses_nothing(bench: Bench) -> None:
    """Files and parameters take effect; what is wrong is told and changes nothing; each packet counts once."""
    bench.until_row(lambda row: int(row[0]) > 10)
    bench.save("step.py", STEP.replace("FACTOR * n", "3 * n"))
    bench.until_row(lambda row: int(row[2]) == 3 * int(row[0]))
    bench.until_said("reloaded step.py")

    bench.save("step.py", STEP.replace("FACTOR * n", "4 * / n"))
    bench.until_said("'step.py' cannot be imported: SyntaxError")
    assert f"See {bench.folder / 'step.py'}:23." in bench.said.read_text()
    bench.save("step.py", STEP.replace('inputs = {"n"', 'inputs = {"m"'))
    bench.until_said("there is no such input; count has: m")
    bench.save("step.py", STEP.replace("FACTOR * n", "5 * n"))
    bench.until_row(lambda row: int(row[2]) == 5 * int(row[0]))

    bench.graph("live: b,")
    bench.until_row(lambda row: row[3] == "b")
    bench.until_said("node 'count': live a -> b")
    bench.graph("live: b, fixed: y,")
    bench.until_row(lambda row: row[3:] == ["b", "y"])
    bench.until_said("started anew with another count.fixed")
    with (bench.folder / "graph.yaml").open("a") as file:
        file.write("  more: {type: ./ends.py:Numbers}\n")
    bench.until_said("other nodes or connections need a new run")
    last = int(bench.rows()[-1][0])
    bench.until_row(lambda row: int(row[0]) > last)

    assert bench.end() == 130
    bench.assert_nothing_lost()


@pytest.mark.parametrize("bench", [", process: both"], indirect=True)
def test_what_two_nodes_hand_on_in_one_process_is_kept_too(bench: Bench) -> None:
    """They are replaced together, here because a file changed that one of them imports from its folder."""
    bench.until_row(lambda row: int(row[0]) > 10)
    bench.save("factor.py", "FACTOR = 7")
    bench.until_row(lambda row: int(row[2]) == 7 * int(row[0]))
    bench.until_said("node 'count, write': reloaded factor.py")
    assert bench.end() == 130
    bench.assert_nothing_lost()


def test_in_one_process_nothing_can_be_replaced(tmp_path: Path) -> None:
    """`--reload` is refused with `--in-process`."""
    (tmp_path / "ends.py").write_text(ENDS)
    (tmp_path / "g.yaml").write_text("version: 1\nnodes:\n  numbers: {type: ./ends.py:Numbers}\n")
    assert "--reload" in refused("run", str(tmp_path / "g.yaml"), "--reload", "--in-process")
