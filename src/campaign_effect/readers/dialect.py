"""How a text file separates its cells and marks its decimals, found from its first rows."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from campaign_effect.errors import SourceError

DELIMITERS: Final = ("\t", ";", "|", ",")
"""In this order where a file fits several: a comma is the likeliest to be prose."""

_MOST_BYTES: Final = 1_000_000
_MOST_RECORDS: Final = 2_000
_MOST_TITLES: Final = 10
_ANNOUNCED: Final = re.compile(rb'^"?sep=(.)"?\r?\n')
_COMMA: Final = re.compile(r"\s*[+-]?\d+(\.\d{3})*,\d+\s*")
_POINT: Final = re.compile(r"\s*[+-]?\d+(,\d{3})*\.\d+\s*")
_VAGUE: Final = re.compile(r"\s*[+-]?[1-9]\d{0,2}[.,]\d{3}\s*")
_MANY_POINTS: Final = re.compile(r"\s*[+-]?[1-9]\d{0,2}(\.\d{3}){2,}\s*")
_PROSE: Final = " \t\n\r\"'.,;-/_()?\u2013\u2019"
_WHOLE: Final = re.compile(r"\s*[+-]?\d+\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The form of a text file.

    Attributes
    ----------
    delimiter : str
        One character.
    decimal : str
        "." or ",".
    header : tuple of str
        The cells of the header.
    body : int
        Where the first record after the header begins, in bytes.
    n_before : int
        Records up to and with the header, as a spreadsheet numbers them.
    n_titles : int
        Rows above the header that hold a title.
    """

    delimiter: str
    decimal: str
    header: tuple[str, ...]
    body: int
    n_before: int
    n_titles: int


@dataclass(frozen=True, slots=True)
class _Record:
    cells: list[str]
    number: int
    end: int


def find_dialect(text: bytes, *, file: str, delimiter: str | None = None) -> Dialect:
    r"""Find delimiter, decimal mark and header of a text file.

    Parameters
    ----------
    text : bytes
        UTF-8.
    file : str
        What errors call the file.
    delimiter : str, optional
        The delimiter, where it is known.

    Raises
    ------
    SourceError
        If there are only blanks, a named delimiter separates nothing, or the one column is
        evenly split by a mark that is no delimiter.

    Examples
    --------
    >>> found = find_dialect(b"Usia;Bobot\n34;1,25\n", file="a.csv")
    >>> found.delimiter, found.decimal, found.header
    (';', ',', ('Usia', 'Bobot'))
    """
    announced = _ANNOUNCED.match(text)
    start = announced.end() if announced else 0
    if announced and delimiter is None:
        delimiter = announced.group(1).decode("ascii", "replace")
    choices = (delimiter,) if delimiter else DELIMITERS
    samples = {choice: _records(text, choice, start) for choice in choices}
    chosen = max(choices, key=lambda choice: _merit(samples[choice]))
    records = samples[chosen]
    if not records:
        hint = "export the survey again."
        raise SourceError(f"{file} holds only blanks.", hint=hint)
    place = _header_place(records)
    header = records[place]
    if delimiter:
        _refuse_wrong(delimiter, header.cells, file)
    elif len(header.cells) == 1:
        _refuse_unread([record.cells[0] for record in records[place:] if record.cells], file)
    return Dialect(
        delimiter=chosen,
        decimal=decimal_mark([record.cells for record in records[place + 1 :]]),
        header=tuple(header.cells),
        body=header.end,
        n_before=header.number + (1 if announced else 0),
        n_titles=place,
    )


def _records(text: bytes, delimiter: str, start: int) -> list[_Record]:
    """Split the beginning of a file; a last record that was cut off is left out."""
    piece = text[start : start + _MOST_BYTES]
    is_whole = start + len(piece) == len(text)
    found = list(_split(piece.decode("utf-8", "ignore"), delimiter, start))
    return found if is_whole or len(found) == _MOST_RECORDS or len(found) < 2 else found[:-1]


