"""Shares of events that occurred against those that a model expects."""

from __future__ import annotations

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
        _figure(result, outcome, rows)
        for outcome, rows in grouped(result.calibration, "outcome").items()
    )


def _figure(result: AssumptionsResult, outcome: str, rows: list[CalibrationRow]) -> Figure:
    def draw(canvas: Canvas, style: Style) -> None:
        _draw(canvas, style, rows)

    points = tuple(
        Text.of(
            "alt.calibration_point", observed=row.observed_share, expected=row.expected_share
        )
        for row in rows
    )
    return Figure(
        id=f"calibration_{outcome}",
        title=Text.of("title.figure.calibration", outcome=outcome),
        alt=Text.of("alt.calibration", outcome=outcome, points=points),
        draw=draw,
        size=(4.2, 4.0),
        notes=((Text.of("note.figure.calibration"),),),
        glossary=result.glossary,
    )


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
