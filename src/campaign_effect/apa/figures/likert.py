"""Diverging bars of Likert answers; answers aside are kept apart on the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from campaign_effect.analyses.description import AnswerFrequency, DescriptionResult
from campaign_effect.apa.blocks import Figure, Note, Text
from campaign_effect.apa.figures.generic import (
    ASIDE,
    DIVERGING,
    INK,
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

LEAST_SHOWN = 0.06
"""A smaller share has no number in its bar: it would not fit."""

MOST_POINTS = 11
"""Bars of more answers, as of a slider, cannot be told apart."""

HEIGHT = 0.72
"""Of a bar; the distance between two items is 1."""


@figures.register
def _(result: DescriptionResult) -> tuple[Figure, ...]:
    return tuple(
        _diverging(result, construct, rows)
        for construct, rows in grouped(result.answers, "construct").items()
        if max(row.place for row in rows) <= MOST_POINTS
    )


def _diverging(
    result: DescriptionResult, construct: str, rows: Sequence[AnswerFrequency]
) -> Figure:
    by_item = grouped(rows, "item")

    def draw(canvas: Canvas, style: Style) -> None:
        _draw_bars(canvas, style, by_item)

    return Figure(
        id=f"answers_{construct}",
        title=Text.of("title.figure.answers", construct=construct),
        alt=Text.of("alt.answers", construct=construct, items=_alt_items(by_item)),
        draw=draw,
        size=(6.5, 1.2 + 0.52 * len(by_item)),
        notes=((Text(id="note.figure.answers"), *_hidden(rows)),),
        glossary=result.glossary,
    )


def _hidden(rows: Sequence[AnswerFrequency]) -> Note:
    """Say that hidden answers are not drawn, where there are any."""
    is_any = any(row.is_suppressed for row in rows)
    return (Text(id="note.figure.hidden"),) if is_any else ()


def _alt_items(by_item: dict[str, list[AnswerFrequency]]) -> tuple[Text, ...]:
    return tuple(
        Text.of("alt.item_hidden", item=item)
        if _is_hidden(rows)
        else Text.of("alt.item", item=item, share=_upper_share(rows))
        for item, rows in by_item.items()
    )


def _is_hidden(rows: Sequence[AnswerFrequency]) -> bool:
    """Say whether answers on the scale are hidden: what is left would make a wrong bar."""
    return any(row.is_suppressed for row in rows if row.place)


def _upper_share(rows: Sequence[AnswerFrequency]) -> float:
    """Give the share above the middle of the scale, of the substantive answers."""
    shares = _shares(rows)
    return sum(shares[-(len(shares) // 2) :])


def _draw_bars(canvas: Canvas, style: Style, by_item: dict[str, list[AnswerFrequency]]) -> None:
    """Draw the bars of the scale around zero, and answers aside on axes of their own."""
    has_aside = any(row.share for rows in by_item.values() for row in rows if not row.place)
    if has_aside:
        scale_axes, aside_axes = canvas.subplots(1, 2, sharey=True, width_ratios=[6, 1])
        _draw_aside(aside_axes, style, by_item)
    else:
        scale_axes = canvas.subplots()
    first = next(iter(by_item.values()))
    points = [row for row in first if row.place]
    colours = _colours(len(points))
    shares = np.array([_shares(rows) for rows in by_item.values()])
    left = -_below_zero(shares)
    for place, point in enumerate(points):
        width = shares[:, place]
        label = style.show(point.answer, Kind.NAME)
        scale_axes.barh(
            range(len(by_item)),
            width,
            left=left,
            color=colours[place],
            label=label,
            height=0.72,
        )
        _write_shares(scale_axes, style, left, width, colours[place])
        left = left + width
    _mark_hidden(scale_axes, style, by_item)
    _finish(scale_axes, style, list(by_item))
    canvas.legend(
        *scale_axes.get_legend_handles_labels(),
        loc="outside lower center",
        ncols=min(len(points), 5),
        frameon=False,
        fontsize=8,
        handlelength=1.0,
        columnspacing=1.2,
    )


def _mark_hidden(axes: Axes, style: Style, by_item: dict[str, list[AnswerFrequency]]) -> None:
    """Write the sign of hidden numbers where a bar is not drawn."""
    for at, rows in enumerate(by_item.values()):
        if _is_hidden(rows):
            text = style.word("word.suppressed")
            over_line = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
            axes.text(0, at, text, ha="center", va="center", fontsize=7.5, bbox=over_line)


def _draw_aside(axes: Axes, style: Style, by_item: dict[str, list[AnswerFrequency]]) -> None:
    """Draw the share of all who answered aside."""
    left = np.zeros(len(by_item))
    asides = [[row for row in rows if not row.place] for rows in by_item.values()]
    for place, point in enumerate(asides[0]):
        width = np.array([rows[place].share or 0.0 for rows in asides])
        label = style.show(point.answer, Kind.NAME)
        colour = ASIDE[place % len(ASIDE)]
        axes.barh(range(len(by_item)), width, HEIGHT, left, color=colour, label=label)
        left = left + width
    axes.set_xlim(0, max(0.1, left.max() * 1.1))
    axes.set_title(style.word("word.aside"), fontsize=8)
    axes.xaxis.set_major_formatter(lambda x, _: style.show(x, Kind.PROPORTION, 0))
    tidy_axes(axes)


def _shares(rows: Sequence[AnswerFrequency]) -> list[float]:
    """Give the shares of the substantive answers; all 0, and so not drawn, if one is hidden."""
    is_hidden = _is_hidden(rows)
    return [0.0 if is_hidden else row.share_on_scale or 0.0 for row in rows if row.place]


def _below_zero(shares: np.ndarray) -> np.ndarray:
    """Add up the shares left of zero: those below the middle and half of the middle."""
    k = shares.shape[1]
    half = shares[:, : k // 2].sum(axis=1)
    return np.asarray(half + (shares[:, k // 2] / 2 if k % 2 else 0.0))


def _colours(k: int) -> list[str]:
    """Choose k colours from brown over grey to teal."""
    middle = len(DIVERGING) // 2
    side = k // 2
    places = {1: [1], 2: [0, 1], 3: [0, 1, 2]}.get(side)
    if places is None:
        return [DIVERGING[round(i * (len(DIVERGING) - 1) / (k - 1))] for i in range(k)]
    low = [DIVERGING[i] for i in places]
    high = [DIVERGING[-1 - i] for i in reversed(places)]
    return [*low, *([DIVERGING[middle]] if k % 2 else []), *high]


def _write_shares(
    axes: Axes, style: Style, left: np.ndarray, width: np.ndarray, colour: str
) -> None:
    ink = "white" if colour in (DIVERGING[0], DIVERGING[-1]) else INK
    for row, (start, share) in enumerate(zip(left, width, strict=True)):
        if share >= LEAST_SHOWN:
            shown = style.show(float(share), Kind.PROPORTION, 0)
            middle = start + share / 2
            axes.text(middle, row, shown, ha="center", va="center", fontsize=7.5, color=ink)


def _finish(axes: Axes, style: Style, items: Sequence[str]) -> None:
    axes.axvline(0, color=INK, linewidth=0.6, zorder=0)
    labels = [wrapped(style.show(item, Kind.NAME), 42) for item in items]
    axes.set_yticks(range(len(items)), labels)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(lambda x, _: style.show(abs(x), Kind.PROPORTION, 0))
    axes.set_xlabel(style.word("axis.share_of_answers"))
    tidy_axes(axes)
