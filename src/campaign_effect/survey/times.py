"""When an answer began and ended."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from campaign_effect.readers.frame import as_text
from campaign_effect.results import Notice
from campaign_effect.schema.model import Schema
from campaign_effect.survey.columns import Columns

_YEAR_FIRST: Final = r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"
_YEAR_LAST: Final = r"(?P<a>\d{1,2})[-/. ](?P<b>\d{1,2}|[a-z]{3,9})[-/. ](?P<z>\d{4}|\d{2})"
_CLOCK: Final = r"(?P<h>\d{1,2})[.:](?P<min>\d{2})(?:[.:](?P<s>\d{2}(?:[.,]\d+)?))?"
_ZONE: Final = r"(?P<zone>z|(?:gmt|utc)?\s*[+-]\d{1,2}(?::?\d{2})?|gmt|utc|wib|wita|wit)"
_OFFSET: Final = re.compile(r"(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?")
_HOURS_AHEAD: Final = {"wib": 7, "wita": 8, "wit": 9}
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
Floats = NDArray[np.float64]

_DAY_0: Final = (1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The times of a survey, and what was noticed in reading them.

    Attributes
    ----------
    frame : DataFrame or None
        ``started`` and ``submitted`` by row, NaT where not known; None without such columns.
        Both on one clock: that of the commonest time zone.
    notices : tuple of Notice
        ``unread_times``, ``day_first``, ``zone_assumed``.
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
    index = table.cells.index
    clocks: list[pd.Series] = []
    offsets: list[Floats] = []
    notices: list[Notice] = []
    for names in found.values():
        cells = table.cells[names[0]] if names else pd.Series("", index, dtype="str")
        clock, offset, noticed = _read(cells, "".join(names[:1]))
        is_utc = bool(names) and names[0] in table.in_utc
        clocks.append(clock)
        offsets.append(np.where(np.isnan(offset), 0.0, offset) if is_utc else offset)
        notices += noticed
    moments, assumed = _on_one_clock(clocks, offsets)
    frame = pd.DataFrame(dict(zip(found, moments, strict=True)), index=index)
    return Times(frame=frame, notices=(*notices, *assumed))


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
        On the clock of the commonest time zone, to which moments of other zones are put;
        those without a zone are taken to be in it. NaT where there is none. A clock without a
        date is on 1 January 1970: differences within a row are right.

    Examples
    --------
    >>> read_moments(pd.Series(["12/11/2024 9.05.33", "13/11/2024 10.00.00"]))[0]
    Timestamp('2024-11-12 09:05:33')
    >>> read_moments(pd.Series(["2024-11-12T09:05:33+07:00", "2024-11-12T02:05:33Z"]))[1]
    Timestamp('2024-11-12 09:05:33')
    """
    clock, offset, _ = _read(cells, "")
    return _on_one_clock([clock], [offset])[0][0]


def _on_one_clock(
    clocks: Sequence[pd.Series], offsets: Sequence[Floats]
) -> tuple[list[pd.Series], tuple[Notice, ...]]:
    """Put moments of several zones on the clock of the commonest; count those without one."""
    known = np.concatenate([offset[~np.isnan(offset)] for offset in offsets])
    if not len(known):
        return list(clocks), ()
    usual = Counter(known.tolist()).most_common(1)[0][0]
    moved = [
        clock + pd.to_timedelta(usual - np.where(np.isnan(offset), usual, offset), unit="min")
        for clock, offset in zip(clocks, offsets, strict=True)
    ]
    pairs = zip(clocks, offsets, strict=True)
    n = sum(int((clock.notna().to_numpy() & np.isnan(offset)).sum()) for clock, offset in pairs)
    notice = Notice.of("zone_assumed", n=n, zone=_zone_name(usual))
    return moved, (notice,) if n else ()


def _zone_name(minutes: float) -> str:
    hours, rest = divmod(abs(int(minutes)), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")


def _read(cells: pd.Series, column: str) -> tuple[pd.Series, Floats, list[Notice]]:
    """Read clocks and zones of a column; say what was not read or is read in two ways."""
    if pd.api.types.is_datetime64_any_dtype(cells.dtype) and cells.dt.tz is None:
        return cells, np.full(len(cells), np.nan), []
    texts = as_text(cells).str.strip().str.casefold()
    found = {text: _TIME.fullmatch(" ".join(text.split())) for text in texts.unique()}
    is_day_first, is_guess = _order([match for match in found.values() if match])
    values = {
        text: np.datetime64("NaT") if match is None else _moment(match, is_day_first)
        for text, match in found.items()
    }
    ahead = {text: _offset(match) for text, match in found.items()}
    moments = np.array([values[text] for text in texts], dtype="datetime64[us]")
    n_unread = int((np.isnat(moments) & (texts != "").to_numpy()).sum())
    notices = [Notice.of("unread_times", column=column, n=n_unread)] if n_unread else []
    notices += [Notice.of("day_first", column=column)] if is_guess else []
    offsets = np.array([ahead[text] for text in texts], dtype=np.float64)
    offsets[np.isnat(moments)] = np.nan
    return pd.Series(moments, cells.index), offsets, notices


def _offset(match: re.Match[str] | None) -> float:
    """Give the minutes that a clock is ahead of UTC; nan where it does not say."""
    if match is None or not match["zone"]:
        return np.nan
    if named := _OFFSET.search(match["zone"]):
        minutes = 60 * int(named["hours"]) + int(named["minutes"] or 0)
        return float(-minutes if named["sign"] == "-" else minutes)
    return 60.0 * _HOURS_AHEAD.get(match["zone"], 0)


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
