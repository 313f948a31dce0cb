"""Data frames as raw tables: numbers stay numbers, everything else becomes text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, cast

import pandas as pd

from campaign_effect.errors import SourceError
from campaign_effect.readers.headers import unique_names
from campaign_effect.readers.table import Column, RawTable, Source


def read_frame(frame: pd.DataFrame, *, source: Source | None = None) -> RawTable:
    """Take a data frame as it is.

    Parameters
    ----------
    frame : DataFrame, shape (n, k)
        Not changed. Its index is not used.
    source : Source, optional
        Where it came from.

    Returns
    -------
    RawTable
        Number, bool and categorical columns keep their dtype (and their missing values);
        dates become ISO text, other columns text with "" for a missing cell.

    Raises
    ------
    SourceError
        If it has no rows or no columns.

    Examples
    --------
    >>> table = read_frame(pd.DataFrame({"x1": [1, 2], "vote": ["a", None]}))
    >>> table.cells["vote"].tolist()
    ['a', '']
    """
    if frame.empty:
        raise SourceError(
            "The data frame holds no answers.",
            received=f"{frame.shape[0]} rows and {frame.shape[1]} columns",
            hint="one row per respondent is needed.",
        )
    file = repr(source.path) if source and source.path else "the data frame"
    headers = [_header(label) for label in frame.columns]
    names, notices = unique_names(headers, file=file)
    kept = {name: _kept(frame.iloc[:, place]) for place, name in enumerate(names)}
    cells = pd.DataFrame(
        {name: column.array for name, column in kept.items()},
        index=pd.RangeIndex(len(frame)),
        copy=False,
    )
    return RawTable(
        cells=cells,
        columns=_columns(names, headers),
        source=source or Source(kind="frame"),
        notices=notices,
    )


def from_memory(source: object) -> RawTable:
    """Take a data frame of pandas, or of any library that narwhals knows.

    Raises
    ------
    SourceError
        If it is none, or empty.
    """
    if isinstance(source, pd.DataFrame):
        return read_frame(source)
    import narwhals as nw
    from narwhals.exceptions import DuplicateError

    try:
        frame = nw.from_native(cast(Any, source))
        whole = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
        return read_frame(whole.to_pandas())
    except DuplicateError:
        hint = "give each column a name of its own."
        raise SourceError("Columns of the data frame share a name.", hint=hint) from None
    except TypeError:
        raise SourceError(
            "A survey is a file or a data frame.",
            received=f"a {type(source).__name__}",
            hint="give the path of the file, or a DataFrame with one row per respondent.",
        ) from None


def as_text(column: pd.Series) -> pd.Series:
    """Write a column as text: "" for a missing cell, whole numbers without ".0", ISO dates.

    Examples
    --------
    >>> as_text(pd.Series([1.0, 2.5, None])).tolist()
    ['1', '2.5', '']
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        texts = [*map(cell_text, column.cat.categories), ""]
        found = pd.array(texts, dtype="str").take(column.cat.codes.to_numpy())
        return pd.Series(found, index=column.index)
    if isinstance(column.dtype, pd.StringDtype):
        return column.fillna("").astype("str")
    values = column.astype(object).where(column.notna(), None)
    return pd.Series([cell_text(value) for value in values], index=column.index, dtype="str")


def cell_text(value: object) -> str:
    """Write one cell as text, as ``as_text``.

    Examples
    --------
    >>> cell_text(5.0), cell_text(True), cell_text(None)
    ('5', 'TRUE', '')
    """
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return _number_text(value)
    isoformat = getattr(value, "isoformat", None)
    return _date_text(isoformat()) if isoformat else str(value)


def _number_text(value: float) -> str:
    if math.isnan(value):
        return ""
    is_whole = value.is_integer() and abs(value) < 1e16
    return str(int(value)) if is_whole else repr(float(value))


def _date_text(iso: str) -> str:
    """Write "2024-11-12 09:05:33", and only the day where the time is midnight."""
    return iso.replace("T", " ").removesuffix(" 00:00:00")


def _header(label: object) -> str:
    if isinstance(label, tuple):
        return " ".join(str(part) for part in label if str(part))
    return cell_text(label)


def _as_numbers(column: pd.Series) -> pd.Series:
    """Take a column of Python numbers, some of them missing, as numbers."""
    kinds = {"integer", "floating", "mixed-integer-float"}
    is_number = pd.api.types.infer_dtype(column, skipna=True) in kinds
    return column.astype(float) if column.dtype == object and is_number else column


def _kept(column: pd.Series) -> pd.Series:
    column = _as_numbers(column)
    dtype = column.dtype
    is_kept = pd.api.types.is_numeric_dtype(dtype) or isinstance(dtype, pd.CategoricalDtype)
    return column if is_kept else as_text(column)


def _columns(names: Sequence[str], headers: Sequence[str]) -> tuple[Column, ...]:
    pairs = zip(names, headers, strict=True)
    return tuple(Column(name=name, question=header) for name, header in pairs)
