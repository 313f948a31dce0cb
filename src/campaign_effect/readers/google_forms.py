"""Google Forms and its sheets: the first column is the time of submission."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from campaign_effect.readers.table import RawTable

_FIRST: Final = ("timestamp", "cap waktu", "stempel waktu")


def is_google_forms(table: RawTable) -> bool:
    """Recognise the header of the first column, in English or Indonesian."""
    return table.columns[0].question.strip().casefold() in _FIRST


def from_google_forms(table: RawTable) -> RawTable:
    """Say that the first column is the time of submission."""
    return replace(table, submitted=table.columns[0].name)
