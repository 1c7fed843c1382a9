"""Commands on a graph: its parameters become flags."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from sensegraph.cli import printable
from sensegraph.errors import GraphError, Problem
from sensegraph.load import find_graph, limits, load
from sensegraph.secrets import masked
from sensegraph.spec import GraphSpec, Pace, ParamSpec

GRAPH = "sensegraph.graph"
"""Key of the graph in the context of the command."""

SETS = click.option("--set", "sets", multiple=True, metavar="NODE.PARAM=VALUE", help="Set a parameter of a node.")

PACE = click.option(
    "--pace", type=click.Choice([pace.value for pace in Pace]), help="Default: fast for files without a window."
)


def running(command: Callable[..., int]) -> Callable[..., int]:
    """Add the flags that `run`, `record` and `replay` have in common."""
    flags = (
        click.option("--headless", is_flag=True, help="Take windows out."),
        click.option(
            "--results", type=click.Path(dir_okay=False), help="Every result as a line of JSON; - is standard output."
        ),
        click.option("--out", type=click.Path(dir_okay=False), help="The composited picture as video."),
        click.option("--in-process", is_flag=True, help="All nodes in threads of this process."),
        SETS,
        click.option("--quiet", is_flag=True, help="No status line and no summary."),
    )
    for flag in reversed(flags):
        command = flag(command)
    return command


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
        """Return the parameters of the command and those of the graph; where a flag is in both, the command's."""
        spec: GraphSpec | None = ctx.meta.get(GRAPH)
        own = super().get_params(ctx)
        taken = {flag for each in own for flag in each.opts}
        flags = [_option(param) for param in (spec.params.values() if spec else ())]
        return [*own, *(each for each in flags if not taken.intersection(each.opts))]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say first what the graph shows."""
        if GRAPH in ctx.meta and ctx.meta[GRAPH].doc:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(ctx.meta[GRAPH].doc)
        super().format_help_text(ctx, formatter)


def params_given(ctx: click.Context, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return graph parameter -> text, of those whose flag was given."""
    flags = {name: given.get(f"p_{name.replace('-', '_')}") for name in ctx.meta[GRAPH].params}
    return {name: value for name, value in flags.items() if value is not None}


def pairs(sets: Sequence[str]) -> dict[str, str]:
    """Return `node.param` -> text of the values of `--set`.

    Raises:
        GraphError: One of them is no assignment.
    """
    found = {}
    for each in sets:
        name, mark, value = each.partition("=")
        if not mark or "." not in name:
            raise GraphError([Problem(f"--set {each}", "is not NODE.PARAM=VALUE", "For example calories.weight=65.")])
        found[name] = value
    return found


def _option(param: ParamSpec) -> click.Option:
    choices = " | ".join(map(str, param.choices))
    about = ", ".join(filter(None, [param.unit, limits(param), choices, f"default {masked(str(param.default))}"]))
    kind = "text" if param.default is None else type(param.default).__name__
    flag = param.name.replace("_", "-")
    return click.Option([f"--{flag}", f"p_{flag.replace('-', '_')}"], help=printable(f"{param.help} [{about}]".strip()),
                        metavar=kind.upper())  # fmt: skip
