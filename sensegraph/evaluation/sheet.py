"""An HTML page that needs nothing else: no script, no network, no file beside it."""

from __future__ import annotations

from collections.abc import Sequence

from sensegraph.evaluation.plot import text

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2330; background: #fff; margin: 2em auto; max-width: 1040px;
       padding: 0 1em; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2.2em; } h3 { font-size: 1em; margin: 1.2em 0 .2em; }
table { border-collapse: collapse; font-size: 13px; }
th, td { text-align: left; padding: 3px 14px 3px 0; border-bottom: 1px solid #e4e7ec; vertical-align: top; }
th { font-weight: 600; white-space: nowrap; } td { font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; } code { font-size: 13px; overflow-wrap: anywhere; }
p { max-width: 46em; } .note { color: #5a6474; font-size: 13px; }
.key { display: inline-block; margin-right: 1.2em; font-size: 13px; }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def sheet(title: str, body: str) -> str:
    """Return the page around a body, whose texts are escaped already."""
    head = f'<meta charset="utf-8"/><meta http-equiv="Content-Security-Policy" content="{POLICY}"/>'
    head += f'<meta name="viewport" content="width=device-width"/><title>{text(title)}</title><style>{STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body>{body}</body></html>\n'


def grid(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table of plain texts; without headings where there are none."""
    top = "".join(f"<th>{text(each)}</th>" for each in heads)
    body = "".join(f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<div class='scroll'><table>{f'<tr>{top}</tr>' if top else ''}{body}</table></div>"
