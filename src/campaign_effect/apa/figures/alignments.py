"""Forest plots of groups' factor means after alignment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_effect.analyses.sem.alignment_rows import AlignedMean, AlignmentResult
from campaign_effect.apa.blocks import Figure, Text
from campaign_effect.apa.figures.generic import INK, LINE, figures, tidy_axes, wrapped
from campaign_effect.apa.style import Style
from campaign_effect.apa.tables.generic import grouped
from campaign_effect.results import Kind

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


@figures.register
def _(result: AlignmentResult) -> tuple[Figure, ...]:
    return tuple(
        _forest(result, factor, sorted(rows, key=lambda row: -row.estimate))
        for factor, rows in grouped(result.means, "factor").items()
    )


def _forest(result: AlignmentResult, factor: str, rows: list[AlignedMean]) -> Figure:
    def draw(canvas: Canvas, style: Style) -> None:
        _draw(canvas, style, factor, rows)

    said = tuple(
        Text.of("alt.number", label=Text.of("word.name", name=row.group), **_facts(row))
        for row in rows
    )
    return Figure(
        id=f"alignment_{factor}",
        title=Text.of("title.alignment.figure", factor=factor, by=result.by),
        alt=Text.of("alt.alignment", factor=factor, groups=said),
        draw=draw,
        size=(6.5, 1.0 + 0.27 * len(rows)),
        notes=((Text.of("note.alignment.figure", level=result.level),),),
        glossary=result.glossary,
    )


def _facts(row: AlignedMean) -> dict[str, float]:
    """Give the mean and its interval; a mean that is fixed has no width."""
    low = row.estimate if row.conf_low is None else row.conf_low
    high = row.estimate if row.conf_high is None else row.conf_high
    return {"estimate": row.estimate, "low": low, "high": high}


def _draw(canvas: Canvas, style: Style, factor: str, rows: list[AlignedMean]) -> None:
    """Draw a dot and a line a group, hollow where the mean is fixed."""
    axes = canvas.subplots()
    axes.axvline(0, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    for place, row in enumerate(rows):
        facts = _facts(row)
        axes.plot([facts["low"], facts["high"]], [place, place], color=LINE, linewidth=1.6)
        face = "white" if row.conf_low is None else LINE
        axes.plot(row.estimate, place, "o", color=LINE, markerfacecolor=face, markersize=5)
    labels = [wrapped(style.show(row.group, Kind.NAME), 40) for row in rows]
    axes.set_yticks(range(len(rows)), labels)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.xaxis.set_major_formatter(lambda x, _: style.show(x, Kind.NUMBER))
    axes.set_xlabel(wrapped(style.show(factor, Kind.NAME), 70))
    axes.grid(axis="x", color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    tidy_axes(axes)
