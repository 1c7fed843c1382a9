"""A table of figures on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table

Row = Sequence[str]
LEAST_OF_NAMES = 24


def figures(headings: Row, rows: Sequence[Row], *, title: str = "", marked: Sequence[bool] = ()) -> Table:
    """Return a table whose first column is names, which go on in the next line where there is no room; the last is cut.

    Args:
        headings: Of the columns.
        rows: Their cells, plain text.
        title: Above the table.
        marked: For each row, whether it stands out.
    """
    table = Table(title=escape(title) or None, title_justify="left", box=SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    columns = list(zip(headings, *rows, strict=True))
    for number, cells in enumerate(columns):
        first, last = number == 0, number == len(columns) - 1
        width = min(max(map(len, cells)), LEAST_OF_NAMES if first else 1000)
        table.add_column(
            cells[0],
            justify="left" if first or last else "right",
            no_wrap=not first,
            overflow="fold" if first else "ellipsis",
            min_width=0 if last else width,
        )
    for number, row in enumerate(rows):
        table.add_row(*map(escape, row), style="yellow" if marked and marked[number] else "")
    return table
