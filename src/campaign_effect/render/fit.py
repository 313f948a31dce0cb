"""How tables and pictures are made to fit a page of paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from campaign_effect.apa.document import Document, Grid, Heading, Picture, Run, Runs
from campaign_effect.render.characters import ems_wide, plain, tidy
from campaign_effect.render.columns import Column, cells_of, columns_of, spanners_of

PORTRAIT_INCHES: Final = 6.26  # A4 within margins of one inch
LANDSCAPE_INCHES: Final = 9.69
MARGIN_INCHES: Final = 0.06  # empty space on each side of a cell
INDENT_EMS: Final = 1.0  # of one step of the stub

_PICTURE_ROOM_INCHES: Final = 8.0  # of a page of A4, less the caption and a note

_SIZES: Final = (
    *((PORTRAIT_INCHES, points) for points in (11, 10, 9)),
    *((LANDSCAPE_INCHES, points) for points in (10, 9, 8, 7)),
)
_LANDSCAPE_ROOM_INCHES: Final = 4.3  # on a turned page, less heads, caption and notes
_LEADING: Final = 1.15
_SPACE_POINTS: Final = 3  # above and below a line together
_POINTS_PER_INCH: Final = 72
_SLACK_EMS: Final = 0.25  # programs round widths, and italics lean out
_LEAST_WORDS_EMS: Final = 11.0  # narrower, sentences become towers
_MOST_FREE_INCHES: Final = 1.5  # a column of numbers is not stretched beyond this


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A table measured for paper.

    Attributes
    ----------
    widths : tuple of float
        Of each column in inches, with its margins.
    points : int
        Size of type.
    is_landscape : bool
        The page is turned.
    is_squeezed : bool
        Even so, words and numbers have to be broken.
    """

    widths: tuple[float, ...]
    points: int
    is_landscape: bool
    is_squeezed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Need:
    """What a column needs in ems: broken into lines as far as can be, and unbroken."""

    least: float
    ideal: float
    is_words: bool


def fit(grid: Grid, language: str) -> Fit:
    """Measure a table for paper.

    The first size of type at which every column holds its longest word and its numbers on one
    line is taken: upright pages first, then turned ones, on which a size is preferred that
    keeps the table on one page. A table too wide even for these is squeezed into a turned page.

    Parameters
    ----------
    grid : Grid
        The table.
    language : str
        Decides where numbers line up, hence their width.

    Returns
    -------
    Fit
        The widths add up to the page at most.

    Examples
    --------
    >>> grid = Grid(id="t", number=(), title=(), spanners=(), heads=((),), lines=(), notes=())
    >>> fit(grid, "en").is_landscape
    False
    """
    columns = columns_of(grid, language)
    rows = _measured(grid, columns)
    needs = _needs(grid, columns, rows)
    found: list[Fit] = []
    for page, points in _SIZES:
        widths = _shared(needs, page, points)
        if widths is None:
            continue
        is_turned = page > PORTRAIT_INCHES
        fitted = Fit(widths=widths, points=points, is_landscape=is_turned)
        if not is_turned or _height(rows, fitted) <= _LANDSCAPE_ROOM_INCHES:
            return fitted
        found.append(fitted)
    return found[0] if found else _squeezed(needs)


def picture_width(picture: Picture) -> float:
    """Measure a picture for paper: as drawn, unless a page is too narrow or too low for it.

    Parameters
    ----------
    picture : Picture
        With its size in inches.

    Returns
    -------
    float
        Inches; the height follows.

    Examples
    --------
    >>> tall = Picture(id="f", number=(), title=(), alt="", svg=b"", png=b"", width=6.0,
    ...     height=16.0, notes=())
    >>> picture_width(tall)
    3.0
    """
    shrunk = min(1.0, _PICTURE_ROOM_INCHES / picture.height)
    return min(picture.width * shrunk, PORTRAIT_INCHES)


def _measured(grid: Grid, columns: Sequence[Column]) -> list[tuple[float, ...]]:
    """Measure the cells of every line in ems; a heading line goes over its neighbours."""
    return [
        tuple(
            ems_wide((*column.fills[row].before, *cell, *column.fills[row].after))
            + (INDENT_EMS * line.indent if place == 0 else 0.0)
            for place, (cell, column) in enumerate(
                zip(cells_of(line, len(columns)), columns, strict=True)
            )
        )
        for row, line in enumerate(grid.lines)
        if not line.is_heading
    ]


