"""Qualtrics exports: three header rows; the second asks, the third is for machines."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from campaign_effect.errors import SourceError
from campaign_effect.readers.table import RawTable
from campaign_effect.results import Notice

_MARK: Final = '{"ImportId"'
_HEADER_ROWS: Final = 2


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
        As read, with two header rows among its cells.

    Returns
    -------
    RawTable
        With the notice ``qualtrics``: how many rows are previews, how many unfinished. They
        stay; leaving them out is a step that the reader of the survey decides.

    Raises
    ------
    SourceError
        If there are no answers below the headers.
    """
    questions = table.cells.iloc[0]
    cells = table.cells.iloc[_HEADER_ROWS:]
    if cells.empty:
        hint = "export the responses again, all of them."
        raise SourceError(f"{table.source.path!r} has headers and no answers.", hint=hint)
    columns = tuple(
        replace(column, question=str(questions[column.name]) or column.question)
        for column in table.columns
    )
    notice = Notice.of(
        "qualtrics",
        previews=_count(cells.get("Status"), ("Survey Preview", "1")),
        unfinished=_count(cells.get("Finished"), ("False", "FALSE", "0")),
    )
    return replace(table, cells=cells, columns=columns, notices=(*table.notices, notice))


def _count(column: object, values: tuple[str, ...]) -> int:
    isin = getattr(column, "isin", None)
    return int(isin(values).sum()) if isin else 0
