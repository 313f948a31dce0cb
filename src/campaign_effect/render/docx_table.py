"""A table as Word lays it out: fixed widths, rules as borders of cells, none vertical."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from campaign_effect.apa.document import Grid, GridLine, Runs
from campaign_effect.render.characters import ems_wide, plain, tidy
from campaign_effect.render.columns import Column, Fill, cells_of, columns_of, spanners_of
from campaign_effect.render.docx_elements import (
    TWIPS_PER_INCH,
    TWIPS_PER_POINT,
    element,
    paragraph,
)
from campaign_effect.render.fit import INDENT_EMS, MARGIN_INCHES, Fit, fit

_STYLE: Final = "TableText"
_THICK, _THIN = 8, 4  # eighths of a point
_MOST_TOGETHER: Final = 25  # a longer table may be broken between its rows
_HANG_EMS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a cell stands: its columns, and the rules at its edges."""

    first: int
    last: int
    top: int = 0
    bottom: int = 0
    is_head: bool = False


def table(grid: Grid, language: str) -> Any:
    """Make the ``w:tbl`` of a table.

    Parameters
    ----------
    grid : Grid
        The table; its number, title and notes are paragraphs around it.
    language : str
        Decides where numbers line up.

    Returns
    -------
    lxml element
        The rows of heads are repeated on every page, no row is split, and all widths are set.

    Examples
    --------
    >>> grid = Grid(id="t", number=(), title=(), spanners=(), heads=((),), lines=(), notes=())
    >>> table(grid, "en").tag.rpartition("}")[2]
    'tbl'
    """
    fitted = fit(grid, language)
    columns = columns_of(grid, language)
    widths = [_twips(width) for width in fitted.widths]
    return element(
        "tbl",
        _properties(grid, sum(widths)),
        element("tblGrid", *(element("gridCol", w=width) for width in widths)),
        *_head_rows(grid, fitted),
        *(_line_row(grid, row, columns, fitted) for row in range(len(grid.lines))),
    )


def _properties(grid: Grid, width: int) -> Any:
    margin = _twips(MARGIN_INCHES)
    sides = (element(side, w=margin, type="dxa") for side in ("left", "right"))
    return element(
        "tblPr",
        element("tblW", w=width, type="dxa"),
        element("tblInd", w=0, type="dxa"),
        element("tblLayout", type="fixed"),
        element("tblCellMar", *sides),
        element("tblCaption", val=plain(grid.title)),
    )


def _head_rows(grid: Grid, fitted: Fit) -> Iterator[Any]:
    """Give the row of spanners, if any, and the row of heads."""
    spanners = spanners_of(grid)
    if spanners:
        yield _row(_spanner_cells(grid, fitted), is_head=True)
    top = 0 if spanners else _THICK
    bottom = _THIN if grid.lines else _THICK
    yield _row(
        [
            _cell(
                _text(head, fitted, keep_next=True, is_centred=place > 0),
                _Place(first=place, last=place, top=top, bottom=bottom, is_head=True),
                fitted,
            )
            for place, head in enumerate(grid.heads)
        ],
        is_head=True,
    )


def _spanner_cells(grid: Grid, fitted: Fit) -> Iterator[Any]:
    """Give the cells of the upper row; the rules under two spanners do not touch."""
    starts = {spanner.first: spanner for spanner in spanners_of(grid)}
    place = 0
    while place < len(grid.heads):
        spanner = starts.get(place)
        last = spanner.last if spanner else place
        rule = element("pBdr", _rule("bottom", _THIN, space=1)) if spanner else None
        words = _text(
            spanner.runs if spanner else (), fitted, rule, keep_next=True, is_centred=True
        )
        yield _cell(words, _Place(first=place, last=last, top=_THICK, is_head=True), fitted)
        place = last + 1


def _line_row(grid: Grid, row: int, columns: Sequence[Column], fitted: Fit) -> Any:
    line = grid.lines[row]
    is_last = row == len(grid.lines) - 1
    kept = bool(grid.notes) if is_last else len(grid.lines) <= _MOST_TOGETHER or row == 0
    kept = kept or line.is_heading
    bottom = _THICK if is_last else 0
    stub, *cells = cells_of(line, len(columns)) or ((),)
    last = len(columns) - 1 if line.is_heading else 0
    made = [
        _cell(
            _stub(stub, line, fitted, kept), _Place(first=0, last=last, bottom=bottom), fitted
        )
    ]
    if not line.is_heading:
        made += [
            _cell(
                _datum(cell, columns[place], columns[place].fills[row], fitted, kept),
                _Place(first=place, last=place, bottom=bottom),
                fitted,
            )
            for place, cell in enumerate(cells, start=1)
        ]
    return _row(made)


def _stub(runs: Runs, line: GridLine, fitted: Fit, keep_next: bool) -> Any:
    """Set a stub from the left, the second of its lines further in."""
    hang = _HANG_EMS * fitted.points * TWIPS_PER_POINT
    left = line.indent * INDENT_EMS * fitted.points * TWIPS_PER_POINT + hang
    indent = element("ind", left=round(left), hanging=round(hang))
    return _text(runs, fitted, indent, keep_next=keep_next, is_centred=False)


def _datum(cell: Runs, column: Column, fill: Fill, fitted: Fit, keep_next: bool) -> Any:
    """Set a cell; what it lacks of the widest number is given as indents."""
    em = fitted.points * TWIPS_PER_POINT
    before, after = (round(ems_wide(side) * em) for side in (fill.before, fill.after))
    indent = element("ind", left=before, right=after) if before or after else None
    return _text(cell, fitted, indent, keep_next=keep_next, is_centred=column.is_centred)


def _text(
    runs: Runs, fitted: Fit, shape: Any = None, *, keep_next: bool, is_centred: bool
) -> Any:
    alignment = element("jc", val="center" if is_centred else "left")
    return paragraph(
        tidy(runs), _STYLE, shape, alignment, keep_next=keep_next, points=fitted.points
    )


def _row(cells: Iterator[Any] | list[Any], *, is_head: bool = False) -> Any:
    repeated = element("tblHeader") if is_head else None
    return element("tr", element("trPr", element("cantSplit"), repeated), *cells)


def _cell(words: Any, place: _Place, fitted: Fit) -> Any:
    width = sum(_twips(width) for width in fitted.widths[place.first : place.last + 1])
    span = place.last - place.first + 1
    rules = [
        _rule(side, size)
        for side, size in (("top", place.top), ("bottom", place.bottom))
        if size
    ]
    flush = element("tcMar", element("left", w=0, type="dxa")) if place.first == 0 else None
    return element(
        "tc",
        element(
            "tcPr",
            element("tcW", w=width, type="dxa"),
            element("gridSpan", val=span) if span > 1 else None,
            element("tcBorders", *rules) if rules else None,
            flush,
            element("vAlign", val="bottom" if place.is_head else "top"),
        ),
        words,
    )


def _rule(side: str, size: int, space: int = 0) -> Any:
    return element(side, val="single", sz=size, space=space, color="auto")


def _twips(inches: float) -> int:
    return round(inches * TWIPS_PER_INCH)