def _split(sample: str, delimiter: str, start: int) -> Iterator[_Record]:
    """Give the records that are not blank, with their numbers and their ends in bytes."""
    read = 0

    def lines() -> Iterator[str]:
        nonlocal read
        for line in io.StringIO(sample, newline=""):
            read += len(line.encode("utf-8"))
            yield line

    n_found = 0
    try:
        for number, cells in enumerate(csv.reader(lines(), delimiter=delimiter), start=1):
            if cells:
                yield _Record(cells, number, start + read)
                n_found += 1
            if n_found == _MOST_RECORDS:
                return
    except csv.Error:
        return


def _merit(records: Sequence[_Record]) -> tuple[int, float]:
    """Judge a delimiter: most rows are as wide as the header, and the header comes first.

    Less good: title rows above the header; a single column whose header has no delimiter.
    """
    if not records:
        return (0, 0.0)
    place = _header_place(records)
    width = len(records[place].cells)
    rows = records[place + 1 :]
    alike = sum(len(record.cells) == width for record in rows)
    share = alike / len(rows) if rows else 1.0
    score = (share + 1e-9) * (width - 1)
    if rows and place == 0 and width > 1 and share > 0.5:
        return (2, score)
    is_padded = all(len(record.cells) == width for record in records[:place])
    is_titled = place > 0 and is_padded and share > 0.95
    is_single = width == 1 and not any(mark in records[0].cells[0] for mark in DELIMITERS)
    return (1 if is_titled or is_single else 0, score)


def _header_place(records: Sequence[_Record]) -> int:
    return header_place([record.cells for record in records[: _MOST_TITLES + 1]])


def header_place(rows: Sequence[Sequence[str]]) -> int:
    """Find the header below title rows: the first of the first rows with two filled cells.

    Parameters
    ----------
    rows : sequence of rows
        From the top of the sheet.

    Returns
    -------
    int
        0 where no row has two filled cells.

    Examples
    --------
    >>> header_place([["Laporan", "", ""], ["No", "Usia", "Desa"], ["1", "34", "A"]])
    1
    """
    filled = [sum(cell.strip() != "" for cell in row) for row in rows]
    wide = [place for place, n in enumerate(filled) if n >= 2]
    return wide[0] if wide else 0


def _refuse_wrong(delimiter: str, header: Sequence[str], file: str) -> None:
    others = [other for other in DELIMITERS if other != delimiter and other in header[0]]
    if len(header) == 1 and others:
        raise SourceError(
            f"{file} is one column when split at {delimiter!r}.",
            received=f"a header with {others[0]!r} in it",
            hint=f"leave --delimiter out, or name {others[0]!r}.",
        )


def _refuse_unread(cells: Sequence[str], file: str) -> None:
    """Refuse one column whose header and cells hold a mark equally often."""
    marks = dict.fromkeys(mark for mark in cells[0] if not (mark.isalnum() or mark in _PROSE))
    for mark in marks:
        if len(cells) > 1 and len({cell.count(mark) for cell in cells}) == 1:
            raise SourceError(
                f"{file} is one column, and its cells seem to be separated by {mark!r}, which "
                "is not looked for.",
                hint=(f"name it with --delimiter {mark!r}, or " if mark.isascii() else "")
                + "export the survey with commas, semicolons or tabs, or as Excel.",
            )


def decimal_mark(rows: Sequence[Sequence[str]]) -> str:
    """Let the columns that hold nothing but numbers vote on the decimal mark.

    Examples
    --------
    >>> decimal_mark([["1,25", "Setuju"], ["0,8", "a, b"]])
    ','
    """
    width = max((len(row) for row in rows), default=0)
    votes = Counter(
        _vote({row[place] for row in rows if place < len(row)}) for place in range(width)
    )
    return "," if votes[","] > votes["."] else "."


def _vote(cells: Iterable[str]) -> str:
    marks = {_mark(cell) for cell in cells if cell.strip()}
    if None in marks:
        return ""
    seen = marks - {""}
    return str(seen.pop()) if len(seen) == 1 else ""


def _mark(cell: str) -> str | None:
    """Give the decimal mark of a number, "" where it shows none, None for other text."""
    if _WHOLE.fullmatch(cell) or _VAGUE.fullmatch(cell):
        return ""
    if _COMMA.fullmatch(cell) or _MANY_POINTS.fullmatch(cell):
        return ","
    return "." if _POINT.fullmatch(cell) else None
