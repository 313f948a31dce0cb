"""Forest plots: average effects with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_effect.analyses.effects.margins import AverageEffect, MarginsResult
from campaign_effect.apa.blocks import Figure, Text
from campaign_effect.apa.figures.generic import (
    INK,
    LINE,
    figures,
    tidy_axes,
    wrapped,
)
from campaign_effect.apa.style import Style, plain
from campaign_effect.apa.tables.generic import grouped
from campaign_effect.apa.tables.models import contrast_label, unit_of
from campaign_effect.results import Kind

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas


WHOLE_POINT = 0.01
"""Ticks at least a percentage point apart need no decimals."""


@figures.register
def _(result: MarginsResult) -> tuple[Figure, ...]:
    return tuple(
        _forest(result, outcome, rows)
        for outcome, rows in grouped(result.effects, "outcome").items()
    )


def _forest(result: MarginsResult, outcome: str, rows: list[AverageEffect]) -> Figure:
    def draw(canvas: Canvas, style: Style) -> None:
        _draw_forest(canvas, style, rows)

    unit = unit_of(rows[0])
    said = tuple(_alt(row) for row in rows)
    return Figure(
        id=f"effects_{outcome}",
        title=Text.of("title.figure.effects", outcome=outcome),
        alt=Text.of(f"alt.{unit}", outcome=outcome, effects=said),
        draw=draw,
        size=(6.5, 1.0 + 0.38 * len(rows)),
        notes=((Text.of(f"note.figure.{unit}", outcome=outcome, level=result.level),),),
        glossary=result.glossary,
    )


def _alt(row: AverageEffect) -> Text:
    facts = {"estimate": row.estimate, "low": row.conf_low, "high": row.conf_high}
    one = {"effects": "alt.effect", "numbers": "alt.number"}[unit_of(row)]
    return Text.of(one, label=contrast_label(row), **facts)


def _draw_forest(canvas: Canvas, style: Style, rows: list[AverageEffect]) -> None:
    """Draw a dot and a line a row, its numbers on the right."""
    axes = canvas.subplots()
    axes.axvline(0, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    numbers = axes.secondary_yaxis("right")
    labels, shown = [], []
    for place, row in enumerate(rows):
        if row.conf_low is not None and row.conf_high is not None:
            axes.plot([row.conf_low, row.conf_high], [place, place], color=LINE, linewidth=1.6)
        axes.plot(row.estimate, place, "o", color=LINE, markersize=5)
        labels.append(wrapped(plain(style.say(contrast_label(row))), 40))
        shown.append(_numbers(row, style))
    axes.set_yticks(range(len(rows)), labels)
    numbers.set_yticks(range(len(rows)), shown, fontsize=8)
    numbers.tick_params(length=0)
    numbers.spines["right"].set_visible(False)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    _label_axis(axes, style, unit_of(rows[0]))
    axes.grid(axis="x", color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    tidy_axes(axes)


def _label_axis(axes: Axes, style: Style, unit: str) -> None:
    """Show points of a probability, without decimals where they are whole, or numbers."""
    first, second, *_ = axes.get_xticks()
    digits = 0 if second - first >= WHOLE_POINT else 1
    kind, digits = (Kind.POINTS, digits) if unit == "effects" else (Kind.NUMBER, 2)
    axes.xaxis.set_major_formatter(lambda x, _: style.show(x, kind, digits))
    axes.set_xlabel(style.word(f"axis.{unit}"))


def _numbers(row: AverageEffect, style: Style) -> str:
    kind = Kind.POINTS if unit_of(row) == "effects" else Kind.NUMBER
    estimate = style.show(row.estimate, kind)
    if row.conf_low is None or row.conf_high is None:
        return estimate
    low, high = (style.show(bound, kind) for bound in (row.conf_low, row.conf_high))
    return f"{estimate} [{low}{style.marks.between}{high}]"
