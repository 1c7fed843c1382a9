"""`sensegraph run`: the parameters of the graph become flags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from sensegraph.cli import printable, tell
from sensegraph.cli.status import Status, fetch_models
from sensegraph.errors import GraphError, Problem
from sensegraph.launch import execute, models_of, prepare
from sensegraph.load import find_graph, limits, load
from sensegraph.spec import GraphSpec, Pace, ParamSpec

GRAPH = "sensegraph.graph"
"""Key of the graph in the context of the command."""


class GraphCommand(click.Command):
    """A command whose flags depend on the graph file that is named first."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Add the flags of the graph, then parse as usual."""
        name = self._graph_of(args)
        if name is not None:
            ctx.meta[GRAPH] = load(find_graph(name))
        return super().parse_args(ctx, args)

    def _graph_of(self, args: list[str]) -> str | None:
        """Return the first word that is neither a flag nor the value of one; a flag of the graph takes a value."""
        alone = {"-h", "--help"}
        alone |= {flag for each in self.params if isinstance(each, click.Option) and each.is_flag for flag in each.opts}
        words = iter(args)
        for word in words:
            if word == "--":
                return next(words, None)
            if not word.startswith("-"):
                return word
            if word not in alone and "=" not in word:
                next(words, None)
        return None

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the parameters of the command and those of the graph."""
        spec: GraphSpec | None = ctx.meta.get(GRAPH)
        return [*super().get_params(ctx), *(_option(param) for param in (spec.params.values() if spec else ()))]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say first what the graph shows."""
        if GRAPH in ctx.meta and ctx.meta[GRAPH].doc:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(ctx.meta[GRAPH].doc)
        super().format_help_text(ctx, formatter)


def _option(param: ParamSpec) -> click.Option:
    choices = " | ".join(map(str, param.choices))
    about = ", ".join(filter(None, [param.unit, limits(param), choices, f"default {param.default}"]))
    kind = "text" if param.default is None else type(param.default).__name__
    flag = param.name.replace("_", "-")
    return click.Option([f"--{flag}", f"p_{flag.replace('-', '_')}"], help=printable(f"{param.help} [{about}]".strip()),
                        metavar=kind.upper())  # fmt: skip


@click.command(cls=GraphCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("graph")
@click.option("--headless", is_flag=True, help="Take windows out.")
@click.option(
    "--pace", type=click.Choice([pace.value for pace in Pace]), help="Default: fast for files without a window."
)
@click.option(
    "--results", type=click.Path(dir_okay=False), help="Every result as a line of JSON; - is standard output."
)
@click.option("--out", type=click.Path(dir_okay=False), help="The composited picture as video.")
@click.option("--in-process", is_flag=True, help="All nodes in threads of this process.")
@click.option("--set", "sets", multiple=True, metavar="NODE.PARAM=VALUE", help="Set a parameter of a node.")
@click.option("--quiet", is_flag=True, help="No status line and no summary.")
@click.pass_context
def run(
    ctx: click.Context,
    /,
    graph: str,
    headless: bool,
    pace: str | None,
    results: str | None,
    out: str | None,
    in_process: bool,
    sets: Sequence[str],
    quiet: bool,
    **given: Any,
) -> int:
    """Run GRAPH: a file, or the name of a shipped graph."""
    names = ctx.meta[GRAPH].params
    params = {name: value for name in names if (value := given[f"p_{name.replace('-', '_')}"]) is not None}
    spec = load(find_graph(graph), params, _pairs(sets))
    checked, chosen = prepare(
        spec, results=results, out=out, headless=headless, pace=Pace(pace) if pace else None, say=_say(quiet)
    )
    fetch_models(models_of(checked))
    with Status(checked, quiet=quiet or results == "-") as status:
        summary = execute(checked, pace=chosen, in_process=in_process, watch=status.show)
    if summary.error:
        tell(summary.error)
    if not quiet and results != "-":
        status.summarise(summary)
    return summary.exit_code


def _say(quiet: bool) -> Any:
    return (lambda text: None) if quiet else (lambda text: click.echo(text, err=True))


def _pairs(sets: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for each in sets:
        name, mark, value = each.partition("=")
        if not mark or "." not in name:
            raise GraphError([Problem(f"--set {each}", "is not NODE.PARAM=VALUE", "For example calories.weight=65.")])
        pairs[name] = value
    return pairs
