"""Documents to bytes: one file per format; the suffix chooses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from campaign_effect.apa.document import Document
from campaign_effect.errors import UsageError, nearest_word
from campaign_effect.render import csv, docx, html, latex, markdown, text

WRITERS: Final[Mapping[str, Callable[[Document], bytes]]] = MappingProxyType(
    {
        ".html": html.write,
        ".docx": docx.write,
        ".tex": latex.write,
        ".md": markdown.write,
        ".csv": csv.write,
        ".txt": text.write,
    }
)
"""The writer of every format, by the suffix of its files."""


def write(document: Document, suffix: str) -> bytes:
    """Write a document in the format of a suffix.

    Parameters
    ----------
    document : Document
        A report or a single table, in one language.
    suffix : str
        Of the file to be written, with its point: one of ``WRITERS``, in any case.

    Returns
    -------
    bytes
        The content of the file.

    Raises
    ------
    UsageError
        If no writer has the suffix.

    Examples
    --------
    >>> write(Document(language="en", title="", blocks=()), ".pdf")
    Traceback (most recent call last):
    ...
    campaign_effect.errors.UsageError: No format has the suffix '.pdf'.
    Hint: use one of .html, .docx, .tex, .md, .csv, .txt.
    """
    writer = WRITERS.get(suffix.lower())
    if writer is None:
        raise _unknown(suffix)
    return writer(document)


def _unknown(suffix: str) -> UsageError:
    near = nearest_word(suffix.lower(), WRITERS)
    meant = f"; did you mean {near!r}?" if near else "."
    return UsageError(
        f"No format has the suffix {suffix!r}.", hint=f"use one of {', '.join(WRITERS)}{meant}"
    )
