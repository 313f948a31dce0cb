"""Item-total profiles: how much each item goes with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_effect.analyses.reliability import ItemReliability, ReliabilityResult
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
from campaign_effect.apa.tables.generic import grouped
from campaign_effect.results import Kind

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

LEAST_CORRECTED = 0.30
"""A convention: an item below says little of what the others say."""

RAW = DIVERGING[1]


@figures.register
def _(result: ReliabilityResult) -> tuple[Figure, ...]:
    rows = [row for row in result.items if row.group is None and row.item_rest_r is not None]
    return (_profile(result, rows),) if rows else ()


def _profile(result: ReliabilityResult, rows: list[ItemReliability]) -> Figure:
    by_construct = grouped(rows, "construct")

    def draw(canvas: Canvas, style: Style) -> None:
        _draw_profile(canvas, style, by_construct)

    height = 0.9 + 0.3 * len(rows) + 0.45 * len(by_construct)
    return Figure(
        id="reliability_items",
        title=Text(id="title.figure.items"),
        alt=Text.of("alt.items", items=tuple(_alt(row) for row in rows)),
        draw=draw,
        size=(6.5, height),
        notes=((Text.of("note.figure.items", least=LEAST_CORRECTED),),),
        glossary=result.glossary,
    )


def _alt(row: ItemReliability) -> Text:
    return Text.of("alt.item_rest", item=row.item, r=row.item_rest_r)


def _draw_profile(
    canvas: Canvas, style: Style, by_construct: dict[str, list[ItemReliability]]
) -> None:
    """Draw a panel a construct, an item a line, the raw correlation behind the corrected."""
    heights = [len(rows) + 1.2 for rows in by_construct.values()]
    panels = canvas.subplots(
        len(by_construct), 1, sharex=True, height_ratios=heights, squeeze=False
    )[:, 0]
    lowest = min(row.item_rest_r or 0.0 for rows in by_construct.values() for row in rows)
    for axes, (construct, rows) in zip(panels, by_construct.items(), strict=True):
        _draw_panel(axes, style, construct, rows)
        axes.set_xlim(min(0.0, lowest - 0.05), 1.0)
    panels[-1].set_xlabel(style.word("axis.item_r"))
    panels[-1].xaxis.set_major_formatter(lambda x, _: style.show(x, Kind.BOUNDED, 1))
    canvas.legend(
        *panels[0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=2,
        frameon=False,
        fontsize=8,
    )


def _draw_panel(axes: Axes, style: Style, construct: str, rows: list[ItemReliability]) -> None:
    places = range(len(rows))
    corrected = [row.item_rest_r or 0.0 for row in rows]
    total = [row.item_total_r or 0.0 for row in rows]
    axes.axvline(LEAST_CORRECTED, color=INK, linewidth=0.7, linestyle=(0, (4, 3)))
    axes.hlines(places, corrected, total, color="#cfcfcf", linewidth=1.4, zorder=1)
    axes.scatter(
        total, places, s=22, facecolors="white", edgecolors=RAW, linewidths=1.3, zorder=2
    )
    axes.collections[-1].set_label(style.word("axis.item_total"))
    axes.scatter(corrected, places, s=26, color=LINE, zorder=3)
    axes.collections[-1].set_label(style.word("axis.item_rest"))
    labels = [wrapped(style.show(row.item, Kind.NAME), 46) for row in rows]
    axes.set_yticks(places, labels, fontsize=8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_title(style.show(construct, Kind.NAME), fontsize=9, loc="left")
    axes.grid(axis="x", color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    tidy_axes(axes)
