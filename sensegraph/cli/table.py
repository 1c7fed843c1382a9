"""A table of figures on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table

Row = Sequence[str]


def figures(headings: Row, rows: Sequence[Row], *, title: str = "", marked: Sequence[bool] = ()) -> Table:
    """Return a table whose first column is names and whose last may be cut short where there is no room.

    Args:
        headings: Of the columns.
        rows: Their cells, plain text.
        title: Above the table.
        marked: For each row, whether it stands out.
    """
    table = Table(title=escape(title) or None, title_justify="left", box=SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    columns = list(zip(headings, *rows, strict=True))
    for number, cells in enumerate(columns):
        last = number == len(columns) - 1
        width = None if last else max(map(len, cells))
        table.add_column(cells[0], justify="left" if last or not number else "right", no_wrap=True, min_width=width)
    for number, row in enumerate(rows):
        table.add_row(*map(escape, row), style="yellow" if marked and marked[number] else "")
    return table
