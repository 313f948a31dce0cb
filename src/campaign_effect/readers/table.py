"""A survey file as it was read: every cell still text, nothing decided."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from campaign_effect.results import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What a file says about one of its columns besides the cells.

    Attributes
    ----------
    name : str
        Its header, or its name in a statistics file.
    question : str
        The question as asked, where the file holds one; else the header.
    labels : tuple of (code text, label)
        Value labels of a statistics file.
    missing : tuple of str
        Code texts that the file declares as missing, each kept as an answer apart.
    alias : str
        A shorter name that a schema may use where no other column has it; "" for none.
    """

    name: str
    question: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    alias: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Rows that the program of a file tells apart from full answers.

    Attributes
    ----------
    reason : str
        ``preview`` or ``unfinished``.
    rows : Index
        Labels of the table's rows.
    """

    reason: str
    rows: pd.Index


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a table came from.

    Attributes
    ----------
    path : str
        As given; "" for a data frame.
    kind : str
        ``csv``, ``excel``, ``spss``, ``stata``, ``parquet`` or ``frame``.
    program : str
        Whose export it is: ``google_forms``, ``kobo``, ``limesurvey``, ``qualtrics``,
        ``surveymonkey``; ``table`` for any other.
    sha256 : str
        Of the file's bytes; "" for a data frame.
    encoding, delimiter : str
        Of a text file; "" else.
    decimal : str
        The decimal mark of its numbers, "." or ",".
    """

    path: str = ""
    kind: str
    program: str = "table"
    sha256: str = ""
    encoding: str = ""
    delimiter: str = ""
    decimal: str = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """Cells, columns and source.

    Attributes
    ----------
    cells : DataFrame
        One column per column of the file, by name; text columns have the ``str`` dtype with ""
        for a blank cell and nothing stripped (in a long file, a column of few different texts
        is a category of them); a column that came as numbers (from a data frame
        or Parquet) keeps its dtype. The index is the row of the file that each answer stood on
        (a spreadsheet's numbering: the header is row 1); 0, 1, … for a data frame.
    columns : tuple of Column
        In the order of ``cells``.
    source : Source
        Where it came from.
    notices : tuple of Notice
        What was mended in reading (headers made unique, title rows passed over).
    marks : tuple of Mark
        Rows that are no full answers; they are still among the cells.
    started, submitted : str
        Columns in which the program notes when an answer began and ended; "" for none.
    in_utc : tuple of str
        Columns whose times are UTC though their cells do not say so.
    """

    cells: pd.DataFrame
    columns: tuple[Column, ...]
    source: Source
    notices: tuple[Notice, ...] = ()
    marks: tuple[Mark, ...] = ()
    started: str = ""
    submitted: str = ""
    in_utc: tuple[str, ...] = ()
