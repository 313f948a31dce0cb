"""Shares of events that occurred against those that a model expects."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from campaign_effect.analyses.effects.assumption_rows import AssumptionsResult, CalibrationRow
from campaign_effect.apa.blocks import Figure, Text
from campaign_effect.apa.figures.generic import LINE, figures, tidy_axes
from campaign_effect.apa.style import Style, plain
from campaign_effect.apa.tables.generic import grouped
from campaign_effect.results import Kind

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


@figures.register
def _(result: AssumptionsResult) -> tuple[Figure, ...]:
    return tuple(
        _figure(result, outcome, list(own))
        for outcome, rows in grouped(result.calibration, "outcome").items()
        for _, own in groupby(rows, key=lambda row: row.category)
    )


def _figure(result: AssumptionsResult, outcome: str, rows: list[CalibrationRow]) -> Figure:
    category = rows[0].category
    place = "" if category is None else f"_{1 + _categories(result, outcome).index(category)}"
    what = "calibration" if category is None else "calibration_of"
    facts = {"outcome": outcome} | ({} if category is None else {"category": category})

    def draw(canvas: Canvas, style: Style) -> None:
        _draw(canvas, style, rows)

    points = tuple(
        Text.of(
            "alt.calibration_point", observed=row.observed_share, expected=row.expected_share
        )
        for row in rows
    )
    return Figure(
        id=f"calibration_{outcome}{place}",
        title=Text.of(f"title.figure.{what}", **facts),
        alt=Text.of(f"alt.{what}", **facts, points=points),
        draw=draw,
        size=(4.2, 4.0),
        notes=((Text.of("note.figure.calibration"),),),
        glossary=result.glossary,
    )


def _categories(result: AssumptionsResult, outcome: str) -> list[str | None]:
    """List the categories of an outcome, in order."""
    own = (row.category for row in result.calibration if row.outcome == outcome)
    return list(dict.fromkeys(own))


def _draw(canvas: Canvas, style: Style, rows: list[CalibrationRow]) -> None:
    axes = canvas.subplots()
    axes.axline((0, 0), slope=1, color="#9a9a9a", linewidth=1)
    expected, observed = zip(*((r.expected_share, r.observed_share) for r in rows), strict=True)
    axes.plot(expected, observed, "o", color=LINE)
    top = min(1.0, 1.1 * max(*expected, *observed))
    axes.set(xlim=(0, top), ylim=(0, top), aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda share, _: style.show(share, Kind.PROPORTION, 0))
    axes.set_xlabel(plain(style.say(Text(id="axis.expected_events"))))
    axes.set_ylabel(plain(style.say(Text(id="axis.observed_events"))))
    axes.grid(color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    tidy_axes(axes)
