"""Excel workbooks: one sheet, cells as they are typed."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from campaign_effect.errors import SourceError, nearest_word
from campaign_effect.readers.archives import check_workbook
from campaign_effect.readers.dialect import decimal_mark, header_place
from campaign_effect.readers.frame import cell_text
from campaign_effect.readers.headers import title_notice, unique_names
from campaign_effect.readers.intact import fingerprint
from campaign_effect.readers.table import Column, RawTable, Source
from campaign_effect.results import Notice

_MOST_TITLES: Final = 20
_MOST_VOTES: Final = 2_000

Cells = list[list[str]]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet, its header below title rows, and the answers below it."""

    name: str
    n_titles: int
    header: list[str]
    body: Cells

    @property
    def is_survey(self) -> bool:
        """Whether it looks like answers: two columns at least, and rows below the header."""
        return bool(self.body) and len(self.header) > 1


def read_excel(path: Path, *, sheet: str | None = None) -> RawTable:
    """Read one sheet of a workbook.

    Parameters
    ----------
    path : Path
        An .xlsx or .xls file.
    sheet : str, optional
        Its name; by default the first sheet with two columns and answers below a header, else
        the first that holds anything.

    Returns
    -------
    RawTable
        All cells text: the number 5 is "5", a date is ISO, true is "TRUE", a formula is the
        value it last had, and an error ("#N/A") is blank. Title rows above the header (no two
        cells filled) are passed over, blank rows below the last answer are none.

    Raises
    ------
    SourceError
        If it is damaged, locked, empty, has a header only, has no such sheet, a formula that
        was never computed, or is made to fill the memory.
    """
    file = repr(str(path))
    formulas = check_workbook(path) if zipfile.is_zipfile(path) else {}
    found, others = _chosen(path, sheet)
    if cell := formulas.get(found.name):
        raise SourceError(
            f"{file}, sheet {found.name!r}, cell {cell}: a formula that was never computed.",
            hint="open the workbook in Excel or LibreOffice, save it, and read it again.",
        )
    if not found.body:
        hint = "name the workbook with the answers, or the sheet with --sheet."
        raise SourceError(f"{file}, sheet {found.name!r} has no answers.", hint=hint)
    names, notices = unique_names(found.header, file=file)
    first = found.n_titles + 2
    cells = pd.DataFrame(
        {name: pd.array(column, dtype="str") for name, column in _columns(names, found.body)},
        index=pd.RangeIndex(first, first + len(found.body)),
    )
    pairs = zip(names, found.header, strict=True)
    return RawTable(
        cells=cells,
        columns=tuple(Column(name=name, question=question) for name, question in pairs),
        source=Source(
            path=str(path),
            kind="excel",
            sha256=fingerprint(path),
            decimal=decimal_mark(found.body[:_MOST_VOTES]),
        ),
        notices=(
            *_sheet_notice(found.name, others),
            *title_notice(found.n_titles),
            *notices,
        ),
    )


def _chosen(path: Path, wanted: str | None) -> tuple[_Sheet, tuple[str, ...]]:
    """Give the sheet to read, and the names of the others that hold something."""
    sheets = _sheets(path)
    if not sheets:
        raise SourceError(f"{str(path)!r} holds only blank sheets.", hint="export it again.")
    names = [sheet.name for sheet in sheets]
    if wanted is not None and wanted not in names:
        near = nearest_word(wanted, names)
        raise SourceError(
            f"{str(path)!r} has no sheet {wanted!r} with anything in it.",
            hint=f"did you mean {near!r}?" if near else f"there are {names}.",
        )
    chosen = next(
        (sheet for sheet in sheets if sheet.name == wanted or (not wanted and sheet.is_survey)),
        sheets[0],
    )
    return chosen, tuple(name for name in names if name != chosen.name)


def _sheets(path: Path) -> list[_Sheet]:
    """Read the sheets that are not blank."""
    try:
        with CalamineWorkbook.from_path(path) as book:
            found = [(name, _cells(book, name)) for name in book.sheet_names]
    except PasswordError:
        hint = "save it without a password."
        raise SourceError(f"{str(path)!r} is locked with a password.", hint=hint) from None
    except (CalamineError, OSError, ValueError) as error:
        raise SourceError(
            f"{str(path)!r} cannot be read as an Excel workbook.",
            received=str(error)[:200],
            hint="open it in Excel, save it as .xlsx or CSV, and name that file.",
        ) from None
    return [_sheet(name, rows) for name, rows in found if any(any(row) for row in rows)]


def _cells(book: CalamineWorkbook, name: str) -> Cells:
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return [[cell_text(value) for value in row] for row in rows]


def _sheet(name: str, rows: Cells) -> _Sheet:
    place = header_place(rows[: _MOST_TITLES + 1])
    header, body = _trimmed(rows[place], rows[place + 1 :])
    return _Sheet(name, place, header, body)


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


def _sheet_notice(sheet: str, others: tuple[str, ...]) -> tuple[Notice, ...]:
    if not others:
        return ()
    return (Notice.of("one_sheet_read", sheet=sheet, others=others, n=len(others)),)
