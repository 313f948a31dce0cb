"""Qualtrics exports: three header rows; the second asks, the third is for machines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pandas as pd

from campaign_effect.errors import SourceError
from campaign_effect.readers.table import Mark, RawTable

_MARK: Final = '{"ImportId"'
_HEADER_ROWS: Final = 2
_PREVIEW: Final = (
    "Survey Preview",
    "Survey Test",
    "Offline Survey Preview",
    "1",
    "2",
    "9",
    "17",
)
_UNFINISHED: Final = ("False", "FALSE", "false", "0", "Salah")


def is_qualtrics(table: RawTable) -> bool:
    """Recognise the row of import ids below the questions."""
    if len(table.cells) < _HEADER_ROWS:
        return False
    return any(str(cell).startswith(_MARK) for cell in table.cells.iloc[1])


def from_qualtrics(table: RawTable) -> RawTable:
    """Take the second header row as questions, and the third away.

    Parameters
    ----------
    table : RawTable
        As read, with the header rows among its cells; the third, for machines, may be absent.

    Returns
    -------
    RawTable
        Previews and unfinished answers are marked.

    Raises
    ------
    SourceError
        If there are no answers below the headers.
    """
    questions = table.cells.iloc[0]
    cells = table.cells.iloc[_HEADER_ROWS if is_qualtrics(table) else 1 :]
    if cells.empty:
        hint = "export the responses again, all of them."
        raise SourceError(f"{table.source.path!r} has headers and no answers.", hint=hint)
    columns = tuple(
        replace(column, question=str(questions[column.name]) or column.question)
        for column in table.columns
    )
    return replace(
        table,
        cells=cells,
        columns=columns,
        marks=(*table.marks, *_marks(cells)),
        started="StartDate" if "StartDate" in cells else "",
        submitted="EndDate" if "EndDate" in cells else "",
    )


def _marks(cells: pd.DataFrame) -> Iterator[Mark]:
    """Mark previews, then the unfinished among the rest: by Finished, else by Progress."""
    none = pd.Series(False, index=cells.index)
    is_preview = cells["Status"].isin(_PREVIEW) if "Status" in cells else none
    if "Finished" in cells:
        is_open = cells["Finished"].isin(_UNFINISHED)
    else:
        progress = (
            cells["Progress"].astype("str") if "Progress" in cells else none.astype("str")
        )
        is_open = progress.str.fullmatch(r"\d{1,2}(?:\.\d+)?")
    for reason, is_it in (("preview", is_preview), ("unfinished", is_open & ~is_preview)):
        if is_it.any():
            yield Mark(reason=reason, rows=cells.index[is_it.to_numpy()])
