"""`sensegraph show`: a graph as text, Mermaid, SVG or JSON."""

from __future__ import annotations

import json
from html import escape

import click
import networkx as nx

from sensegraph.cli import printable
from sensegraph.errors import GraphError, Problem
from sensegraph.label import Label, words
from sensegraph.load import find_graph, load
from sensegraph.privacy import told
from sensegraph.spec import EdgeSpec, GraphSpec

BOX_W, BOX_H, GAP_X, GAP_Y = 150, 46, 70, 26


@click.command()
@click.argument("graph")
@click.option("--format", "form", type=click.Choice(["text", "mermaid", "svg", "json"]), default="text")
def show(graph: str, form: str) -> None:
    """Draw GRAPH without running anything of it."""
    spec = load(find_graph(graph))
    if unknown := [edge for edge in spec.edges if edge.source not in spec.nodes]:
        remedy = "`sensegraph check` tells all that is wrong."
        raise GraphError(
            [Problem(e.where, f"{e.target}.inputs.{e.input}: there is no node '{e.source}'", remedy) for e in unknown]
        )
    click.echo({"text": as_text, "mermaid": as_mermaid, "svg": as_svg, "json": as_json}[form](spec))


def as_text(spec: GraphSpec) -> str:
    """Return one line per node, from the sources to the sinks, with what it takes."""
    lines = [spec.doc, ""] if spec.doc else []
    width = max(map(len, spec.nodes), default=0)
    for name in _ordered(spec):
        inputs = ", ".join(f"{e.input} <- {e.source}.{e.output}" for e in spec.edges if e.target == name)
        lines.append(f"{name:{width}}  {spec.nodes[name].type:20}  {inputs}".rstrip())
    lines += ["", *(f"privacy  {text}" for text in told(_labels(spec)))] if spec.privacy else []
    return printable("\n".join(lines))


def _labels(spec: GraphSpec) -> dict[str, frozenset[Label]]:
    """Return stream -> the labels that the file puts to it: whereto they go on only the nodes' classes know."""
    return {each.stream: each.labels for each in spec.privacy}


def as_mermaid(spec: GraphSpec) -> str:
    """Return a Mermaid flowchart."""
    lines = ["flowchart LR"]
    ids = {name: f"n{number}" for number, name in enumerate(spec.nodes)}  # a node may have a name like `end`
    lines += [f'    {ids[name]}["{name}<br/>{_entities(node.type)}"]' for name, node in spec.nodes.items()]
    lines += [f'    {ids[e.source]} -->|"{_entities(_flow(spec, e))}"| {ids[e.target]}' for e in spec.edges]
    return "\n".join(lines)


def _flow(spec: GraphSpec, edge: EdgeSpec) -> str:
    """Return the output at which an edge begins, with the labels that the file puts to it."""
    labels = _labels(spec).get(f"{edge.source}.{edge.output}")
    return f"{edge.output}: {words(labels)}" if labels else edge.output


def _entities(text: str) -> str:
    """Return a text for a quoted label of Mermaid, which is HTML with entities of the form `#60;`."""
    return "".join(each if each.isalnum() or each in " ._:/-" else f"#{ord(each)};" for each in printable(text))


def as_json(spec: GraphSpec) -> str:
    """Return nodes, edges and privacy labels as JSON."""
    nodes = {name: {"type": node.type, "params": node.params} for name, node in spec.nodes.items()}
    edges = [{"from": f"{e.source}.{e.output}", "to": f"{e.target}.{e.input}"} for e in spec.edges]
    labels = {stream: sorted(each) for stream, each in _labels(spec).items()}
    return json.dumps({"nodes": nodes, "edges": edges, "privacy": labels}, indent=2, default=str)


def as_svg(spec: GraphSpec) -> str:
    """Return a drawing in layers, from the sources on the left to the sinks on the right."""
    places = _places(spec)
    width = max((x for x, _ in places.values()), default=0) + BOX_W + 20
    height = max((y for _, y in places.values()), default=0) + BOX_H + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="system-ui, sans-serif">',
        '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#6b7a8f"/></marker></defs>',
    ]
    for edge in spec.edges:
        (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
        x1, y1, y2 = x1 + BOX_W, y1 + BOX_H // 2, y2 + BOX_H // 2
        bend = max(30, (x2 - x1) // 2)
        parts.append(
            f'<path d="M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}" fill="none" stroke="#6b7a8f" '
            f'stroke-width="1.4" marker-end="url(#a)"><title>{escape(printable(_flow(spec, edge)))}</title></path>'
        )
    for name, (x, y) in places.items():
        parts.append(
            f'<rect x="{x}" y="{y}" width="{BOX_W}" height="{BOX_H}" rx="8" fill="#eef3fa" stroke="#3d6db5"/>'
            f'<text x="{x + BOX_W / 2}" y="{y + 19}" text-anchor="middle" font-size="14" font-weight="600" '
            f'fill="#1d2b40">{escape(name)}</text><text x="{x + BOX_W / 2}" y="{y + 36}" text-anchor="middle" '
            f'font-size="11" fill="#5a6b80">{escape(printable(spec.nodes[name].type))}</text>'
        )
    return "\n".join([*parts, "</svg>"])


def _network(spec: GraphSpec) -> nx.DiGraph[str]:
    network: nx.DiGraph[str] = nx.DiGraph()
    network.add_nodes_from(spec.nodes)
    network.add_edges_from((e.source, e.target) for e in spec.edges if {e.source, e.target} <= spec.nodes.keys())
    return network


def _ordered(spec: GraphSpec) -> list[str]:
    network = _network(spec)
    return list(nx.topological_sort(network)) if nx.is_directed_acyclic_graph(network) else list(spec.nodes)


def _places(spec: GraphSpec) -> dict[str, tuple[int, int]]:
    network = _network(spec)
    layers = {name: 0 for name in spec.nodes}
    for name in _ordered(spec):
        for source in network.predecessors(name):
            layers[name] = max(layers[name], layers[source] + 1)
    rows: dict[int, int] = {}
    places = {}
    for name in _ordered(spec):
        row = rows[layers[name]] = rows.get(layers[name], -1) + 1
        places[name] = (10 + layers[name] * (BOX_W + GAP_X), 10 + row * (BOX_H + GAP_Y))
    return places
