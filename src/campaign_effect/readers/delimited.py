"""Text files: csv, tsv and their kin, also zipped; every cell stays the text it was."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv

from campaign_effect.errors import SourceError
from campaign_effect.readers.archives import gunzip, unzip_one
from campaign_effect.readers.dialect import Dialect, find_dialect
from campaign_effect.readers.encodings import to_utf8
from campaign_effect.readers.headers import title_notice, unique_names
from campaign_effect.readers.table import Column, RawTable, Source

_UNPACK: Final[dict[bytes, Callable[[Path], bytes]]] = {b"PK": unzip_one, b"\x1f\x8b": gunzip}
_BLANK_LINES: Final = (b"\n\n", b"\n\r\n", b"\r\r")
_LONGEST_ROW: Final = 1 << 22
_BLOCK: Final = 1 << 20
_LONG: Final = 8_000_000
_FEW: Final = 0.05
_ENOUGH: Final = 100_000  # characters; the csv module takes no longer cells


def read_delimited(path: Path, *, delimiter: str | None = None) -> RawTable:
    """Read a text file, plain or as the one file of a .zip or .gz.

    Parameters
    ----------
    path : Path
        A file that is there.
    delimiter : str, optional
        One ASCII character; found from the file by default.

    Returns
    -------
    RawTable
        All cells text: nothing stripped, "" for a blank; in a long file, columns of few
        different texts are categories of them. Blank lines are no rows, but are counted in
        the row numbers of the index.

    Raises
    ------
    SourceError
        If it is no text, has rows of different width, an unclosed quotation mark, a row
        longer than 4 MB, no row below its header, or unpacks beyond the bounds.
    """
    file = repr(str(path))
    raw = path.read_bytes()
    with ThreadPoolExecutor(1) as beside:
        sha256 = beside.submit(_sha256, raw)
        text, encoding = to_utf8(_unpacked(raw, path), file=file)
        del raw
        dialect = find_dialect(text, file=file, delimiter=delimiter)
        names, notices = unique_names(dialect.header, file=file)
        cells = _cells(text, dialect, file)
    cells.columns = pd.Index(names)
    return RawTable(
        cells=cells,
        columns=tuple(
            Column(name=name, question=header)
            for name, header in zip(names, dialect.header, strict=True)
        ),
        source=Source(
            path=str(path),
            kind="csv",
            sha256=sha256.result(),
            encoding=encoding,
            delimiter=dialect.delimiter,
            decimal=dialect.decimal,
        ),
        notices=(*title_notice(dialect.n_titles), *notices),
    )


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _unpacked(raw: bytes, path: Path) -> bytes:
    """Give the bytes of the text in a file."""
    unpack = _UNPACK.get(raw[:2])
    return unpack(path) if unpack else raw


def _cells(text: bytes, dialect: Dialect, file: str) -> pd.DataFrame:
    """Read the rows below the header."""
    body = memoryview(text)[dialect.body :]
    if not bytes(body[:1000]).strip() and not bytes(body).strip():
        raise SourceError(f"{file} has a header and no answers.", hint="export it again.")
    is_quoted = b'"' in text
    if is_quoted and _count(text, b'"') % 2:
        _diagnose(text, dialect, file)
    try:
        table = _arrow_table(body, dialect, is_quoted=is_quoted)
    except pa.ArrowInvalid as error:
        _diagnose(text, dialect, file)
        raise SourceError(f"{file} cannot be split into cells.", received=error) from None
    with ThreadPoolExecutor() as pool:
        columns = dict(enumerate(pool.map(_column, table.columns)))
    return pd.DataFrame(
        columns,
        index=_row_numbers(text, dialect, table.num_rows),
        copy=False,
    )


def _arrow_table(body: memoryview, dialect: Dialect, *, is_quoted: bool) -> pa.Table:
    """Split the rows, in small blocks where no row is longer than one."""
    try:
        return _split(body, dialect, is_quoted=is_quoted, block=_BLOCK)
    except pa.ArrowInvalid:
        return _split(body, dialect, is_quoted=is_quoted, block=_LONGEST_ROW)


def _split(body: memoryview, dialect: Dialect, *, is_quoted: bool, block: int) -> pa.Table:
    names = [str(place) for place in range(len(dialect.header))]
    is_long = len(body) > _LONG
    text = pa.dictionary(pa.int32(), pa.string()) if is_long else pa.large_string()
    return arrow_csv.read_csv(
        pa.BufferReader(pa.py_buffer(body)),
        arrow_csv.ReadOptions(column_names=names, block_size=block),
        arrow_csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=is_quoted),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, text),
            strings_can_be_null=False,
            check_utf8=False,
        ),
        # Arrow's own pool gives the memory of each block back and asks for it again.
        memory_pool=pa.system_memory_pool(),
    )


def _column(cells: pa.ChunkedArray) -> Any:
    """Keep a column of few different texts as categories, any other as text."""
    if not pa.types.is_dictionary(cells.type):
        return pd.array(cells, dtype="str")
    whole = cells.combine_chunks()
    texts = whole.dictionary
    if len(texts) > _FEW * len(whole):
        return pd.array(cells.cast(pa.large_string()), dtype="str")
    words = pd.Index(texts.to_pylist(), dtype="str")
    return pd.Categorical.from_codes(whole.indices.to_numpy(), categories=words)


def _row_numbers(text: bytes, dialect: Dialect, n: int) -> pd.Index:
    """Give answers the numbers a spreadsheet shows, where blank lines count as rows."""
    first = dialect.n_before + 1
    n_lines = _count(memoryview(text)[dialect.body :], b"\n") + (not text.endswith(b"\n"))
    start = max(0, dialect.body - 2)
    if n_lines == n or not any(text.find(pair, start) >= 0 for pair in _BLANK_LINES):
        return pd.RangeIndex(first, first + n)
    stream = io.StringIO(text[dialect.body :].decode("utf-8"), newline="")
    rows = enumerate(csv.reader(stream, delimiter=dialect.delimiter), start=first)
    return pd.Index([number for number, cells in rows if cells])


def _count(text: bytes | memoryview, mark: bytes) -> int:
    """Count a byte in small blocks, some times as fast as ``bytes.count``."""
    places = np.frombuffer(text, dtype=np.uint8)
    starts = range(0, len(places), _BLOCK)
    return sum(int(np.count_nonzero(places[at : at + _BLOCK] == ord(mark))) for at in starts)


def _diagnose(text: bytes, dialect: Dialect, file: str) -> None:
    """Find the first row that is not as the header is, and name it."""
    width = len(dialect.header)
    body = text[dialect.body :].decode("utf-8")
    begun = read = 0

    def lines() -> Iterator[str]:
        nonlocal read
        for line in io.StringIO(body, newline=""):
            read += len(line)
            yield line

    rows = csv.reader(lines(), delimiter=dialect.delimiter, strict=True)
    number = dialect.n_before
    try:
        for number, cells in enumerate(rows, start=dialect.n_before + 1):
            if cells and len(cells) != width:
                raise _ragged(file, number, len(cells), dialect)
            begun = read
    except csv.Error:
        column = _last_begun(body[begun : begun + _ENOUGH], dialect)
        raise SourceError(
            f"{file}, row {number + 1}, column {column!r}: a cell begins with a quotation mark "
            '(") that is not closed, or is too long.',
            hint="close it, or export the survey again; a mark inside a cell is doubled.",
        ) from None


def _last_begun(row: str, dialect: Dialect) -> str:
    """Name the column of the last cell that the beginning of a row reaches."""
    stream = io.StringIO(row, newline="")
    cells = next(csv.reader(stream, delimiter=dialect.delimiter), [""])
    names, _ = unique_names(dialect.header, file="")
    return names[min(len(cells), len(names)) - 1]


def _ragged(file: str, number: int, n: int, dialect: Dialect) -> SourceError:
    return SourceError(
        f"{file}, row {number}: {n} cells where the header has {len(dialect.header)}.",
        received=f"a file split at {dialect.delimiter!r}",
        hint="a cell with the delimiter in it needs quotation marks: export the survey again, "
        "or as Excel; another mark can be named with --delimiter.",
    )
