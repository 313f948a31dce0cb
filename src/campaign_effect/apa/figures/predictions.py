"""Curves of average predictions with their bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from campaign_effect.analyses.effects.predictions import Prediction, PredictionResult
from campaign_effect.apa.blocks import Figure, Text
from campaign_effect.apa.figures.generic import LINE, figures, tidy_axes, wrapped
from campaign_effect.apa.style import Style, plain
from campaign_effect.apa.tables.generic import grouped
from campaign_effect.apa.tables.models import answer_text
from campaign_effect.results import Kind

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

COLOURS = (LINE, "#8c510a", "#35978f", "#bf812d", "#4d4d4d")
DASHES = ("-", "--", "-.", ":", (0, (1, 1)))
"""Curves are told apart in grey, too."""


@figures.register
def _(result: PredictionResult) -> tuple[Figure, ...]:
    return tuple(
        _figure(result, outcome, rows)
        for outcome, rows in grouped(result.predictions, "outcome").items()
    )


def _figure(result: PredictionResult, outcome: str, rows: list[Prediction]) -> Figure:
    def draw(canvas: Canvas, style: Style) -> None:
        _draw(canvas, style, outcome, rows)

    term = rows[0].term
    said = tuple(
        Text.of("alt.prediction", estimate=row.estimate, low=row.conf_low, high=row.conf_high)
        for row in rows
    )
    return Figure(
        id=f"predictions_{outcome}_{term}",
        title=Text.of("title.predictions", outcome=outcome, term=term),
        alt=Text.of("alt.predictions", outcome=outcome, term=term, predictions=said),
        draw=draw,
        size=(6.5, 3.6),
        notes=((Text.of("note.figure.predictions", level=result.level),),),
        glossary=result.glossary,
    )


def _draw(canvas: Canvas, style: Style, outcome: str, rows: list[Prediction]) -> None:
    axes = canvas.subplots()
    by_category = grouped(rows, "category")
    for place, (category, found) in enumerate(by_category.items()):
        _curve(axes, found, place, category)
    kind = Kind.NUMBER if rows[0].model == "model.ols" else Kind.PROPORTION
    axes.yaxis.set_major_formatter(
        lambda y, _: style.show(y, kind, 0 if kind != "number" else 2)
    )
    axes.set_xlabel(wrapped(style.show(rows[0].term, Kind.NAME), 70))
    axes.set_ylabel(wrapped(style.show(outcome, Kind.NAME), 36))
    _label_answers(axes, style, next(iter(by_category.values())))
    axes.grid(axis="y", color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    if len(by_category) > 1:
        axes.legend(frameon=False, fontsize=8)
    tidy_axes(axes)


def _label_answers(axes: Axes, style: Style, rows: list[Prediction]) -> None:
    """Name levels, and numbers that are the points of a scale."""
    values = [row.value for row in rows if row.value is not None]
    if not all(value.is_integer() for value in values):
        return
    answers = [row.value if row.level is None else row.level for row in rows]
    texts = [answer_text(row.term, at) for row, at in zip(rows, answers, strict=True)]
    labels = [wrapped(plain(style.say(text)), 16) for text in texts]
    axes.set_xticks(np.array(values or range(len(rows)), dtype=float), labels)


def _curve(axes: Axes, rows: list[Prediction], place: int, category: str | None) -> None:
    """Draw a line with its band over numbers, dots with bars over levels."""
    colour = COLOURS[place % len(COLOURS)]
    y = np.array([row.estimate for row in rows])
    low = np.array([np.nan if row.conf_low is None else row.conf_low for row in rows])
    high = np.array([np.nan if row.conf_high is None else row.conf_high for row in rows])
    if rows[0].level is None:
        x = np.array([row.value for row in rows], dtype=float)
        dash = DASHES[place % len(DASHES)]
        axes.plot(x, y, color=colour, linestyle=dash, linewidth=1.8, label=category)
        axes.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)
    else:
        x = np.arange(len(rows)) + 0.08 * place
        axes.vlines(x, low, high, color=colour, linewidth=1.6)
        axes.plot(x, y, "o", color=colour, label=category)
