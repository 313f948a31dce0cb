"""Adjusted probabilities at each answer to an exposure, a panel an exposure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from campaign_effect.analyses.effects.dose_response import Dose, DoseResponseResult
from campaign_effect.apa.blocks import Figure, Text
from campaign_effect.apa.figures.generic import LINE, figures, tidy_axes, wrapped
from campaign_effect.apa.style import Style, plain
from campaign_effect.apa.tables.dose_response import is_number
from campaign_effect.apa.tables.generic import grouped
from campaign_effect.apa.tables.models import answer_text
from campaign_effect.results import Kind

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

ACROSS: Final = 3
"""Panels beside each other."""

FEW: Final = 3
"""Answers with so many have room for their labels as they are."""


@figures.register
def _(result: DoseResponseResult) -> tuple[Figure, ...]:
    return tuple(
        _figure(result, outcome, rows)
        for outcome, rows in grouped(result.doses, "outcome").items()
    )


def _figure(result: DoseResponseResult, outcome: str, rows: list[Dose]) -> Figure:
    def draw(canvas: Canvas, style: Style) -> None:
        _draw(canvas, style, outcome, rows)

    panels = grouped(rows, "term")
    said = tuple(_alt(term, found) for term, found in panels.items())
    return Figure(
        id=f"dose_response_{outcome}",
        title=Text.of("title.dose_response.figure", outcome=outcome),
        alt=Text.of("alt.doses", outcome=outcome, panels=said),
        draw=draw,
        size=(6.5, 0.4 + 2.6 * math.ceil(len(panels) / ACROSS)),
        notes=((Text.of("note.figure.dose_response", level=result.level),),),
        glossary=result.glossary,
    )


def _alt(term: str, rows: list[Dose]) -> Text:
    kind = "number" if is_number(rows[0]) else "share"
    doses = tuple(
        Text.of(f"alt.dose_{kind}", answer=answer_text(term, row.dose), estimate=row.estimate)
        for row in rows
    )
    return Text.of("alt.dose_panel", exposure=term, doses=doses)


def _draw(canvas: Canvas, style: Style, outcome: str, rows: list[Dose]) -> None:
    panels = grouped(rows, "term")
    across = min(ACROSS, len(panels))
    down = math.ceil(len(panels) / ACROSS)
    grid = canvas.subplots(down, across, sharey=True, squeeze=False)
    for axes, (term, found) in zip(grid.flat, panels.items(), strict=False):
        _panel(axes, style, term, found)
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    kind = Kind.NUMBER if is_number(rows[0]) else Kind.PROPORTION
    for row in grid:
        row[0].yaxis.set_major_formatter(
            lambda y, _: style.show(y, kind, 2 if kind is Kind.NUMBER else 0)
        )
        label = style.show(outcome, Kind.NAME)
        row[0].set_ylabel(wrapped(label if kind is Kind.NUMBER else f"{label} (%)", 28))


def _panel(axes: Axes, style: Style, term: str, rows: list[Dose]) -> None:
    """Draw a dot and a bar an answer, joined in the order of the answers."""
    x = np.arange(len(rows))
    y = np.array([row.estimate for row in rows])
    low = [np.nan if row.conf_low is None else row.conf_low for row in rows]
    high = [np.nan if row.conf_high is None else row.conf_high for row in rows]
    axes.plot(x, y, color=LINE, linewidth=0.8, alpha=0.5)
    axes.vlines(x, low, high, color=LINE, linewidth=1.6)
    axes.plot(x, y, "o", color=LINE, markersize=4.5)
    labels = [wrapped(plain(style.say(answer_text(term, row.dose))), 14) for row in rows]
    is_long = len(rows) > FEW and max(map(len, labels)) > FEW
    axes.set_xticks(
        x,
        labels,
        fontsize=7.5,
        rotation=35 if is_long else 0,
        ha="right" if is_long else "center",
        rotation_mode="anchor" if is_long else "default",
    )
    axes.set_xlim(-0.5, len(rows) - 0.5)
    axes.set_title(wrapped(style.show(term, Kind.NAME), 26), fontsize=8.5)
    axes.grid(axis="y", color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    tidy_axes(axes)
