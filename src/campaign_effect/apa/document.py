"""A report after language and before file format: runs of characters in a fixed order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Characters that look alike. The text is literal: a writer escapes it."""

    text: str
    italic: bool = False
    bold: bool = False
    raised: bool = False
    lowered: bool = False


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadCell:
    """A head over one or more columns."""

    runs: Runs
    span: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GridLine:
    """A row: one cell of runs a column; the stub is the first and may be indented.

    ``is_heading`` marks a line whose stub alone is filled and heads the lines below.
    """

    cells: tuple[Runs, ...]
    indent: int = 0
    is_heading: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table ready to be laid out.

    Attributes
    ----------
    id : str
        Names its file.
    number : Runs
        "Table 1", bold, on its own line; empty where the table stands alone.
    title : Runs
        Italic, below the number.
    spanners : tuple of HeadCell
        The upper row of heads, empty if no column has one; the spans add up to the columns,
        and a cell without runs covers columns that have no spanner.
    heads : tuple of Runs
        One a column.
    lines : tuple of GridLine
    notes : tuple of Runs
        A paragraph each.
    """

    id: str
    number: Runs
    title: Runs
    spanners: tuple[HeadCell, ...]
    heads: tuple[Runs, ...]
    lines: tuple[GridLine, ...]
    notes: tuple[Runs, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure drawn: both forms, inches, caption, and words for those who cannot see it."""

    id: str
    number: Runs
    title: Runs
    alt: str
    svg: bytes
    png: bytes
    width: float
    height: float
    notes: tuple[Runs, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of level 1 (the report), 2 (an analysis) or 3."""

    runs: Runs
    level: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Sentences; ``is_notice`` sets apart a condition worth reading."""

    runs: Runs
    is_notice: bool = False


Block = Heading | Paragraph | Grid | Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole report in one language.

    Attributes
    ----------
    language : str
        "en" or "id", as HTML's ``lang``.
    title : str
        For the window's title and the file's properties.
    blocks : tuple of Block
    """

    language: str
    title: str
    blocks: tuple[Block, ...]
