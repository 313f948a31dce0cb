"""LimeSurvey exports: answer codes A1, A2, …; a blank date of submission is no full answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import pandas as pd

from campaign_effect.readers.table import Column, Mark, RawTable

_CODES: Final = frozenset({"submitdate", "lastpage", "startlanguage"})
_WORDS: Final = frozenset({"date submitted", "last page", "start language"})
_SUBMITTED: Final = ("submitdate", "Date submitted")
_STARTED: Final = ("startdate", "Date started")
_ANSWER: Final = re.compile(r"A0*(\d{1,3})")
_NOT_SHOWN: Final = ("", "N/A", "-oth-")


def is_limesurvey(table: RawTable) -> bool:
    """Recognise the columns it adds, by code or by heading."""
    names = {re.sub(r"\. .*", "", column.name).strip().casefold() for column in table.columns}
    return names >= _CODES or names >= _WORDS


def from_limesurvey(table: RawTable) -> RawTable:
    """Mark rows that were never submitted, and read the answer codes A1, A2, … as numbers."""
    submitted = next((name for name in _SUBMITTED if name in table.cells), "")
    marks = table.marks
    if submitted:
        is_blank = (table.cells[submitted].astype("str").str.strip() == "").to_numpy()
        if is_blank.any():
            rows = table.cells.index[is_blank]
            marks = (*marks, Mark(reason="unfinished", rows=rows))
    return replace(
        table,
        columns=tuple(_labelled(column, table.cells[column.name]) for column in table.columns),
        marks=marks,
        started=next((name for name in _STARTED if name in table.cells), ""),
        submitted=submitted,
    )


def _labelled(column: Column, cells: pd.Series) -> Column:
    """Give the number of every answer code as its label, where a column holds nothing else."""
    codes = _answer_codes(cells.drop_duplicates().astype("str"))
    return replace(column, labels=codes) if codes else column


def _answer_codes(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    filled = sorted(text for text in texts if text.strip() not in _NOT_SHOWN)
    found = [_ANSWER.fullmatch(text.strip()) for text in filled]
    if not filled or None in found:
        return ()
    pairs = zip(filled, found, strict=True)
    return tuple((text, str(int(code[1]))) for text, code in pairs if code)
