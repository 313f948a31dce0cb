"""Excel workbooks: the first sheet with anything in it, cells as they are typed."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from campaign_effect.errors import SourceError
from campaign_effect.readers.archives import check_workbook
from campaign_effect.readers.dialect import header_place
from campaign_effect.readers.frame import cell_text
from campaign_effect.readers.headers import title_notice, unique_names
from campaign_effect.readers.intact import fingerprint
from campaign_effect.readers.table import Column, RawTable, Source
from campaign_effect.results import Notice

_MOST_TITLES: Final = 20

Cells = list[list[str]]


def read_excel(path: Path) -> RawTable:
    """Read the first sheet of a workbook that holds anything.

    Parameters
    ----------
    path : Path
        An .xlsx or .xls file.

    Returns
    -------
    RawTable
        All cells text: the number 5 is "5", a date is ISO, true is "TRUE", a formula is the
        value it last had, and an error ("#N/A") is blank. Title rows above the header (no two
        cells filled) are passed over, blank rows below the last answer are none.

    Raises
    ------
    SourceError
        If it is damaged, locked, empty, has a header only, or is made to fill the memory.
    """
    file = repr(str(path))
    if zipfile.is_zipfile(path):
        check_workbook(path)
    sheet, n_sheets, rows = _first_sheet(path)
    place = header_place(rows[: _MOST_TITLES + 1])
    header, body = _trimmed(rows[place], rows[place + 1 :])
    if not body:
        hint = "name the workbook with the answers, or move them to its first sheet."
        raise SourceError(f"{file}, sheet {sheet!r} has no answers.", hint=hint)
    names, notices = unique_names(header, file=file)
    first = place + 2
    cells = pd.DataFrame(
        {name: pd.array(column, dtype="str") for name, column in _columns(names, body)},
        index=pd.RangeIndex(first, first + len(body)),
    )
    pairs = zip(names, header, strict=True)
    return RawTable(
        cells=cells,
        columns=tuple(Column(name=name, question=question) for name, question in pairs),
        source=Source(path=str(path), kind="excel", sha256=fingerprint(path)),
        notices=(*_sheet_notice(sheet, n_sheets), *title_notice(place), *notices),
    )


def _first_sheet(path: Path) -> tuple[str, int, Cells]:
    """Give the name and the cells of the first sheet that is not blank."""
    try:
        with CalamineWorkbook.from_path(path) as book:
            for name in book.sheet_names:
                rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                cells = [[cell_text(value) for value in row] for row in rows]
                if any(any(row) for row in cells):
                    return name, len(book.sheet_names), cells
    except PasswordError:
        hint = "save it without a password."
        raise SourceError(f"{str(path)!r} is locked with a password.", hint=hint) from None
    except (CalamineError, OSError, ValueError) as error:
        raise SourceError(
            f"{str(path)!r} cannot be read as an Excel workbook.",
            received=str(error)[:200],
            hint="open it in Excel, save it as .xlsx or CSV, and name that file.",
        ) from None
    raise SourceError(f"{str(path)!r} holds only blank sheets.", hint="export it again.")


def _trimmed(header: list[str], body: Cells) -> tuple[list[str], Cells]:
    """Leave out blank rows at the end, and blank columns at the edges."""
    while body and not any(cell.strip() for cell in body[-1]):
        body = body[:-1]
    filled = [
        place
        for place in range(len(header))
        if header[place].strip() or any(row[place].strip() for row in body)
    ]
    if not filled:
        return header, body
    edge = slice(filled[0], filled[-1] + 1)
    return header[edge], [row[edge] for row in body]


def _columns(names: Sequence[str], body: Cells) -> Any:
    return zip(names, (list(column) for column in zip(*body, strict=True)), strict=True)


def _sheet_notice(sheet: str, n_sheets: int) -> tuple[Notice, ...]:
    return (Notice.of("one_sheet_read", sheet=sheet, n=n_sheets),) if n_sheets > 1 else ()
