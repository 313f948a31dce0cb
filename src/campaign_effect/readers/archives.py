"""Zipped files, unpacked only within bounds."""

from __future__ import annotations

import gzip
import html
import re
import zipfile
import zlib
from pathlib import Path
from typing import IO, Final

from campaign_effect.errors import SourceError

MOST_BYTES: Final = 4_000_000_000
MOST_RATIO: Final = 250
_FREE_BYTES: Final = 50_000_000
_MOST_CELLS: Final = 100_000_000
_CHUNK: Final = 1 << 22
_CELL: Final = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_OPEN_FORMULA: Final = re.compile(
    rb'<c r="([A-Z]{1,3}[0-9]{1,7})"(?:(?! t="str")[^>]){0,80}>'
    rb"<f(?:[^>]{0,200}/>|[^>/]{0,200}>[^<]{0,9000}</f>)(?:<v ?/>|<v></v>)?</c>"
)
_RELATION: Final = re.compile(r"<Relationship\b([^>]*)>")
_SHEET: Final = re.compile(r"<sheet\b([^>]*)>")
_ATTRIBUTE: Final = re.compile(r'([\w:]+)="([^"]*)"')
_ROW: Final = re.compile(rb'<row[^>]{0,200}?\br="([0-9]{1,7})"')


def zipped_names(path: Path) -> list[str]:
    """List the files in a zip archive, without folders and what systems add.

    Raises
    ------
    SourceError
        If the archive is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise _damaged(path) from None
    return [name for name in names if not name.endswith("/") and "__MACOSX" not in name]


def unzip_one(path: Path) -> bytes:
    """Unpack the one file of a zip archive.

    Raises
    ------
    SourceError
        If it holds several files or none, is damaged, locked, or unpacks beyond the bounds.
    """
    names = zipped_names(path)
    if len(names) != 1:
        raise SourceError(
            f"{str(path)!r} holds {len(names)} files; a survey is one.",
            hint="unpack it and name the file with the answers.",
        )
    try:
        with zipfile.ZipFile(path) as archive, archive.open(names[0]) as stream:
            return _bounded(stream, path)
    except RuntimeError:
        hint = "unpack it with its password first."
        raise SourceError(f"{str(path)!r} is locked with a password.", hint=hint) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise _damaged(path) from None


def gunzip(path: Path) -> bytes:
    """Unpack a gzip file.

    Raises
    ------
    SourceError
        If it is damaged or unpacks beyond the bounds.
    """
    try:
        with gzip.open(path) as stream:
            return _bounded(stream, path)
    except (gzip.BadGzipFile, zlib.error, EOFError):
        raise _damaged(path) from None


def check_workbook(path: Path) -> dict[str, str]:
    """Refuse an .xlsx file that would fill the memory: by its bytes or its sheets' extent.

    A sheet with two cells in opposite corners is small on the disk and has 17 billion places.

    Returns
    -------
    dict of str to str
        By the name of a sheet, its first cell ("B2") with a formula that was never computed:
        readers see it blank.

    Raises
    ------
    SourceError
        If a bound is passed or the file is damaged.
    """
    open_formulas = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.startswith("xl/") and name.endswith(".xml"):
                    with archive.open(name) as stream:
                        if cell := _check_extent(stream, path, name):
                            open_formulas[name] = cell
            return _by_sheet(archive, open_formulas) if open_formulas else {}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise _damaged(path) from None


def _by_sheet(archive: zipfile.ZipFile, parts: dict[str, str]) -> dict[str, str]:
    """Name the sheets that parts of a workbook hold."""
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for link in _RELATION.findall(links):
        told = dict(_ATTRIBUTE.findall(link))
        target = told.get("Target", "").removeprefix("/xl/").removeprefix("./")
        targets[told.get("Id", "")] = f"xl/{target}"
    found = {}
    for sheet in _SHEET.findall(book):
        told = dict(_ATTRIBUTE.findall(sheet))
        part = targets.get(told.get("r:id", ""), "")
        if part in parts:
            found[html.unescape(told.get("name", ""))] = parts[part]
    return found


def _check_extent(stream: IO[bytes], path: Path, name: str) -> str:
    """Read a part of a workbook in pieces, and follow how far its cells reach.

    Gives the first cell whose formula was never computed, "" where there is none.
    """
    is_sheet = name.startswith("xl/worksheets/")
    packed, width, height, total, tail = path.stat().st_size, 1, 1, 0, b""
    open_formula = ""
    while piece := stream.read(_CHUNK):
        total += len(piece)
        _check_size(total, packed, path)
        if is_sheet:
            text = tail + piece
            cells = set(_CELL.findall(text))
            width = max([width, *(_number(letters) for letters, _ in cells)])
            height = max(
                [height, *(int(row) for _, row in cells), *map(int, _ROW.findall(text))]
            )
            if not open_formula and (formula := _OPEN_FORMULA.search(text)):
                open_formula = formula[1].decode("ascii")
            tail = text[-300:]
        if width * height > _MOST_CELLS:
            raise SourceError(
                f"A sheet of {str(path)!r} reaches over {width:,} columns and {height:,} rows.",
                hint="delete the stray cells far from the answers, or save the sheet as CSV.",
            )
    return open_formula


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _bounded(stream: IO[bytes] | gzip.GzipFile, path: Path) -> bytes:
    packed, total = path.stat().st_size, 0
    pieces = []
    while piece := stream.read(_CHUNK):
        total += len(piece)
        _check_size(total, packed, path)
        pieces.append(piece)
    return b"".join(pieces)


def _check_size(total: int, packed: int, path: Path) -> None:
    if total > MOST_BYTES or (total > _FREE_BYTES and total > MOST_RATIO * packed):
        raise SourceError(
            f"{str(path)!r} unpacks to more than {total:,} bytes.",
            received=f"{packed:,} packed bytes",
            hint="if it is a survey and no trap, unpack it and name the CSV file.",
        )


def _damaged(path: Path) -> SourceError:
    return SourceError(f"{str(path)!r} is a damaged archive.", hint="export or copy it again.")
