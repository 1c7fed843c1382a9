"""The table of faults and the tests that carry their numbers."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parent
TABLE = TESTS.parent / "docs" / "faults.md"
PROMISED = {*range(1, 12), *range(16, 30), *range(36, 40), 42, 44}


def marked() -> dict[int, set[str]]:
    """Return number of a fault -> files with tests that are marked with it."""
    found = defaultdict(set)
    for path in TESTS.rglob("test_*.py"):
        for function in ast.walk(ast.parse(path.read_text())):
            for call in getattr(function, "decorator_list", ()):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.fault":
                    for number in call.args:
                        found[ast.literal_eval(number)].add(f"tests/{path.relative_to(TESTS)}")
    return dict(found)


def tabled() -> dict[int, set[str]]:
    """Return number of a fault -> files that the table names for it."""
    rows = re.findall(r"^\| (\d+) \|.*\|(.*)\|$", TABLE.read_text(), re.MULTILINE)
    assert len(rows) == len({number for number, _ in rows})
    return {int(number): set(re.findall(r"`(tests/[\w/]+\.py)`", files)) for number, files in rows}


def test_every_fault_that_is_promised_has_a_test() -> None:
    """None of the numbers is missing among the marks."""
    assert PROMISED - marked().keys() == set()


def test_the_table_names_the_files_of_the_marked_tests() -> None:
    """Each row those of its number, no others; and every mark has a row."""
    assert tabled() == marked()
