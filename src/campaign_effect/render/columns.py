"""The columns of a table: which hold numbers, how these line up, and how wide each is.

Numbers are centred under their head and still line up at the decimal mark, because every cell
is filled up with unseen characters until all cells of a column are of one width: beside
``-0.12*``, the cell ``1.3`` is filled up to ``-1.30*`` by an unseen minus, zero and star. A
writer shows the fill as its format can: spaces, a phantom, hidden characters, an indent.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from operator import or_
from typing import Final

from campaign_effect.apa.document import Grid, GridLine, Run, Runs
from campaign_effect.render.characters import plain, tidy

_NUMBERLIKE: Final = re.compile(r"[\s\d\[\]()<>=≤≥≈±+\N{MINUS SIGN}\N{EN DASH}\-.,;:%*†‡/]*")
_INTERVAL: Final = re.compile(r"\s*[\[(][^,;]*\d(?:,\d+)?(?=[,;]\s)")
_MOST_CENTRED: Final = 20  # characters; longer words are read more easily from the left

_Shape = tuple[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """Unseen characters on both sides of a cell that line it up with its column."""

    before: Runs = ()
    after: Runs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What a writer needs to know of a column.

    Attributes
    ----------
    is_centred : bool
        Numbers and short words are; the stub and long words stand left.
    has_numbers : bool
        At least half of the filled cells are numbers.
    fills : tuple of Fill
        One a line of the table.
    """

    is_centred: bool
    has_numbers: bool
    fills: tuple[Fill, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spanner:
    """A head over columns ``first`` to ``last``, counted from 0, both included."""

    runs: Runs
    first: int
    last: int


def decimal_mark(language: str) -> str:
    """Give the mark between whole number and decimals.

    Parameters
    ----------
    language : str
        "en", "id" or another code.

    Returns
    -------
    str
        A comma in Indonesian, else a point.

    Examples
    --------
    >>> decimal_mark("id")
    ','
    """
    return "," if language == "id" else "."


def is_number(text: str) -> bool:
    """Say whether a text is made of digits and the signs around them only.

    Parameters
    ----------
    text : str
        Clean text without raised marks.

    Returns
    -------
    bool
        True for a number, an interval, a comparison such as "< .001", or a percentage.

    Examples
    --------
    >>> is_number("[0.12, 0.45]"), is_number("< .001"), is_number("Setuju 1")
    (True, True, False)
    """
    return _NUMBERLIKE.fullmatch(text) is not None and any(map(str.isdigit, text))


def cells_of(line: GridLine, width: int) -> tuple[Runs, ...]:
    """Give exactly ``width`` tidy cells of a line, so that no row is short or long.

    Parameters
    ----------
    line : GridLine
        A heading line may hold its stub alone.
    width : int
        Columns of the table.

    Returns
    -------
    tuple of Runs
        Missing cells are empty.

    Examples
    --------
    >>> cells_of(GridLine(cells=((),), is_heading=True), 3)
    ((), (), ())
    """
    cells = [tidy(cell) for cell in line.cells[:width]]
    return (*cells, *((),) * (width - len(cells)))


def spanners_of(grid: Grid) -> tuple[Spanner, ...]:
    """Place the upper heads over their columns; those without words are left out.

    Parameters
    ----------
    grid : Grid
        Its spans add up to its columns.

    Returns
    -------
    tuple of Spanner
        From left to right.

    Examples
    --------
    >>> from campaign_effect.apa.document import HeadCell
    >>> blank, ci = HeadCell(runs=()), HeadCell(runs=(Run(text="95% CI"),), span=2)
    >>> grid = Grid(id="t", number=(), title=(), spanners=(blank, ci), heads=((),) * 3,
    ...             lines=(), notes=())
    >>> [(spanner.first, spanner.last) for spanner in spanners_of(grid)]
    [(1, 2)]
    """
    ends = accumulate(cell.span for cell in grid.spanners)
    return tuple(
        Spanner(runs=tidy(cell.runs), first=end - cell.span, last=end - 1)
        for cell, end in zip(grid.spanners, ends, strict=True)
        if plain(cell.runs)
    )


def joined_heads(grid: Grid) -> tuple[Runs, ...]:
    """Give one head a column, with its spanner before it, for formats with one row of heads.

    Parameters
    ----------
    grid : Grid
        With or without spanners.

    Returns
    -------
    tuple of Runs
        "spanner — head" where there is a spanner.

    Examples
    --------
    >>> from campaign_effect.apa.document import HeadCell
    >>> ci = HeadCell(runs=(Run(text="95% CI"),))
    >>> grid = Grid(id="t", number=(), title=(), spanners=(ci,), heads=((Run(text="LL"),),),
    ...             lines=(), notes=())
    >>> plain(joined_heads(grid)[0])
    '95% CI — LL'
    """
    heads = [tidy(head) for head in grid.heads]
    for spanner in spanners_of(grid):
        for place in range(spanner.first, spanner.last + 1):
            joint = (Run(text=" — "),) if heads[place] else ()
            heads[place] = tidy((*spanner.runs, *joint, *heads[place]))
    return tuple(heads)


def columns_of(grid: Grid, language: str) -> tuple[Column, ...]:
    """Find how every column of a table is to be set.

    Parameters
    ----------
    grid : Grid
        The table.
    language : str
        Decides the decimal mark at which numbers line up.

    Returns
    -------
    tuple of Column
        One a head.

    Examples
    --------
    >>> line = GridLine(cells=((Run(text="Age"),), (Run(text="31.2"),)))
    >>> grid = Grid(id="t", number=(), title=(), spanners=(), heads=((), ()), lines=(line,),
    ...             notes=())
    >>> [column.is_centred for column in columns_of(grid, "en")]
    [False, True]
    """
    width = len(grid.heads)
    lines = [((),) * width if line.is_heading else cells_of(line, width) for line in grid.lines]
    mark = decimal_mark(language)
    return tuple(
        _column([line[place] for line in lines], place, mark) for place in range(width)
    )


def _column(cells: Sequence[Runs], place: int, mark: str) -> Column:
    """Describe a column; the stub is never lined up."""
    filled = [_unraised(cell) for cell in cells if cell]
    numbers = sum(is_number(text) for text in filled)
    if place == 0 or not filled or 2 * numbers < len(filled):
        longest = max((len(text) for text in filled), default=0)
        is_centred = place > 0 and longest <= _MOST_CENTRED
        return Column(is_centred=is_centred, has_numbers=False, fills=(Fill(),) * len(cells))
    return Column(is_centred=True, has_numbers=True, fills=_fills(cells, mark))


def _fills(cells: Sequence[Runs], mark: str) -> tuple[Fill, ...]:
    """Find what each number lacks, on each side of its decimal mark, of the widest."""
    sides = [_sides(cell, mark) if is_number(_unraised(cell)) else None for cell in cells]
    found = [side for side in sides if side is not None]
    widest_left = reduce(or_, (left for left, _ in found), Counter[_Shape]())
    widest_right = reduce(or_, (right for _, right in found), Counter[_Shape]())
    return tuple(
        Fill(before=_unseen(widest_left - side[0]), after=_unseen(widest_right - side[1]))
        if side
        else Fill()
        for side in sides
    )


def _sides(cell: Runs, mark: str) -> tuple[Counter[_Shape], Counter[_Shape]]:
    """Count the characters left and right of the place where numbers line up."""
    shapes = [
        ("0" if character.isdigit() else character, run.raised or run.lowered)
        for run in cell
        for character in run.text
    ]
    place = _anchor("".join(c for run in cell for c in _levelled(run)), mark)
    return Counter(shapes[:place]), Counter(shapes[place:])


def _anchor(text: str, mark: str) -> int:
    """Find the separator of an interval, else the decimal mark, else the number's end."""
    interval = _INTERVAL.match(text)
    if interval:
        return interval.end()
    group = "." if mark == "," else ","
    whole = re.search(rf"\d+(?:[{group}]\d{{3}})*|(?={re.escape(mark)}\d)", text)
    return whole.end() if whole else len(text)


def _unraised(cell: Runs) -> str:
    return "".join(run.text for run in cell if not (run.raised or run.lowered)).strip()


def _levelled(run: Run) -> str:
    """Hide raised digits from the search for the decimal mark, keeping every place."""
    return "\0" * len(run.text) if run.raised or run.lowered else run.text


def _unseen(shapes: Counter[_Shape]) -> Runs:
    """Turn counted characters into the runs of a fill."""
    level = "".join(sorted(c for c, raised in shapes.elements() if not raised))
    raised = "".join(sorted(c for c, raised in shapes.elements() if raised))
    runs = (Run(text=level), Run(text=raised, raised=True))
    return tuple(
        Run(text=run.text.replace(" ", "\u00a0"), raised=run.raised) for run in runs if run.text
    )
