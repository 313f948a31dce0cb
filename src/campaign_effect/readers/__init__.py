"""Files of many sources, read as text: one file per source, recognised from its content."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from campaign_effect.errors import SourceError, UsageError, nearest_word
from campaign_effect.readers.intact import checked_file, intact
from campaign_effect.readers.recognise import KINDS, recognise

if TYPE_CHECKING:
    import pandas as pd

    from campaign_effect.readers.table import RawTable

__all__ = ["read_table"]


def read_table(
    source: str | Path | pd.DataFrame, *, kind: str | None = None, delimiter: str | None = None
) -> RawTable:
    """Read a survey file, or take a data frame, without deciding what its cells mean.

    Parameters
    ----------
    source : str, Path or DataFrame
        A file: csv and its kin (also as the one file of a .zip or .gz), Excel (.xlsx, .xls),
        SPSS (.sav, .zsav), Stata (.dta) or Parquet. A data frame of pandas, or of any library
        that exports the Arrow stream interface (polars, pyarrow, duckdb).
    kind : {"csv", "excel", "spss", "stata", "parquet"}, optional
        Recognised from the file's content by default, not from its suffix.
    delimiter : str, optional
        Of a text file; found by default.

    Returns
    -------
    RawTable
        Cells, columns and source.

    Raises
    ------
    SourceError
        If it cannot be read; the error names the file, the row where there is one, and what
        to do. It never shows a cell.
    UsageError
        If ``kind`` is no kind.

    Examples
    --------
    >>> import pandas as pd
    >>> read_table(pd.DataFrame({"x1": [1, 2]})).source.kind
    'frame'
    """
    if not isinstance(source, str | Path):
        return _from_memory(source)
    path = checked_file(source)
    if kind is not None and kind not in KINDS:
        near = nearest_word(kind, KINDS)
        hint = f"did you mean {near!r}?" if near else f"choose one of {list(KINDS)}."
        raise UsageError(f"{kind!r} is no kind of survey file.", hint=hint)
    with intact(path):
        table = _from_file(path, kind or recognise(path), delimiter)
    return _without_header_rows(table)


def _from_file(path: Path, kind: str, delimiter: str | None) -> RawTable:
    """Read a file with the reader of its kind; libraries load only where they are needed."""
    if kind == "csv":
        from campaign_effect.readers.delimited import read_delimited

        return read_delimited(path, delimiter=delimiter)
    if kind == "excel":
        from campaign_effect.readers.excel import read_excel

        return read_excel(path)
    if kind == "parquet":
        from campaign_effect.readers.parquet import read_parquet

        return read_parquet(path)
    from campaign_effect.readers.statistics_files import read_spss, read_stata

    return read_spss(path) if kind == "spss" else read_stata(path)


def _without_header_rows(table: RawTable) -> RawTable:
    """Mend the exports of programs that write more than one header row."""
    from campaign_effect.readers.qualtrics import from_qualtrics, is_qualtrics
    from campaign_effect.readers.surveymonkey import from_surveymonkey, is_surveymonkey

    if is_qualtrics(table):
        return from_qualtrics(table)
    return from_surveymonkey(table) if is_surveymonkey(table) else table


def _from_memory(source: object) -> RawTable:
    import pandas as pd

    from campaign_effect.readers.frame import read_frame

    if isinstance(source, pd.DataFrame):
        return read_frame(source)
    if hasattr(source, "__arrow_c_stream__"):
        import pyarrow as pa

        return read_frame(pa.table(source).to_pandas())
    raise SourceError(
        "A survey is a file or a data frame.",
        received=f"a {type(source).__name__}",
        hint="give the path of the file, or a DataFrame with one row per respondent.",
    )
