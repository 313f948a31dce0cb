"""Bytes of a text file as UTF-8, whatever they were written in."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import Final

from campaign_effect.errors import SourceError

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE: Final = 4096
_BLOCK: Final = 1 << 20


def to_utf8(raw: bytes, *, file: str) -> tuple[bytes, str]:
    r"""Turn the bytes of a text file into UTF-8 without a byte-order mark.

    Parameters
    ----------
    raw : bytes
        UTF-8 or UTF-16 (with a mark or without), else Windows-1252.
    file : str
        What errors call the file.

    Returns
    -------
    text : bytes
        UTF-8.
    encoding : str
        ``utf-8``, ``utf-8-sig``, ``utf-16``, ``utf-16-le``, ``utf-16-be``, ``utf-32`` or
        ``cp1252``.

    Raises
    ------
    SourceError
        If it is no text, or of two encodings.

    Examples
    --------
    >>> to_utf8(b"Usia\n17 \x96 20", file="a.csv")
    (b'Usia\n17 \xe2\x80\x93 20', 'cp1252')
    """
    encoding = _encoding(raw, file)
    if encoding == "utf-8":
        text = raw
    elif encoding == "utf-8-sig":
        text = raw[len(codecs.BOM_UTF8) :]
    else:
        text = _as_utf8(raw, encoding, file)
    if b"\0" in text:
        row = text.count(b"\n", 0, text.index(b"\0")) + 1
        raise SourceError(
            f"{file} holds NUL bytes, first in line {row}: it is damaged or no text.",
            hint="export it again as CSV or Excel.",
        )
    return text, encoding


def _encoding(raw: bytes, file: str) -> str:
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return name
    if wide := _wide(raw[:_SAMPLE]):
        return wide
    return _narrow(raw, file)


def _wide(sample: bytes) -> str | None:
    """Recognise UTF-16 without a mark: Latin letters leave every other byte zero."""
    low, high = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if half >= 2 and high > 0.7 * half and low < 0.05 * half:
        return "utf-16-le"
    if half >= 2 and low > 0.7 * half and high < 0.05 * half:
        return "utf-16-be"
    return None


def _narrow(raw: bytes, file: str) -> str:
    """Tell UTF-8 from Windows-1252: text that is valid UTF-8 is nothing else."""
    if raw.isascii():
        return "utf-8"
    try:
        for _ in _decoded(raw, "utf-8"):
            pass
    except UnicodeDecodeError as error:
        if not raw[: error.start].isascii():
            row = raw.count(b"\n", 0, error.start) + 1
            raise SourceError(
                f"{file} is UTF-8 text up to line {row}, and something else there.",
                hint="two files were joined, or it was cut off: export it again as UTF-8.",
            ) from None
        return "cp1252"
    return "utf-8-sig" if raw.startswith(codecs.BOM_UTF8) else "utf-8"


def _as_utf8(raw: bytes, encoding: str, file: str) -> bytes:
    text = io.BytesIO()
    try:
        for piece in _decoded(raw, encoding):
            text.write(piece.encode("utf-8"))
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{file} is no text: byte {error.start:,} fits neither UTF-8, UTF-16 nor "
            "Windows-1252.",
            hint="export it as CSV (UTF-8), Excel, SPSS, Stata or Parquet.",
        ) from None
    return text.getvalue()


def _decoded(raw: bytes, encoding: str) -> Iterator[str]:
    """Decode block by block, as the whole may take four times its memory."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(raw), _BLOCK):
        n_waiting = len(decoder.getstate()[0])
        block = raw[start : start + _BLOCK]
        try:
            yield decoder.decode(block, final=start + len(block) == len(raw))
        except UnicodeDecodeError as error:
            error.start += start - n_waiting  # in the whole
            raise