def _height(rows: Sequence[tuple[float, ...]], fitted: Fit) -> float:
    """Estimate the height of the lines of a table in inches."""
    em = fitted.points / _POINTS_PER_INCH
    inner = [(width - 2 * MARGIN_INCHES) / em for width in fitted.widths]
    depths = [
        max(ceil(ems / room) for ems, room in zip(row, inner, strict=True)) for row in rows
    ]
    return sum(depths) * _LEADING * em + len(rows) * _SPACE_POINTS / _POINTS_PER_INCH


def turned(document: Document) -> tuple[bool, ...]:
    """Say which blocks of a document stand on pages that are turned.

    Parameters
    ----------
    document : Document
        A report or a single table.

    Returns
    -------
    tuple of bool
        One a block: wide tables, and the headings right above them.

    Examples
    --------
    >>> turned(Document(language="en", title="", blocks=()))
    ()
    """
    sides: list[bool] = []
    for block in reversed(document.blocks):
        follows = bool(sides) and sides[-1] and isinstance(block, Heading)
        is_wide = isinstance(block, Grid) and fit(block, document.language).is_landscape
        sides.append(follows or is_wide)
    return tuple(reversed(sides))


def _needs(
    grid: Grid, columns: Sequence[Column], rows: Sequence[tuple[float, ...]]
) -> tuple[_Need, ...]:
    """Find what every column needs, then see that each spanner has room over its columns."""
    needs = [
        _column_need(tidy(head), max((row[place] for row in rows), default=0.0), column)
        for place, (head, column) in enumerate(zip(grid.heads, columns, strict=True))
    ]
    for spanner in spanners_of(grid):
        over = needs[spanner.first : spanner.last + 1]
        lacking = _longest_word(spanner.runs) - sum(need.least for need in over)
        share = max(lacking, 0.0) / len(over)
        needs[spanner.first : spanner.last + 1] = [
            _Need(
                least=need.least + share,
                ideal=max(need.ideal, need.least + share),
                is_words=need.is_words,
            )
            for need in over
        ]
    return tuple(needs)


def _column_need(head: Runs, body: float, column: Column) -> _Need:
    """Find what a column needs: numbers stay on one line, words and heads may be broken."""
    longest = _longest_word(head)
    if column.is_centred:
        least = max(body, longest)
        return _Need(least=least, ideal=max(least, ems_wide(head)), is_words=False)
    ideal = max(body, ems_wide(head))
    return _Need(least=max(min(ideal, _LEAST_WORDS_EMS), longest), ideal=ideal, is_words=True)


def _longest_word(runs: Runs) -> float:
    """Measure the longest word of a head, which cannot be broken."""
    return max((ems_wide((Run(text=word),)) for word in plain(runs).split()), default=0.0)


def _shared(needs: Sequence[_Need], page: float, points: int) -> tuple[float, ...] | None:
    """Share a page among columns, or None if it is too narrow for this size of type."""
    em = points / _POINTS_PER_INCH
    least = [(need.least + _SLACK_EMS) * em + 2 * MARGIN_INCHES for need in needs]
    ideal = [(need.ideal + _SLACK_EMS) * em + 2 * MARGIN_INCHES for need in needs]
    if sum(least) > page:
        return None
    if sum(ideal) <= page:
        return _stretched(needs, ideal, page)
    wishes = [most - few for most, few in zip(ideal, least, strict=True)]
    given = (page - sum(least)) / sum(wishes)
    return tuple(few + given * wish for few, wish in zip(least, wishes, strict=True))


def _stretched(needs: Sequence[_Need], ideal: list[float], page: float) -> tuple[float, ...]:
    """Give columns of numbers the space that is left, each as far as it stays readable."""
    numbers = sum(not need.is_words for need in needs)
    free = (page - sum(ideal)) / max(numbers, 1)
    return tuple(
        width if need.is_words else max(width, min(width + free, _MOST_FREE_INCHES))
        for need, width in zip(needs, ideal, strict=True)
    )


def _squeezed(needs: Sequence[_Need]) -> Fit:
    """Force a table into a turned page at the smallest size of type."""
    _, points = _SIZES[-1]
    least = [need.least + _SLACK_EMS for need in needs]
    widths = tuple(LANDSCAPE_INCHES * ems / sum(least) for ems in least)
    return Fit(widths=widths, points=points, is_landscape=True, is_squeezed=True)
