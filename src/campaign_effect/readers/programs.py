"""Which program exported a table, and what its exports need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from campaign_effect.readers.google_forms import from_google_forms, is_google_forms
from campaign_effect.readers.kobo import from_kobo, is_kobo
from campaign_effect.readers.limesurvey import from_limesurvey, is_limesurvey
from campaign_effect.readers.qualtrics import from_qualtrics, is_qualtrics
from campaign_effect.readers.surveymonkey import from_surveymonkey, is_surveymonkey
from campaign_effect.readers.table import RawTable


@dataclass(frozen=True, slots=True)
class Program:
    """How the export of a program is known, and how it is mended."""

    is_its: Callable[[RawTable], bool]
    mended: Callable[[RawTable], RawTable]


PROGRAMS: Final = {
    "qualtrics": Program(is_qualtrics, from_qualtrics),
    "surveymonkey": Program(is_surveymonkey, from_surveymonkey),
    "kobo": Program(is_kobo, from_kobo),
    "limesurvey": Program(is_limesurvey, from_limesurvey),
    "google_forms": Program(is_google_forms, from_google_forms),
}
"""By name; where several know a table, the first is taken."""

PLAIN: Final = "table"
"""A table of no program in particular."""


def as_exported(table: RawTable, program: str | None = None) -> RawTable:
    """Mend what the program of a table writes in its own way.

    Parameters
    ----------
    table : RawTable
        As it stands in the file.
    program : str, optional
        One of ``PROGRAMS`` or ``PLAIN``; recognised by its columns by default.

    Returns
    -------
    RawTable
        With the name of the program in its source.

    Raises
    ------
    SourceError
        If there are no answers below its headers.
    """
    found = program or _recognised(table)
    mended = PROGRAMS[found].mended(table) if found in PROGRAMS else table
    return replace(mended, source=replace(mended.source, program=found))


def _recognised(table: RawTable) -> str:
    return next((name for name, one in PROGRAMS.items() if one.is_its(table)), PLAIN)
