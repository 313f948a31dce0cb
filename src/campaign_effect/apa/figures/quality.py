"""What is missing at a glance, and how many respondents are flagged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from campaign_effect.analyses.quality.rows import (
    FlagCount,
    PatternGap,
    QualityResult,
    QuestionQuality,
)
from campaign_effect.apa.blocks import Figure, Text
from campaign_effect.apa.figures.generic import (
    ASIDE,
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

MOST_QUESTIONS: Final = 30
"""Questions shown: those that most left open."""

COLOURS: Final = {"blank": DIVERGING[1], "aside": ASIDE[0], "impossible": DIVERGING[0]}
HIDDEN: Final = "#eadfc8"


@figures.register
def _(result: QualityResult) -> tuple[Figure, ...]:
    made = (_missing(result), _flags(result))
    return tuple(figure for figure in made if figure is not None)


def _missing(result: QualityResult) -> Figure | None:
    """Show the questions that anybody left open, in the order of the survey."""
    n = result.sample.n_total
    open_ones = [row for row in result.questions if row.missing_share > 0]
    if not open_ones:
        return None
    worst = sorted(open_ones, key=lambda row: -row.missing_share)[:MOST_QUESTIONS]
    shown = [row for row in open_ones if row in worst]
    patterns = [rows for rows in grouped(result.patterns, "pattern").values() if rows[0].item]

    def draw(canvas: Canvas, style: Style) -> None:
        _draw_missing(canvas, style, shown, patterns, n)

    return Figure(
        id="quality_missing",
        title=Text(id="title.figure.missing"),
        alt=Text.of(
            "alt.missing",
            items=tuple(
                Text.of("alt.item", item=row.item, share=row.missing_share) for row in shown
            ),
        ),
        draw=draw,
        size=(6.5, 1.4 + 0.36 * len(shown)),
        notes=((Text(id="note.figure.missing"),),),
        glossary=result.glossary,
    )


def _draw_missing(
    canvas: Canvas,
    style: Style,
    questions: list[QuestionQuality],
    patterns: list[list[PatternGap]],
    n: int,
) -> None:
    bars, grid = canvas.subplots(1, 2, sharey=True, width_ratios=[3, 2])
    _draw_bars(bars, style, questions, n)
    _draw_patterns(grid, style, [row.item for row in questions], patterns)
    canvas.legend(
        *bars.get_legend_handles_labels(),
        loc="outside lower center",
        ncols=4,
        frameon=False,
        fontsize=8,
        handlelength=1.0,
    )


def _draw_bars(axes: Axes, style: Style, questions: list[QuestionQuality], n: int) -> None:
    """Stack the reasons; where two are hidden, their sum is drawn as one."""
    left = np.zeros(len(questions))
    places = range(len(questions))
    for reason, colour in COLOURS.items():
        shares = np.array([(getattr(row, reason) or 0) / n for row in questions])
        if shares.any():
            label = style.word(f"column.{reason}")
            axes.barh(places, shares, 0.72, left, color=colour, label=label)
        left = left + shares
    rest = np.array([row.missing_share for row in questions]) - left
    if any(row.is_suppressed for row in questions):
        label = style.word("word.hidden_reason")
        axes.barh(places, rest, 0.72, left, color=HIDDEN, label=label)
    labels = [wrapped(style.show(row.item, Kind.NAME), 38) for row in questions]
    axes.set_yticks(list(places), labels, fontsize=8)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(lambda x, _: style.show(x, Kind.PROPORTION, 0))
    axes.set_xlabel(style.word("axis.missing"))
    tidy_axes(axes)


def _draw_patterns(
    axes: Axes, style: Style, items: list[str], patterns: list[list[PatternGap]]
) -> None:
    """Fill a square where a pattern lacks a question, its share on top."""
    for place, rows in enumerate(patterns):
        gaps = [items.index(row.item) for row in rows if row.item in items]
        axes.scatter([place] * len(items), range(len(items)), s=6, color="#dddddd", marker="s")
        axes.scatter([place] * len(gaps), gaps, s=34, color=LINE, marker="s")
    shares = [style.show(rows[0].share, Kind.PROPORTION) for rows in patterns]
    axes.set_xticks(range(len(patterns)), shares, fontsize=7, rotation=45)
    axes.set_xlim(-0.7, max(len(patterns), 1) - 0.3)
    axes.set_xlabel(style.word("axis.pattern"))
    axes.tick_params(left=False, labelleft=False)
    tidy_axes(axes)


def _flags(result: QualityResult) -> Figure | None:
    """Show how many respondents carry each flag that was checked."""
    checked = [row for row in result.flag_counts if row.n is not None]
    if not any(row.n for row in checked):
        return None

    def draw(canvas: Canvas, style: Style) -> None:
        _draw_flags(canvas, style, checked)

    return Figure(
        id="quality_flags",
        title=Text(id="title.figure.flags"),
        alt=Text.of(
            "alt.flags",
            flags=tuple(Text.of("alt.flag", reason=row.reason, n=row.n) for row in checked),
        ),
        draw=draw,
        size=(6.5, 0.9 + 0.3 * len(checked)),
        notes=((Text.of("note.figure.flags", n=result.sample.n_total),),),
        glossary=result.glossary,
    )


def _draw_flags(canvas: Canvas, style: Style, counts: list[FlagCount]) -> None:
    axes = canvas.subplots()
    numbers = [row.n or 0 for row in counts]
    bars = axes.barh(range(len(counts)), numbers, 0.66, color=DIVERGING[-2])
    shown = [style.show(number, Kind.COUNT) for number in numbers]
    axes.bar_label(bars, shown, padding=3, fontsize=8, color=INK)
    axes.set_yticks(range(len(counts)), [style.word(row.reason) for row in counts])
    axes.invert_yaxis()
    axes.locator_params(axis="x", integer=True)
    axes.set_xlabel(style.word("axis.flagged"))
    tidy_axes(axes)
