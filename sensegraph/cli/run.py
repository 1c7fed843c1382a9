"""`sensegraph run`: the parameters of the graph become flags."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sensegraph.cli.status import Status, fetch_models
from sensegraph.errors import GraphError, Problem
from sensegraph.launch import execute, models_of, prepare
from sensegraph.load import find_graph, load
from sensegraph.spec import Pace, ParamSpec


class GraphCommand(click.Command):
    """A command whose flags depend on the graph file that is named first."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Add the flags of the graph, then parse as usual."""
        name = next((each for each in args if not each.startswith("-")), None)
        if name is not None:
            spec = load(find_graph(name))
            ctx.meta["params"] = spec.params
            self.params = [*self.params, *(_option(param) for param in spec.params.values())]
            self.help = f"{spec.doc}\n\n{self.help}" if spec.doc else self.help
        return super().parse_args(ctx, args)


def _option(param: ParamSpec) -> click.Option:
    limits = [f"{param.min:g} to {param.max:g}"] if param.min is not None and param.max is not None else []
    limits += [" | ".join(map(str, param.choices))] if param.choices else []
    about = ", ".join(filter(None, [param.unit, *limits, f"default {param.default}"]))
    return click.Option([f"--{param.name.replace('_', '-')}", f"p_{param.name}"], help=f"{param.help} [{about}]",
                        metavar=type(param.default).__name__.upper())  # fmt: skip


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
    params = {name[2:]: value for name, value in given.items() if value is not None}
    spec = load(find_graph(graph), params, _pairs(sets))
    checked, chosen = prepare(
        spec, results=results, out=out, headless=headless, pace=Pace(pace) if pace else None, say=_say(quiet)
    )
    fetch_models(models_of(checked))
    with Status(checked, quiet=quiet or results == "-") as status:
        summary = execute(checked, pace=chosen, in_process=in_process, watch=status.show)
    if summary.error:
        click.echo(summary.error, err=True)
    if not quiet and results != "-":
        status.summarise(summary, [Path(each) for each in (out, results) if each])
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
