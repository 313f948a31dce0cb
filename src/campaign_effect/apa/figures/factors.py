"""Scree plots and correlation heat maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from campaign_effect.analyses.factors import FactorResult
from campaign_effect.apa.blocks import Figure, Text
from campaign_effect.apa.figures.generic import (
    DIVERGING,
    INK,
    LINE,
    figures,
    tidy_axes,
    wrapped,
)
from campaign_effect.apa.style import Style
from campaign_effect.results import Kind

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

MOST_NUMBERED = 16
"""With more items, a cell of the heat map has no room for its number."""

ROOMY = 10
"""Up to so many items, numbers in the cells can be larger."""

MOST_LABELLED = 40
PARALLEL = DIVERGING[0]


@figures.register
def _(result: FactorResult) -> tuple[Figure, ...]:
    return (_scree(result), _heat_map(result))


def _scree(result: FactorResult) -> Figure:
    def draw(canvas: Canvas, style: Style) -> None:
        _draw_scree(canvas, style, result)

    counts = {row.criterion: row.n_factors for row in result.suggestions}
    above = counts["criterion.parallel_components"]
    return Figure(
        id="factors_scree",
        title=Text(id="title.figure.scree"),
        alt=Text.of("alt.scree", above=above, first=result.eigenvalues[0].component),
        draw=draw,
        size=(6.5, 3.6),
        notes=((Text.of("note.figure.scree", n=result.n_draws),),),
        glossary=result.glossary,
    )


def _draw_scree(canvas: Canvas, style: Style, result: FactorResult) -> None:
    rows = result.eigenvalues
    places = [row.place for row in rows]
    axes = canvas.subplots()
    axes.plot(
        places,
        [row.component_quantile for row in rows],
        color=PARALLEL,
        linewidth=1.4,
        linestyle=(0, (5, 2)),
        label=style.word("axis.parallel"),
    )
    observed = [row.component for row in rows]
    axes.plot(places, observed, "o-", color=LINE, linewidth=1.6, markersize=4.5)
    axes.lines[-1].set_label(style.word("axis.observed"))
    axes.set_xlabel(style.word("axis.component"))
    axes.set_ylabel(style.word("axis.eigenvalue"))
    axes.set_xticks(places if len(places) <= 20 else places[::5])
    axes.yaxis.set_major_formatter(lambda y, _: style.show(y, Kind.NUMBER, 1))
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(frameon=False, fontsize=8)
    tidy_axes(axes)


def _heat_map(result: FactorResult) -> Figure:
    items = list(dict.fromkeys(row.item for row in result.loadings))
    places = [result.solution.items.index(item) for item in items]
    R = result.solution.correlations[np.ix_(places, places)]

    def draw(canvas: Canvas, style: Style) -> None:
        _draw_heat_map(canvas, style, R, items)

    off = R[np.triu_indices(len(R), 1)]
    side = min(1.6 + 0.32 * len(items), 7.5)
    return Figure(
        id="factors_correlations",
        title=Text(id="title.figure.correlations"),
        alt=Text.of(
            "alt.correlations", k=len(items), low=float(off.min()), high=float(off.max())
        ),
        draw=draw,
        size=(6.5, side),
        notes=((Text(id=f"note.figure.correlations.{result.basis}"),),),
        glossary=result.glossary,
    )


def _draw_heat_map(canvas: Canvas, style: Style, R: np.ndarray, items: list[str]) -> None:
    """Draw the lower triangle, brown for negative and teal for positive correlations."""
    from matplotlib.colors import LinearSegmentedColormap

    axes = canvas.subplots()
    colours = LinearSegmentedColormap.from_list(
        "correlations", [*DIVERGING[:3], "#ffffff", *DIVERGING[4:]]
    )
    shown = np.where(np.tri(len(R), k=-1, dtype=bool), R, np.nan)
    image = axes.imshow(shown, cmap=colours, vmin=-1, vmax=1, aspect="auto")
    if len(R) <= MOST_NUMBERED:
        _write_numbers(axes, style, shown)
    numbers = [str(i + 1) for i in range(len(items))]
    if len(items) <= MOST_LABELLED:
        pairs = zip(numbers, items, strict=True)
        labels = [f"{n}. {wrapped(style.show(item, Kind.NAME), 44)}" for n, item in pairs]
    else:
        labels = numbers
    axes.set_yticks(range(len(R)), labels, fontsize=7)
    axes.set_xticks(range(len(R)), numbers, fontsize=7)
    bar = canvas.colorbar(image, ax=axes, shrink=0.7, pad=0.02)
    bar.ax.yaxis.set_major_formatter(lambda y, _: style.show(y, Kind.BOUNDED, 1))
    bar.set_ticks([-1, -0.5, 0, 0.5, 1])
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=7)
    axes.spines["bottom"].set_visible(False)
    tidy_axes(axes)


def _write_numbers(axes: Axes, style: Style, shown: np.ndarray) -> None:
    size = 6.5 if len(shown) <= ROOMY else 5.2
    for (row, column), r in np.ndenumerate(shown):
        if np.isfinite(r):
            text = style.show(float(r), Kind.BOUNDED)
            ink = "white" if abs(r) > 0.7 else INK
            axes.text(column, row, text, ha="center", va="center", fontsize=size, color=ink)
