"""KoboToolbox and ODK exports: questions inside groups, several form versions side by side."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Final

from campaign_effect.readers.table import Column, RawTable

_MARKS: Final = (
    frozenset({"_uuid", "_submission_time"}),
    frozenset({"_id", "_submission_time"}),
    frozenset({"SubmissionDate", "KEY"}),
)
_STARTED: Final = ("start", "starttime")
_SUBMITTED: Final = ("end", "endtime", "_submission_time", "SubmissionDate")
_BY_SERVER: Final = ("_submission_time", "SubmissionDate")


def is_kobo(table: RawTable) -> bool:
    """Recognise the columns that the server adds, which stay whatever the headers are."""
    names = {column.name for column in table.columns}
    return any(marks <= names for marks in _MARKS)


def from_kobo(table: RawTable) -> RawTable:
    """Let a question be named without its groups, and find when an answer began and ended.

    ``group/field`` (KoboToolbox) and ``group-field`` (ODK Central) get the alias ``field``
    where it is of one column only. A question that moved to another group in a later version
    has two columns; a schema names both, and the first that is filled is taken. Times that the
    server notes are UTC, those of the device say their zone.
    """
    joint = "/" if any("/" in column.name for column in table.columns) else "-"
    last = [column.name.rpartition(joint)[2] for column in table.columns]
    counts = Counter(last)
    columns = tuple(
        _aliased(column, short if counts[short] == 1 else "")
        for column, short in zip(table.columns, last, strict=True)
    )
    return replace(
        table,
        columns=columns,
        started=_first_there(table, _STARTED),
        submitted=_first_there(table, _SUBMITTED),
        in_utc=_BY_SERVER,
    )


def _aliased(column: Column, short: str) -> Column:
    """Give the last part of a header as alias, and as question where there is no other."""
    if not short or short == column.name:
        return column
    question = short if column.question == column.name else column.question
    return replace(column, alias=short, question=question)


def _first_there(table: RawTable, names: tuple[str, ...]) -> str:
    return next((name for name in names if name in table.cells), "")
