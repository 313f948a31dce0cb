"""Tables of a document as CSV, for a spreadsheet.

The file opens by a double click in Excel: UTF-8 with a byte order mark, and in Indonesian the
semicolon between cells and the comma in numbers that an Indonesian Excel expects. Python reads
it with ``csv.reader(..., delimiter=";")``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from campaign_effect.apa.document import Document, Grid, GridLine
from campaign_effect.render.characters import plain
from campaign_effect.render.columns import cells_of, decimal_mark, joined_heads
from campaign_effect.render.text import flat

_INDENT: Final = "  "
_MINUS: Final = "\N{MINUS SIGN}"
_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠]")  # noqa: RUF001 (full-width starts too)


def write(document: Document) -> bytes:
    r"""Write the tables of a document as CSV.

    Parameters
    ----------
    document : Document
        A report or a single table; its sentences and figures are left out.

    Returns
    -------
    bytes
        Number and title, one row of heads (joined to their spanners), the lines, and the notes
        of each table, with an empty row between tables. A number has an ASCII minus, so that a
        spreadsheet can count with it. A text that a spreadsheet would take for a formula gets
        an apostrophe before it.

    Examples
    --------
    >>> from campaign_effect.apa.document import Run
    >>> line = GridLine(cells=((Run(text="=1+1"),), (Run(text=".5"),)))
    >>> grid = Grid(id="t", number=(), title=(), spanners=(), heads=((), ()), lines=(line,),
    ...             notes=())
    >>> write(Document(language="en", title="", blocks=(grid,))).decode("utf-8-sig")
    ",\r\n'=1+1,.5\r\n"
    """
    mark = decimal_mark(document.language)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if mark == "," else ",")
    for place, grid in enumerate(b for b in document.blocks if isinstance(b, Grid)):
        if place:
            writer.writerow([])
        writer.writerows([_cell(cell, mark) for cell in row] for row in _rows(grid))
    return text.getvalue().encode("utf-8-sig")


def _rows(grid: Grid) -> Iterator[list[str]]:
    """Give the rows of a table from top to bottom."""
    yield from ([plain(part)] for part in (grid.number, grid.title) if plain(part))
    yield [flat(head) for head in joined_heads(grid)]
    yield from (_line(line, len(grid.heads)) for line in grid.lines)
    yield from ([flat(note)] for note in grid.notes)


def _line(line: GridLine, width: int) -> list[str]:
    stub, *cells = [flat(cell) for cell in cells_of(line, width)] or [""]
    return [_INDENT * line.indent + stub, *cells]


def _cell(text: str, mark: str) -> str:
    """Write a number so that it can be counted with, and any other text as a text."""
    if _is_countable(text, mark):
        return text.replace(_MINUS, "-")
    return f"'{text}" if _FORMULA.match(text) else text


def _is_countable(text: str, mark: str) -> bool:
    group = "." if mark == "," else ","
    whole = rf"(?:\d+|\d{{1,3}}(?:[{group}]\d{{3}})+)"
    number = rf"[-+{_MINUS}]?(?:{whole}(?:[{mark}]\d+)?|[{mark}]\d+)%?"
    return re.fullmatch(number, text, re.ASCII) is not None
