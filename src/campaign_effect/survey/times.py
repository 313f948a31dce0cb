"""When an answer began and ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from campaign_effect.readers.frame import as_text
from campaign_effect.results import Notice
from campaign_effect.schema.model import Schema
from campaign_effect.survey.columns import Columns

_YEAR_FIRST: Final = r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"
_YEAR_LAST: Final = r"(?P<a>\d{1,2})[-/. ](?P<b>\d{1,2}|[a-z]{3,9})[-/. ](?P<z>\d{4}|\d{2})"
_CLOCK: Final = r"(?P<h>\d{1,2})[.:](?P<min>\d{2})(?:[.:](?P<s>\d{2}(?:[.,]\d+)?))?"
_ZONE: Final = r"(?:z|(?:gmt|utc)?\s*[+-]\d{1,2}(?::?\d{2})?|gmt|utc|wib|wita|wit)"
_REST: Final = rf"(?:[t, ]+{_CLOCK})?(?:\s*(?P<half>[ap]\.?m\.?))?(?:\s*{_ZONE})?"
_ALONE: Final = re.sub(r"\?P<(\w+)>", r"?P<only_\1>", _CLOCK)
# The clock stands first: "9.05.33" is a time of day, no day of 1933.
_TIME: Final = re.compile(rf"{_ALONE}|(?:{_YEAR_FIRST}|{_YEAR_LAST}){_REST}")
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            *("jan", "feb peb", "mar", "apr", "may mei", "jun", "jul", "aug agu ags"),
            *("sep", "oct okt", "nov nop", "dec des"),
        ),
        start=1,
    )
    for name in names.split()
}
_DAY_0: Final = (1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The times of a survey, and what was noticed in reading them.

    Attributes
    ----------
    frame : DataFrame or None
        ``started`` and ``submitted`` by row, NaT where not known; None without such columns.
    notices : tuple of Notice
        ``unread_times``, ``day_first``.
    """

    frame: pd.DataFrame | None
    notices: tuple[Notice, ...] = ()


def read_times(columns: Columns, schema: Schema) -> Times:
    """Read the columns that the schema, else the program of the file, names as times."""
    table, roles = columns.table, schema.roles
    asked = {
        "started": roles.started or (table.started,),
        "submitted": roles.submitted or (table.submitted,),
    }
    found = {name: columns.find(names) for name, names in asked.items()}
    if not any(found.values()):
        return Times(frame=None)
    frame = pd.DataFrame(index=table.cells.index)
    notices: list[Notice] = []
    for name, names in found.items():
        cells = table.cells[names[0]] if names else pd.Series("", frame.index, dtype="str")
        frame[name], noticed = _read(cells, "".join(names[:1]))
        notices += noticed
    return Times(frame=frame, notices=tuple(notices))


def read_moments(cells: pd.Series) -> pd.Series:
    """Read time stamps as people and programs write them.

    Parameters
    ----------
    cells : Series of str, or of datetime64
        One column. Dates year first, or day and month with dots, slashes, dashes or a month's
        name (English or Indonesian); clocks with dots or colons, of 12 or 24 hours. Where day
        and month are numbers, one order is taken for the column: the one that every date fits;
        of two, the day first.

    Returns
    -------
    Series of datetime64
        As the clock showed (a zone is left out), NaT where there is none. A clock without a
        date is on 1 January 1970: differences within a row are right.

    Examples
    --------
    >>> read_moments(pd.Series(["12/11/2024 9.05.33", "13/11/2024 10.00.00"]))[0]
    Timestamp('2024-11-12 09:05:33')
    """
    return _read(cells, "")[0]


def _read(cells: pd.Series, column: str) -> tuple[pd.Series, list[Notice]]:
    """Read a column, and say what in it was not read or may be read in two ways."""
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return cells, []
    texts = as_text(cells).str.strip().str.casefold()
    found = {text: _TIME.fullmatch(" ".join(text.split())) for text in texts.unique()}
    is_day_first, is_guess = _order([match for match in found.values() if match])
    values = {
        text: np.datetime64("NaT") if match is None else _moment(match, is_day_first)
        for text, match in found.items()
    }
    moments = np.array([values[text] for text in texts], dtype="datetime64[us]")
    n_unread = int((np.isnat(moments) & (texts != "").to_numpy()).sum())
    notices = [Notice.of("unread_times", column=column, n=n_unread)] if n_unread else []
    notices += [Notice.of("day_first", column=column)] if is_guess else []
    return pd.Series(moments, cells.index), notices


def _order(matches: Sequence[re.Match[str]]) -> tuple[bool, bool]:
    """Find whether the day comes first, and whether that is a guess."""
    pairs = [(m["a"], m["b"]) for m in matches if m["a"] and m["b"].isdecimal()]
    is_day_first = all(int(b) <= 12 for _, b in pairs)
    is_month_first = all(int(a) <= 12 for a, _ in pairs)
    is_guess = is_day_first and is_month_first and any(a != b for a, b in pairs)
    return is_day_first or not is_month_first, is_guess


def _moment(match: re.Match[str], is_day_first: bool) -> np.datetime64:
    """Put the parts of a time together; NaT where they are no time."""
    year, month, day = _date(match, is_day_first)
    hour = int(match["h"] or match["only_h"] or 0)
    minute = int(match["min"] or match["only_min"] or 0)
    second = float((match["s"] or match["only_s"] or "0").replace(",", "."))
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].startswith("p") else 0)
    text = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:09.6f}"
    try:
        return np.datetime64(text, "us")
    except ValueError:
        return np.datetime64("NaT")


def _date(match: re.Match[str], is_day_first: bool) -> tuple[int, int, int]:
    """Give year, month and day."""
    if match["y"]:
        return int(match["y"]), int(match["m"]), int(match["d"])
    if match["a"] is None:
        return _DAY_0
    first, second, year = int(match["a"]), match["b"], int(match["z"])
    year += 2000 if year < 100 else 0
    if not second.isdecimal():
        return year, _MONTHS.get(second[:3], 0), first
    day, month = (first, int(second)) if is_day_first else (int(second), first)
    return year, month, day
