"""What a file is, told from its first bytes; its suffix is only believed where they agree."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from campaign_effect.errors import SourceError
from campaign_effect.readers.archives import zipped_names

KINDS: Final = ("csv", "excel", "spss", "stata", "parquet")

_BEGINNINGS: Final = (
    (b"$FL2", "spss"),
    (b"$FL3", "spss"),
    (b"<stata_dta>", "stata"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0", "excel"),
    (b"\x1f\x8b", "csv"),
)
_FOREIGN: Final = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3", "a database"),
    (b"ARROW1", "an Arrow file"),
    (b"7z\xbc\xaf", "an archive"),
    (b"Rar!", "an archive"),
    (b"RDX", "R data"),
    (b"ASCII SPSS PORT", "an SPSS portable file"),
    (b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xc2\xea\x81`", "SAS data"),
)
_PAGES: Final = (b"<!doctype html", b"<html", b"<?xml")
_HINT: Final = "export the survey as CSV, Excel, SPSS (.sav), Stata (.dta) or Parquet."


def recognise(path: Path) -> str:
    """Tell the kind of a file from its content.

    Parameters
    ----------
    path : Path
        A file that is there and not empty.

    Returns
    -------
    str
        One of ``KINDS``.

    Raises
    ------
    SourceError
        If it is something else: a picture, a web page, a document.
    """
    with path.open("rb") as stream:
        head = stream.read(512)
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head.startswith(b"PK"):
        return _zipped_kind(path)
    for beginning, what in _FOREIGN:
        if head.startswith(beginning):
            raise SourceError(f"{str(path)!r} is {what}, not a survey.", hint=_HINT)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGES):
        hint = "a log-in page may have been saved: download the survey again. " + _HINT
        raise SourceError(f"{str(path)!r} is a web page or XML, not a survey.", hint=hint)
    return "stata" if _is_old_stata(head) else _text_kind(head, path)


def _zipped_kind(path: Path) -> str:
    """Tell a workbook from a zipped text file and from other documents."""
    names = set(zipped_names(path))
    if "xl/workbook.xml" in names:
        return "excel"
    if "xl/workbook.bin" in names or {"mimetype", "content.xml"} <= names:
        hint = "open it and save it as .xlsx or CSV."
        raise SourceError(f"{str(path)!r} is a workbook of a kind not read.", hint=hint)
    if "[Content_Types].xml" in names:
        raise SourceError(f"{str(path)!r} is a document, not a survey.", hint=_HINT)
    return "csv"


def _is_old_stata(head: bytes) -> bool:
    """Recognise the header of Stata 8 to 12: release, byte order, file type 1, padding 0."""
    return head[0] in range(104, 116) and head[1:4] in (b"\x01\x01\x00", b"\x02\x01\x00")


def _text_kind(head: bytes, path: Path) -> str:
    """Refuse bytes that no text holds; UTF-16 is full of zeros, but in every other place."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    is_wide = head[:2] in (b"\xff\xfe", b"\xfe\xff") or min(even, odd) == 0
    controls = sum(byte < 32 and byte not in b"\t\n\v\f\r\0" for byte in head)
    if controls > len(head) // 20 or not (even + odd == 0 or is_wide or even + odd < 5):
        raise SourceError(f"{str(path)!r} is binary, not a survey of a known kind.", hint=_HINT)
    return "csv"
