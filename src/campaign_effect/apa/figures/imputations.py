"""The course of the chains of an imputation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from campaign_effect.analyses.effects.rows import ChainStep, ImputedEffectResult
from campaign_effect.apa.blocks import Figure, Text
from campaign_effect.apa.figures.generic import LINE, figures, tidy_axes, wrapped
from campaign_effect.apa.style import Style
from campaign_effect.apa.tables.generic import grouped
from campaign_effect.results import Kind

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

MOST_VARIABLES: Final = 6
"""Variables shown: those with the most imputed answers."""


@figures.register
def _(result: ImputedEffectResult) -> tuple[Figure, ...]:
    return tuple(
        _chains(result, outcome, rows)
        for outcome, rows in grouped(result.chains, "outcome").items()
    )


def _chains(result: ImputedEffectResult, outcome: str, rows: list[ChainStep]) -> Figure:
    """Draw the variables that were imputed most, in the order of the survey."""
    variables = [row for row in result.variables if row.outcome == outcome]
    most = sorted(variables, key=lambda row: -row.n_imputed)[:MOST_VARIABLES]
    shown = [row for row in variables if row in most]
    courses = grouped(rows, "variable")

    def draw(canvas: Canvas, style: Style) -> None:
        _draw_chains(canvas, style, {row.variable: courses[row.variable] for row in shown})

    said = tuple(
        Text.of("alt.chain", variable=row.variable, r_hat=row.r_hat)
        for row in shown
        if row.r_hat is not None
    )
    note = Text.of("note.imputed.chains", shown=len(shown), k=len(variables))
    return Figure(
        id=f"chains_{outcome}",
        title=Text.of("title.figure.chains", outcome=outcome),
        alt=Text.of("alt.chains", variables=said),
        draw=draw,
        size=(6.5, 0.9 + 1.3 * len(shown)),
        notes=((note,),),
        glossary=result.glossary,
    )


def _draw_chains(canvas: Canvas, style: Style, courses: dict[str, list[ChainStep]]) -> None:
    """Give a variable a line of panels: the means of its chains, and their deviations."""
    grid = canvas.subplots(len(courses), 2, sharex=True, squeeze=False)
    for (left, right), (variable, rows) in zip(grid, courses.items(), strict=True):
        for chain in grouped(rows, "chain").values():
            rounds = [row.round for row in chain]
            left.plot(
                rounds, [row.mean for row in chain], color=LINE, alpha=0.35, linewidth=0.8
            )
            right.plot(rounds, [row.sd for row in chain], color=LINE, alpha=0.35, linewidth=0.8)
        left.set_title(wrapped(style.show(variable, Kind.NAME), 45), fontsize=8, loc="left")
        for axes, word in ((left, "column.mean"), (right, "column.sd")):
            axes.set_ylabel(style.word(word), fontsize=8)
            _tidy(axes, style)
    for axes in grid[-1]:
        axes.set_xlabel(style.word("axis.round"))


def _tidy(axes: Axes, style: Style) -> None:
    axes.yaxis.set_major_formatter(lambda y, _: style.show(y, Kind.NUMBER, 2))
    axes.locator_params(axis="x", integer=True)
    axes.locator_params(axis="y", nbins=4)
    axes.tick_params(labelsize=7)
    axes.grid(axis="y", color="#e4e4e4", linewidth=0.6)
    tidy_axes(axes)
