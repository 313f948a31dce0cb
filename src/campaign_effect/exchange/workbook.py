"""Sheets of an Excel workbook as rows of cells by header; text stays text."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from campaign_effect.errors import SchemaError
from campaign_effect.files import replaced

Cell = str | int | float | bool | None
Rows = list[dict[str, Cell]]

_MOST_BYTES: Final = 20_000_000
_MOST_UNPACKED: Final = 400_000_000
_MOST_ROWS: Final = 100_000


def write_workbook(path: Path, sheets: Mapping[str, tuple[Sequence[str], Rows]]) -> None:
    """Write sheets with a bold, fixed header; an existing file is replaced.

    Parameters
    ----------
    path : Path
        The file.
    sheets : mapping of str to (headers, rows)
        By the name of the sheet.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, (headers, rows) in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for place, header in enumerate(headers, start=1):
            _put(sheet.cell(1, place), header)
            sheet.cell(1, place).font = Font(bold=True)
        for at, row in enumerate(rows, start=2):
            for place, header in enumerate(headers, start=1):
                _put(sheet.cell(at, place), row.get(header))
    with replaced(path) as beside:
        book.save(beside)


def read_workbook(path: Path) -> dict[str, Rows]:
    """Read every sheet as rows by header; blank rows are none, blank cells are None.

    Raises
    ------
    SchemaError
        If it is no workbook or too large for one that holds a questionnaire.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _refuse_bombs(path)
        book = load_workbook(path, data_only=True)
        return {sheet.title: _rows(sheet.iter_rows(values_only=True)) for sheet in book}
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as error:
        if isinstance(error, SchemaError):
            raise
        raise SchemaError(
            f"{str(path)!r} cannot be read as an Excel workbook.",
            hint="save it as .xlsx again.",
        ) from None


def _refuse_bombs(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(one.file_size for one in archive.infolist())
    if path.stat().st_size > _MOST_BYTES or unpacked > _MOST_UNPACKED:
        raise SchemaError(
            f"{str(path)!r} is too large for a questionnaire.",
            received=f"{unpacked:,} unpacked bytes",
            hint="is it the survey? Name the workbook with the questions.",
        )


def _rows(rows: Iterable[tuple[Any, ...]]) -> Rows:
    found: Rows = []
    headers: list[str] = []
    for at, row in enumerate(rows):
        if at > _MOST_ROWS:
            raise SchemaError(f"A sheet has more than {_MOST_ROWS:,} rows.")
        if at == 0:
            headers = ["" if cell is None else str(cell).strip() for cell in row]
        elif any(cell not in (None, "") for cell in row):
            pairs = zip(headers, row, strict=False)
            found.append({header: cell for header, cell in pairs if header})
    return found


def _put(cell: Any, value: Cell) -> None:
    """Write a value; text is never taken as a formula, and keeps only what XML can hold."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if value is None or value == "":
        return
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)
        cell.data_type = "s"
    else:
        cell.value = value
