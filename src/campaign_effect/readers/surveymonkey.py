"""SurveyMonkey exports: two header rows, where a blank header goes on with the one before."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import Final

from campaign_effect.errors import SourceError
from campaign_effect.readers.headers import unique_names
from campaign_effect.readers.table import Column, RawTable

_FIRST: Final = ("respondent id", "collector id")
_STARTED: Final = ("Start Date", "Date Created")
_SUBMITTED: Final = ("End Date", "Date Modified")
_NO_ROW: Final = frozenset({"", "response", "open-ended response"})


def is_surveymonkey(table: RawTable) -> bool:
    """Recognise the two columns every export begins with, and blanks below them in row 2."""
    names = tuple(column.name.strip().casefold() for column in table.columns[:2])
    return names == _FIRST and not any(str(cell).strip() for cell in table.cells.iloc[0, :2])


def from_surveymonkey(table: RawTable) -> RawTable:
    """Join the two header rows into names like those of a grid: "Question [row]".

    Raises
    ------
    SourceError
        If there are no answers below the headers.
    """
    cells = table.cells.iloc[1:]
    if cells.empty:
        hint = "export the responses again, all of them."
        raise SourceError(f"{table.source.path!r} has headers and no answers.", hint=hint)
    asked = list(accumulate(_headers(table), _continued))
    rows = [str(cell).strip() for cell in table.cells.iloc[0]]
    headers = [_joined(question, row) for question, row in zip(asked, rows, strict=True)]
    names, notices = unique_names(headers, file=repr(table.source.path))
    pairs = zip(names, headers, strict=True)
    kept = [notice for notice in table.notices if not notice.code.endswith("_headers")]
    return replace(
        table,
        cells=cells.set_axis(names, axis="columns"),
        columns=tuple(Column(name=name, question=header) for name, header in pairs),
        notices=(*kept, *notices),
        started=next((name for name in _STARTED if name in names), ""),
        submitted=next((name for name in _SUBMITTED if name in names), ""),
    )


def _headers(table: RawTable) -> list[str]:
    """Give the headers as they stand in the file, blank ones too."""
    return [column.question.strip() for column in table.columns]


def _continued(before: str, here: str) -> str:
    return here or before


def _joined(question: str, row: str) -> str:
    return question if row.casefold() in _NO_ROW else f"{question} [{row}]"
