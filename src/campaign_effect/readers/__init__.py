"""Files of many sources, read as text: one file per source, recognised from its content."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from campaign_effect.errors import UsageError, nearest_word
from campaign_effect.readers.intact import checked_file, intact
from campaign_effect.readers.recognise import KINDS, recognise

if TYPE_CHECKING:
    from campaign_effect.readers.table import RawTable

__all__ = ["read_table"]


def read_table(
    source: str | Path | object,
    *,
    kind: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> RawTable:
    """Read a survey file, or take a data frame, without deciding what its cells mean.

    Parameters
    ----------
    source : str, Path or data frame
        A file: csv and its kin (also as the one file of a .zip or .gz), Excel (.xlsx, .xls),
        SPSS (.sav, .zsav), Stata (.dta) or Parquet. A data frame of pandas, or of any library
        that narwhals knows (polars, pyarrow, duckdb, modin, …).
    kind : str, optional
        What it is, where it is not recognised from its content: a form of file (``csv``,
        ``excel``, ``spss``, ``stata``, ``parquet``) or a program whose export it is
        (``google_forms``, ``kobo``, ``limesurvey``, ``qualtrics``, ``surveymonkey``; ``table``
        for none of them).
    delimiter : str, optional
        Of a text file: one ASCII character, no letter, digit, quotation mark or line break;
        found by default.
    sheet : str, optional
        Of a workbook; by default the first that looks like answers.

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
        If ``kind`` is no kind, or ``delimiter`` cannot be one.

    Examples
    --------
    >>> import pandas as pd
    >>> read_table(pd.DataFrame({"x1": [1, 2]})).source.kind
    'frame'
    """
    form, program = _told_apart(kind)
    _refuse_delimiter(delimiter)
    if not isinstance(source, str | Path):
        from campaign_effect.readers.frame import from_memory

        table = from_memory(source)
    else:
        path = checked_file(source)
        with intact(path):
            table = _from_file(path, form or recognise(path), delimiter, sheet)
    from campaign_effect.readers.cells import refuse_foreign_cells
    from campaign_effect.readers.programs import as_exported

    refuse_foreign_cells(table)
    return as_exported(table, program)


def _told_apart(kind: str | None) -> tuple[str | None, str | None]:
    """Say whether a kind is a form of file or the program that wrote it."""
    if kind is None or kind in KINDS:
        return kind, None
    from campaign_effect.readers.programs import PLAIN, PROGRAMS

    words = (*KINDS, *PROGRAMS, PLAIN)
    if kind not in words:
        near = nearest_word(kind, words)
        hint = f"did you mean {near!r}?" if near else f"choose one of {list(words)}."
        raise UsageError(f"{kind!r} is no kind of survey file.", hint=hint)
    return None, kind


def _refuse_delimiter(delimiter: str | None) -> None:
    """Refuse what cannot separate cells."""
    if delimiter is None:
        return
    is_one = len(delimiter) == 1 and delimiter.isascii()
    if not is_one or delimiter.isalnum() or delimiter in '"\r\n\0':
        raise UsageError(
            f"{delimiter!r} cannot separate cells.",
            hint="name one mark, such as ';' or '|'; by default it is found from the file.",
        )


def _from_file(path: Path, kind: str, delimiter: str | None, sheet: str | None) -> RawTable:
    """Read a file with the reader of its kind; libraries load only where they are needed."""
    if kind == "csv":
        from campaign_effect.readers.delimited import read_delimited

        return read_delimited(path, delimiter=delimiter)
    if kind == "excel":
        from campaign_effect.readers.excel import read_excel

        return read_excel(path, sheet=sheet)
    if kind == "parquet":
        from campaign_effect.readers.parquet import read_parquet

        return read_parquet(path)
    from campaign_effect.readers.statistics_files import read_spss, read_stata

    return read_spss(path) if kind == "spss" else read_stata(path)
